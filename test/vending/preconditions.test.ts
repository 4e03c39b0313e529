import { Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { HarnessOptions } from './harness';
import { reasons, Harness } from './harness';
import { OrganizationAccess, Source } from '../../src';
import type { AccountProps } from '../../src';
import type { CicdProps } from '../fixtures/app';
import { ACCESS_ROLE_ARN, CICD_ACCOUNT, Cicd, ORGANIZATION_ID } from '../fixtures/app';

const NAMES = ['dev', 'test', 'prod'];

interface Options {
  readonly parentBranchName?: string;
  readonly repository?: string;
  readonly account?: Partial<AccountProps>;
}

/** Defines environments with the same parent branch in a repository. */
function environments({ parentBranchName, repository, account }: Options = {}, names = NAMES): (cicd: Cicd) => void {
  return cicd => {
    const source = repository
      ? Source.codeCommit(Repository.fromRepositoryName(cicd.stack, 'Other', repository))
      : cicd.source;
    for (const name of names) {
      cicd.environment(name, {
        account: cicd.account(name, account),
        branch: { source, branchName: `env/${name}`, parentBranchName },
      });
    }
  };
}

interface FailureCase {
  readonly when: string;
  readonly options?: HarnessOptions;
  readonly app: (cicd: Cicd) => void;
  readonly props?: CicdProps;
  readonly message: string;
}

const cases: FailureCase[] = [
  {
    when: 'the repository does not exist',
    app: environments({ repository: 'warehouse' }),
    message:
      `no account was created: repository 'warehouse' does not exist in account ${CICD_ACCOUNT} in eu-west-1: ` +
      'create it there and push a first commit, or use an existing one, then deploy again',
  },
  {
    when: 'the repository has no commit',
    // with a git repository
    options: { files: {}, virtual: {} },
    app: environments(),
    message:
      `no account was created: repository 'shop' in account ${CICD_ACCOUNT} has no commit yet, ` +
      "so branches 'env/dev', 'env/test', 'env/prod' cannot be created: push one to 'main' first, then deploy again",
  },
  {
    when: 'the repository lacks the parent branch',
    app: environments({ parentBranchName: 'develop' }),
    message:
      "no account was created: branches 'env/dev', 'env/test', 'env/prod' have parent 'develop', " +
      "which does not exist in repository 'shop': it has 'main'; push 'develop' or use one of these",
  },
  {
    when: 'an organizational unit does not exist',
    app: environments({ account: { organizationalUnit: 'Workloads/Tset' } }),
    message: "no account was created: organizational unit 'Workloads/Tset' does not exist: 'Workloads' has Prod, Test: "
      + "did you mean 'Workloads/Test'? Otherwise create it, or use the path or id of an existing unit",
  },
  {
    when: 'an organizational unit does not exist by its id',
    app: environments({ account: { organizationalUnit: 'ou-ab12-cdefgh34' } }),
    message:
      "no account was created: organizational unit 'ou-ab12-cdefgh34' does not exist: " +
      'use the id or path of an existing unit',
  },
  {
    when: 'the access role of the management account rejects the external id',
    app: environments(),
    props: { access: OrganizationAccess.role(ACCESS_ROLE_ARN, { externalId: 'wrong' }) },
    message: `no account was created: cannot assume role '${ACCESS_ROLE_ARN}' of the management account`,
  },
  {
    when: 'the account quota is too low',
    options: { accountLimit: 4 },
    app: environments(),
    message:
      'no account was created: the organization has 2 accounts, and its limit of accounts is 4, ' +
      "so 3 more cannot be created: ask AWS for a higher quota of 'Default maximum number of accounts'",
  },
  {
    when: 'several preconditions fail',
    options: { accountLimit: 2, files: {}, virtual: {} },
    app: environments({ account: { organizationalUnit: 'Sandbox' } }),
    message: 'no account was created, because of 3 problems: (1) repository',
  },
  {
    when: 'the app has the id of another organization',
    props: { organizationId: 'o-otherorganization' },
    app: environments(),
    message: "the 'organizationId' of Organization is 'o-otherorganization', but the CICD account 222222222222 belongs "
      + `to the organization '${ORGANIZATION_ID}': correct it in Organization and in OrganizationAccessRole`,
  },
  {
    when: 'the access role is in another account than the management account',
    props: { access: OrganizationAccess.role('arn:aws:iam::888888888888:role/org-environments-access') },
    app: environments(),
    message: "the role 'arn:aws:iam::888888888888:role/org-environments-access' of OrganizationAccess.role() is in "
      + 'account 888888888888, but the management account of the organization is 999999999999: deploy',
  },
];

/** Returns the calls before the creation of the first account. */
function callsBeforeCreation({ simulation }: Harness): string[] {
  const calls = simulation.server.calls.map(({ service, operation }) => `${service}:${operation}`);
  const before = calls.slice(0, calls.indexOf('organizations:CreateAccount'));
  return before.filter(call => /^(codecommit|servicequotas|organizations):/.test(call)).sort();
}

describe.each(cases)('when $when', ({ options, app, props, message }) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start(options);
  });
  afterAll(() => harness.stop());

  test('the deployment fails with the cause before an account is created', async () => {
    const result = await harness.deploy(app, props);
    expect(result.stacks.at(-1)).toMatchObject({ name: 'Cicd', status: 'ROLLBACK_COMPLETE' });
    expect(reasons(result)).toContain(message);
    expect(harness.vended).toEqual({});
    expect(harness.calls('organizations:CreateAccount')).toBe(0);
  });
});

