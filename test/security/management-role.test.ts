import { Stack } from 'aws-cdk-lib';
import { PolicyDocument } from '../../rehearsal/core/policy-document';
import { read } from '../../rehearsal/core/protocol/read';
import type { Permission } from '../../rehearsal/core/service';
import { Simulation } from '../../rehearsal/simulation';
import type { OrganizationAccessRoleProps } from '../../src';
import { OrganizationAccessRole, OrganizationFeature } from '../../src';
import { CICD_ACCOUNT, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, quickApp, REGION } from '../fixtures/app';
import { synthesized } from '../fixtures/assembly';
import { identityStatements, list, textOf } from '../fixtures/policies';

const OURS = '111111111111';
const SECURITY = '333333333333';
const IN_ROOT = '444444444444';
const TAG = 'org-environments:registry-key';
const ROLE = `arn:aws:iam::${MANAGEMENT_ACCOUNT}:role/org-environments-access`;

let simulation: Simulation;
const units: Record<string, string> = {};

beforeAll(async () => {
  simulation = await Simulation.start({
    managementAccountId: MANAGEMENT_ACCOUNT, organizationId: ORGANIZATION_ID, virtual: { direct: true }, builds: false,
  });
  const { organizations } = simulation;
  for (const [accountId, unit] of [[OURS, 'Workloads/Test'], [SECURITY, 'Security'], [IN_ROOT, '']]) {
    const email = `${accountId}@example.com`;
    organizations.addAccount({ accountId, unit, name: accountId, email, joined: 'CREATED' });
  }
  for (const path of ['Workloads', 'Workloads/Test', 'Security']) units[path] = organizations.addUnit(path);
  const known = organizations.tree.account(OURS);
  if (known) organizations.tree.putAccount({ ...known, tags: { [TAG]: 'ours' } });
});
afterAll(() => simulation.stop());

