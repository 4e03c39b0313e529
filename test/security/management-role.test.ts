import { Stack } from 'aws-cdk-lib';
import { PolicyDocument } from '../../rehearsal/core/policy-document';
import { read } from '../../rehearsal/core/protocol/read';
import type { Permission } from '../../rehearsal/core/service';
import { Simulation } from '../../rehearsal/simulation';
import type { OrganizationAccessRoleProps } from '../../src';
import { OrganizationAccessRole } from '../../src';
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