describe('environments whose preconditions hold', () => {
  const harnesses: Harness[] = [];
  const start = async (options: HarnessOptions = {}): Promise<Harness> => {
    const harness = await Harness.start(options);
    harnesses.push(harness);
    return harness;
  };
  afterEach(async () => {
    for (const harness of harnesses.splice(0)) await harness.stop();
  });

  test('the number of calls that check preconditions does not depend on the number of environments', async () => {
    const unit = { account: { organizationalUnit: 'Workloads/Test' } };
    const [few, many] = [await start(), await start({ accountLimit: 20 })];
    expect(reasons(await few.deploy(environments(unit, ['dev'])))).toBe('');
    expect(reasons(await many.deploy(environments(unit, ['a', 'b', 'c', 'd', 'e', 'f'])))).toBe('');
    expect(callsBeforeCreation(few).slice(0, 1)).toEqual(['codecommit:GetBranch']);
    const ofPreconditions = ['codecommit:GetBranch', 'organizations:ListAccounts', 'servicequotas:GetServiceQuota'];
    for (const harness of [few, many]) {
      expect(callsBeforeCreation(harness).filter(call => ofPreconditions.includes(call))).toEqual(ofPreconditions);
    }
  });

  test('existing accounts need no quota, and unchanged environments are not checked again', async () => {
    const harness = await start({ accountLimit: 5 });
    expect(reasons(await harness.deploy(environments()))).toBe('');
    const checks = () =>
      harness.calls('organizations:ListAccounts') + harness.calls('servicequotas:GetServiceQuota');
    const before = checks();
    const sameWithTag = environments({ account: { accountTags: { team: 'shop' } } });
    expect(reasons(await harness.deploy(sameWithTag))).toBe('');
    expect(checks()).toBe(before);
  });

  test('existing environments stay unchanged when the preconditions of a new one fail', async () => {
    const harness = await start();
    const app = environments({}, ['dev']);
    expect(reasons(await harness.deploy(app))).toBe('');
    const vended = harness.vended;
    const failed = await harness.deploy(cicd => {
      app(cicd);
      environments({ parentBranchName: 'develop' }, ['test'])(cicd);
    });
    expect(reasons(failed)).toContain("no account was created: branch 'env/test' has parent 'develop'");
    expect(failed.stacks.at(-1)).toMatchObject({ name: 'Cicd', status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(Object.keys(vended)).toEqual(['shop-dev']);
    expect(harness.vended).toEqual(vended);
    expect(reasons(await harness.deploy(environments({}, ['dev', 'test'])))).toBe('');
    expect(Object.keys(harness.vended).sort()).toEqual(['shop-dev', 'shop-test']);
  });

  test('environments are vended if an older access role lacks the permission to read the quota', async () => {
    const harness = await start();
    const app = environments({}, ['dev']);
    const result = await harness.deploy(cicd => {
      app(cicd);
      withoutQuota(cicd);
    });
    expect(reasons(result)).toBe('');
    expect(harness.simulation.server.calls.filter(({ operation }) => operation === 'GetServiceQuota')).toMatchObject([
      { error: 'AccessDeniedException' },
    ]);
    expect(Object.keys(harness.vended)).toEqual(['shop-dev']);
  });
});

/** Removes the permission from the role in the management account that earlier versions did not grant. */
function withoutQuota({ stack }: Cicd): void {
  const management = stack.node.root.node.findChild('Management');
  if (!(management instanceof Stack)) throw new Error('there is no stack of the management account');
  const role = management.node.findAll().find(child => child instanceof CfnRole);
  if (!(role instanceof CfnRole)) throw new Error('there is no role in the management account');
  const statements = management.resolve(role.policies)[0].policyDocument.Statement as { Sid?: string }[];
  const index = statements.findIndex(({ Sid }) => Sid === 'ReadQuota');
  role.addPropertyDeletionOverride(`Policies.0.PolicyDocument.Statement.${index}`);
}
