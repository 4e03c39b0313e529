import { AwsOrganizationsStack } from 'aws-bootstrap-kit';
import type { App } from 'aws-cdk-lib';
import { CfnDeletionPolicy, Stack } from 'aws-cdk-lib';
import { CfnAccount } from 'aws-cdk-lib/aws-organizations';
import { MANAGEMENT, rehearse } from './world';
import { leftoversOf } from '../../../cli/report/leftovers';
import { destroyAssembly } from '../../../rehearsal';

const env = { account: MANAGEMENT, region: 'eu-west-1' };

test('the organization of aws-bootstrap-kit with ten accounts is deployed', async () => {
  const account = (index: number) => ({ name: `shop-${index}`, stageName: `stage${index}` });
  const nestedOU = [
    { name: 'Test', accounts: Array.from({ length: 7 }, (_, index) => account(index)) },
    { name: 'Live', accounts: Array.from({ length: 3 }, (_, index) => account(index + 7)) },
  ];
  await rehearse(app => {
    new AwsOrganizationsStack(app, 'Organizations', {
      env,
      email: 'aws@example.com',
      nestedOU,
      forceEmailVerification: false,
    });
  }, ({ failures, succeeded }, { organizations }) => {
    expect(failures).toEqual([]);
    expect(succeeded).toBe(true);
    const created = organizations.accounts.filter(({ joined }) => joined === 'CREATED');
    expect(
      created.map(({ accountId, name, tags }) => [
        name,
        organizations.unitPath(accountId),
        tags.AccountName,
        tags.StageName,
      ]),
    ).toEqual(
      Array.from({ length: 10 }, (_, index) => [
        `shop-${index}`,
        index < 7 ? 'Test' : 'Live',
        `shop-${index}`,
        `stage${index}`,
      ]),
    );
  });
});

function native(count: number, isChained: boolean) {
  return (app: App): void => {
    const stack = new Stack(app, 'Accounts', { env });
    Array.from(
      { length: count },
      (_, index) =>
        new CfnAccount(stack, `Account${index}`, { accountName: `shop-${index}`, email: `aws+${index}@example.com` }),
    ).reduce((before, account) => {
      if (isChained) account.addResourceDependency(before);
      return account;
    });
  };
}

test('accounts of CloudFormation that depend on each other are deployed', async () => {
  await rehearse(native(7, true), ({ succeeded }, { organizations, clock }) => {
    expect(succeeded).toBe(true);
    expect(organizations.accounts.filter(({ joined }) => joined === 'CREATED')).toHaveLength(7);
    expect(clock.elapsedSeconds()).toBeGreaterThan(7 * 60);
  });
});

test(
  'accounts of CloudFormation that are created concurrently fail as on AWS, and the created ones remain',
  async () => {
    await rehearse(native(7, false), ({ succeeded, failures, stacks }, { organizations }) => {
      expect(succeeded).toBe(false);
      expect(stacks[0].status).toBe('ROLLBACK_COMPLETE');
      expect(failures.map(({ reason }) => reason)).toContain(
        "AWS Organizations can't complete your request because it conflicts with another attempt "
          + 'to modify the same entity. Try again later. (account shop-1: several accounts of a template '
          + 'must be chained by DependsOn)',
      );
      expect(
        organizations.accounts
          .filter(({ joined }) => joined === 'CREATED')
          .map(({ name, state }) => `${name} ${state}`),
      ).toEqual(['shop-0 PENDING_ACTIVATION']);
    });
  },
);

test(
  'accounts of CloudFormation are retained when their stack is deleted, unless the template says otherwise',
  async () => {
    const accounts = (app: App): void => {
      native(2, true)(app);
      const [, second] = app.node.findAll().filter((child): child is CfnAccount => child instanceof CfnAccount);
      second.cfnOptions.deletionPolicy = CfnDeletionPolicy.DELETE;
    };
    await rehearse(accounts, async ({ succeeded }, simulation, outdir) => {
      expect(succeeded).toBe(true);
      expect((await destroyAssembly(simulation, outdir)).succeeded).toBe(true);
      const created = simulation.organizations.accounts.filter(({ joined }) => joined === 'CREATED');
      expect(created.map(({ name, state }) => `${name} ${state}`)).toEqual(['shop-0 ACTIVE', 'shop-1 PENDING_CLOSURE']);
      expect((await leftoversOf(simulation)).accounts).toMatchObject([{ name: 'shop-0' }]);
    });
  },
);
