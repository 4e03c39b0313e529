import { reasons, Harness } from './harness';
import { Account, AccountPool, OnExistingAccount } from '../../src';
import { NAMES } from '../../src/private/contract';
import { CICD_ACCOUNT, MANAGEMENT_ACCOUNT } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const DELEGATED = '444444444441';
const FOREIGN = '444444444442';
const SUSPENDED = '444444444443';
const CLOSED = '444444444444';
const OTHER_CICD = '222222222229';

const byId = (accountId: string) => (cicd: Cicd): void => {
  cicd.environment('legacy', { account: Account.fromAccountId(cicd.stack, 'Legacy', accountId) });
};
const byEmail = (email: string) => (cicd: Cicd): void => {
  cicd.environment('legacy', { account: cicd.account('legacy', { email, onExisting: OnExistingAccount.ADOPT }) });
};
const withPool = (use?: string) => (cicd: Cicd): void => {
  const { stack, organization } = cicd;
  const pool = new AccountPool(stack, 'Pool', {
    organization,
    poolName: 'sandbox',
    maximum: 1,
    email: 'aws+sandbox-{n}@example.com',
    waitingUnit: 'Pool/Waiting',
    quarantineUnit: 'Pool/Quarantine',
  });
  new Account(stack, 'Leased', { organization, pool });
  if (use !== undefined) byId(use)(cicd);
};

describe('an account that exists and cannot be the account of an environment', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start({ organizationalUnits: ['Pool/Waiting', 'Pool/Quarantine'] });
    const { organizations } = harness.simulation;
    for (const id of [DELEGATED, FOREIGN, SUSPENDED, CLOSED]) {
      organizations.invite(id, 'OrganizationAccountAccessRole');
    }
    await manage('RegisterDelegatedAdministrator', {
      AccountId: DELEGATED, ServicePrincipal: 'guardduty.amazonaws.com',
    });
    const Tags = [{ Key: NAMES.ownerTag, Value: `${OTHER_CICD}/account` }];
    await manage('TagResource', { ResourceId: FOREIGN, Tags });
    organizations.suspend(SUSPENDED);
    await manage('CloseAccount', { AccountId: CLOSED });
  });
  afterAll(() => harness.stop());

  /** A call of an administrator of the management account. */
  async function manage(operation: string, input: Readonly<Record<string, unknown>>): Promise<void> {
    const { iam, server } = harness.simulation;
    const root = { accountId: MANAGEMENT_ACCOUNT, arn: `arn:aws:iam::${MANAGEMENT_ACCOUNT}:root` };
    const { accessKeyId } = iam.issue(root);
    await server.call({ service: 'organizations', operation, region: 'us-east-1', accessKeyId, input });
  }

  const stacksOf = (accountId: string) =>
    ['CDKToolkit', NAMES.baselineStack].filter(name => harness.stackStatus(accountId, name) !== undefined);

  test.each([
    [
      'a delegated administrator', DELEGATED,
      `account ${DELEGATED} is a delegated administrator of the organization, which cannot be the account of an `
        + 'environment: use another account',
    ],
    [
      'an account of another organization of this library', FOREIGN,
      `account ${FOREIGN} carries the tag '${NAMES.ownerTag}' of the organization in CICD account ${OTHER_CICD}: `
        + 'remove it from the app there, and then the tag',
    ],
    [
      'a suspended account', SUSPENDED,
      `account ${SUSPENDED} cannot be used: it was suspended by AWS; ask AWS Support as its root user to reinstate it, `
        + 'or use another account',
    ],
    [
      'a closed account', CLOSED,
      `account ${CLOSED} cannot be used: it is CLOSED; ask AWS Support to reopen it, or use another account`,
    ],
  ])('is rejected by its id before anything is made in it: %s', async (_, accountId, words) => {
    const result = await harness.deploy(byId(accountId));
    expect(result.succeeded).toBe(false);
    expect(reasons(result)).toContain(words);
    expect(stacksOf(accountId)).toEqual([]);
  });

  test.each([
    [
      'the management account', `management+${MANAGEMENT_ACCOUNT}@example.com`,
      `belongs to account ${MANAGEMENT_ACCOUNT}, which is the management account and cannot be vended: use another `
        + 'e-mail',
    ],
    [
      'a delegated administrator', `account+${DELEGATED}@example.com`,
      `belongs to account ${DELEGATED}, which is a delegated administrator of the organization and cannot be vended`,
    ],
    [
      'an account of another organization of this library', `account+${FOREIGN}@example.com`,
      `the organization in CICD account ${OTHER_CICD}`,
    ],
  ])('is rejected by its e-mail before anything is made in it: %s', async (_, email, words) => {
    const result = await harness.deploy(byEmail(email));
    expect(result.succeeded).toBe(false);
    expect(reasons(result)).toContain(words);
    for (const accountId of [DELEGATED, FOREIGN]) expect(stacksOf(accountId)).toEqual([]);
  });

  test('is rejected if a pool has it', async () => {
    expect(reasons(await harness.deploy(withPool()))).toBe('');
    const pooled = harness.vended['sandbox-1'] ?? '';
    const result = await harness.deploy(withPool(pooled));
    expect(reasons(result)).toContain(
      `account ${pooled} belongs to the account pool 'sandbox', which deletes what is in it after each lease: lease an `
        + "account with the property 'pool' of Account, or use another account",
    );
    expect(harness.stackStatus(CICD_ACCOUNT, 'Cicd')).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
});