/** Gives the role in the management account the synthesized permissions, and returns what it may do. */
function roleWith(props: Partial<OrganizationAccessRoleProps> = {}) {
  const stack = new Stack(quickApp(), 'Management', { env: { account: MANAGEMENT_ACCOUNT, region: REGION } });
  const ids = { cicdAccountId: CICD_ACCOUNT, organizationId: ORGANIZATION_ID };
  new OrganizationAccessRole(stack, 'Access', { ...ids, ...props });
  const flat = (value: unknown) => textOf(value).replace('<AWS::Partition>', 'aws')
    .replaceAll('<AWS::AccountId>', MANAGEMENT_ACCOUNT);
  const statements = identityStatements(synthesized(stack)).map(statement => ({
    ...statement,
    Resource: list(statement.Resource).map(flat),
    Condition: JSON.parse(
      JSON.stringify(statement.Condition ?? {}).replaceAll('{"Ref":"AWS::AccountId"}', `"${MANAGEMENT_ACCOUNT}"`),
    ),
  }));
  const policies = { Vending: read(PolicyDocument, { Version: '2012-10-17', Statement: statements }) };
  simulation.iam.putRole({
    arn: ROLE,
    roleName: 'org-environments-access',
    roleId: 'AROA1',
    accountId: MANAGEMENT_ACCOUNT,
    trust: { Version: '2012-10-17', Statement: [] },
    policies,
    managedPolicyArns: [],
    tags: {},
  });
  for (const accountId of [OURS, SECURITY, IN_ROOT, MANAGEMENT_ACCOUNT]) {
    simulation.iam.putRole({
      arn: `arn:aws:iam::${accountId}:role/OrganizationAccountAccessRole`,
      roleName: 'OrganizationAccountAccessRole',
      roleId: 'AROA2',
      accountId,
      trust: {
        Version: '2012-10-17',
        Statement: [{
          Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${MANAGEMENT_ACCOUNT}:root` },
        }],
      },
      policies: {},
      managedPolicyArns: [],
      tags: {},
    });
  }
  return may;
}

function may(permissions: readonly Permission[]): boolean {
  const caller = simulation.iam.sessionOf(ROLE, 'vending');
  return permissions.every(permission => {
    try {
      simulation.access.assertAllowed({ ...permission, caller, region: REGION });
      return true;
    } catch {
      return false;
    }
  });
}

const account = (id: string) => `arn:aws:organizations::${MANAGEMENT_ACCOUNT}:account/${ORGANIZATION_ID}/${id}`;
const unit = (path: string) => `arn:aws:organizations::${MANAGEMENT_ACCOUNT}:ou/${ORGANIZATION_ID}/${units[path]}`;
const root = () =>
  `arn:aws:organizations::${MANAGEMENT_ACCOUNT}:root/${ORGANIZATION_ID}/${simulation.organizations.tree.rootId}`;

const ACTS: Record<string, (id: string, from: string) => Permission[]> = {
  'tag it': id => [
    { action: 'organizations:TagResource', resource: account(id), context: { 'aws:RequestTag/team': 'shop' } },
  ],
  'untag it': id => [{ action: 'organizations:UntagResource', resource: account(id) }],
  'adopt it': id => [
    { action: 'organizations:TagResource', resource: account(id), context: { [`aws:RequestTag/${TAG}`]: 'ours' } },
  ],
  'move it': (id, from) => [account(id), from === '' ? root() : unit(from), unit('Workloads/Test')].map(resource => ({
    action: 'organizations:MoveAccount', resource,
  })),
  'rename it': id => [{
    action: 'account:PutAccountName',
    resource: `arn:aws:account::${MANAGEMENT_ACCOUNT}:account/${ORGANIZATION_ID}/${id}`,
  }],
  'enter it': id => [{ action: 'sts:AssumeRole', resource: `arn:aws:iam::${id}:role/OrganizationAccountAccessRole` }],
};

/** Returns what the role may do with an account. */
function actsOn(id: string, from: string, props: Partial<OrganizationAccessRoleProps> = {}): string[] {
  const allows = roleWith(props);
  return Object.entries(ACTS).filter(([, permissions]) => allows(permissions(id, from))).map(([name]) => name);
}

const all = Object.keys(ACTS);
const confined = () => ({ organizationalUnitIds: [units.Workloads, units['Workloads/Test']] });

test('the role vends accounts that carry the tag of this library, also confined to their units', () => {
  expect(actsOn(OURS, 'Workloads/Test')).toEqual(all);
  expect(actsOn(OURS, '', confined())).toEqual(all);
  expect(actsOn(OURS, 'Workloads/Test', confined())).toEqual(all);
});

test('the role can do nothing with the management account', () => {
  expect(actsOn(MANAGEMENT_ACCOUNT, '')).toEqual([]);
});

test('the role can neither tag nor move an account that does not carry the tag, unless it adopts the account', () => {
  expect(actsOn(SECURITY, 'Security')).toEqual(['adopt it', 'rename it', 'enter it']);
});

test('a confined role can neither move nor enter an account in another unit, even if it carries the tag', () => {
  expect(actsOn(SECURITY, 'Security', confined())).toEqual(['adopt it', 'rename it']);
  const known = simulation.organizations.tree.account(SECURITY);
  if (known) simulation.organizations.tree.putAccount({ ...known, tags: { [TAG]: 'forged' } });
  expect(actsOn(SECURITY, 'Security', confined())).toEqual(all.filter(name => !['move it', 'enter it'].includes(name)));
});

test('a confined role cannot enter an account in the root before it was moved', () => {
  expect(actsOn(IN_ROOT, '', confined())).toEqual(['adopt it', 'rename it']);
});

test('the role can do nothing with a protected account', () => {
  expect(actsOn(OURS, 'Workloads/Test', { protectedAccountIds: [OURS] })).toEqual([]);
});

describe('features of the role', () => {
  const inAccount = (id: string) => `arn:aws:account::${MANAGEMENT_ACCOUNT}:account/${ORGANIZATION_ID}/${id}`;
  const tagged = { [`aws:RequestTag/${TAG}`]: 'ours' };
  const ofFeatures: Record<OrganizationFeature, (id: string) => Permission[]> = {
    [OrganizationFeature.ALTERNATE_CONTACTS]: id => ['GetAlternateContact', 'PutAlternateContact'].map(name => (
      { action: `account:${name}`, resource: inAccount(id) }
    )),
    [OrganizationFeature.CLOSE_ACCOUNTS]: id => [{ action: 'organizations:CloseAccount', resource: account(id) }],
    [OrganizationFeature.COSTS]: () => [{ action: 'ce:GetCostAndUsage', resource: '*' }],
    [OrganizationFeature.OPT_IN_REGIONS]: id => ['EnableRegion', 'GetRegionOptStatus'].map(name => (
      { action: `account:${name}`, resource: inAccount(id) }
    )),
    [OrganizationFeature.ORGANIZATIONAL_UNITS]: () => [
      { action: 'organizations:CreateOrganizationalUnit', resource: unit('Workloads'), context: tagged },
    ],
    [OrganizationFeature.ROOT_EMAIL]: id => ['StartPrimaryEmailUpdate', 'AcceptPrimaryEmailUpdate'].map(name => (
      { action: `account:${name}`, resource: inAccount(id) }
    )),
  };
  const features = Object.values(OrganizationFeature);
  const allowed = (id: string, props: Partial<OrganizationAccessRoleProps>) => {
    const allows = roleWith(props);
    return features.filter(feature => allows(ofFeatures[feature](id)));
  };
  const isOnAccounts = (feature: OrganizationFeature) =>
    ![OrganizationFeature.COSTS, OrganizationFeature.ORGANIZATIONAL_UNITS].includes(feature);

  test.each(features)('the role has the permissions of %s only if it is named', feature => {
    expect(allowed(OURS, { features: [feature] })).toEqual([feature]);
  });

  test('the role has none of them by default', () => {
    expect(allowed(OURS, {})).toEqual([]);
  });

  test.each([
    ['the management account', MANAGEMENT_ACCOUNT, {}],
    ['a protected account', OURS, { protectedAccountIds: [OURS] }],
  ])('no feature changes %s', (_, id, props) => {
    expect(allowed(id, { features, ...props }).filter(isOnAccounts)).toEqual([]);
  });

  test('an account without the tag of this library cannot be closed', () => {
    expect(allowed(IN_ROOT, { features })).not.toContain(OrganizationFeature.CLOSE_ACCOUNTS);
  });

  test('units are created with the tag only, and deleted and used only if they carry it', () => {
    const allows = roleWith({ features, ...confined() });
    const create = (resource: string, context?: Permission['context']) =>
      allows([{ action: 'organizations:CreateOrganizationalUnit', resource, context }]);
    expect([create(unit('Workloads'), tagged), create(unit('Workloads')), create(unit('Security'), tagged)])
      .toEqual([true, false, false]);
    expect(create(root(), tagged)).toBe(false);
    const remove = () => allows([{ action: 'organizations:DeleteOrganizationalUnit', resource: unit('Security') }]);
    const move = () => allows([{ action: 'organizations:MoveAccount', resource: unit('Security') }]);
    expect([remove(), move()]).toEqual([false, false]);
    simulation.organizations.tree.updateUnit(units.Security, { tags: { [TAG]: 'ours' } });
    expect([remove(), move()]).toEqual([true, true]);
    simulation.organizations.tree.updateUnit(units.Security, { tags: {} });
  });

  test('a confined role can give accounts and units elsewhere the tag, as docs/security.md says', () => {
    const allows = roleWith({ features, ...confined() });
    const tag = (resource: string) => allows([{ action: 'organizations:TagResource', resource, context: tagged }]);
    expect([tag(account(SECURITY)), tag(unit('Security'))]).toEqual([true, true]);
    const known = simulation.organizations.tree.account(SECURITY);
    if (known) simulation.organizations.tree.putAccount({ ...known, tags: { [TAG]: 'ours' } });
    expect(allowed(SECURITY, { features, ...confined() }).filter(isOnAccounts)).toEqual(features.filter(isOnAccounts));
    expect(allowed(SECURITY, { features, ...confined(), protectedAccountIds: [SECURITY] }).filter(isOnAccounts))
      .toEqual([]);
  });
});
