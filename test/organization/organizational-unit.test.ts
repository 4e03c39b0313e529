import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Account, OrganizationalUnit } from '../../src';
import type { OrganizationalUnitProps } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';
import { resourcesOf, synthesized } from '../fixtures/assembly';

let cicd: Cicd;
beforeEach(() => {
  cicd = new Cicd(quickApp(), { imported: true });
});

const unit = (id: string, props: Partial<OrganizationalUnitProps> = {}) =>
  new OrganizationalUnit(cicd.stack, id, { organization: cicd.organization, unitName: id, ...props });
const units = () => resourcesOf(synthesized(cicd.stack), 'Custom::OrgEnvironmentsOrganizationalUnit');

test('a unit is a custom resource in the stack of the app', () => {
  unit('Workloads');
  unit('Test', { parent: 'Workloads' }).applyRemovalPolicy(RemovalPolicy.RETAIN);
  expect(units().map(({ Properties }) => Properties)).toMatchObject([
    { kind: 'unit', unitName: 'Workloads', onRemoval: 'delete' },
    { kind: 'unit', unitName: 'Test', parent: 'Workloads', onRemoval: 'retain' },
  ]);
});

test('an account in a unit waits for it, and its preconditions do not need it', () => {
  cicd.account('dev', { organizationalUnit: unit('Workloads').organizationalUnitId });
  const template = synthesized(cicd.stack);
  const [account] = resourcesOf(template, 'Custom::OrgEnvironmentsAccount');
  expect(account.Properties.organizationalUnit).toEqual({
    'Fn::GetAtt': [expect.stringContaining('Workloads'), 'organizationalUnitId'],
  });
  const [preconditions] = resourcesOf(template, 'Custom::OrgEnvironmentsPreconditions');
  expect(preconditions.Properties.organizationalUnits).toEqual([]);
});

test('an account may be in the path of a unit, too', () => {
  cicd.account('dev', { organizationalUnit: unit('Workloads').path });
  const [account] = resourcesOf(synthesized(cicd.stack), 'Custom::OrgEnvironmentsAccount');
  expect(account.Properties.organizationalUnit).toEqual({ 'Fn::GetAtt': [expect.any(String), 'path'] });
});

test('an account with the text of a path that the stack defines is rejected', () => {
  unit('Test', { parent: 'Workloads' });
  cicd.account('dev', { organizationalUnit: 'Workloads/Test' });
  expect(() => synthesized(cicd.stack)).toThrow(
    "the organizational unit 'Workloads/Test' of an account is defined by 'Cicd/Test': pass its organizationalUnitId, "
      + 'so that it is created before the account',
  );
});

test.each(['a/b', '', ' a', 'ou-ab12-cdefgh34', 'r-ab12', 'x'.repeat(129)])('the name %p is rejected', unitName => {
  expect(() => unit('Unit', { unitName })).toThrow(
    "[Cicd/Unit] the unit name must be one name of 1 to 128 characters without '/', not beginning with 'ou-' or 'r-' "
      + `(define a unit for each level, with the upper one as parent), got '${unitName}'`,
  );
});

test('a parent that is neither an id nor a path is rejected', () => {
  const wrong = () => unit('Unit', { parent: '/Workloads' });
  expect(wrong).toThrow('[Cicd/Unit] the organizational unit must be an id like');
});

test('a second construct for a unit is rejected', () => {
  unit('One', { unitName: 'Workloads' });
  expect(() => unit('Two', { unitName: 'Workloads' })).toThrow(
    "[Cicd/Two] the organizational unit '/Workloads' is already used by 'Cicd/One': use the organizationalUnitId of "
      + 'that construct',
  );
});

test('a removal policy other than DESTROY and RETAIN is rejected', () => {
  const kept = unit('Unit');
  kept.applyRemovalPolicy(RemovalPolicy.DESTROY);
  expect(() => kept.applyRemovalPolicy(RemovalPolicy.SNAPSHOT)).toThrow(
    "[Cicd/Unit] the removal policy 'snapshot' is not supported: use RemovalPolicy.DESTROY or RemovalPolicy.RETAIN",
  );
});

test('a unit that exists is imported by its id', () => {
  const imported = OrganizationalUnit.fromOrganizationalUnitId(cicd.stack, 'Imported', 'ou-ab12-cdefgh34');
  expect(imported.organizationalUnitId).toBe('ou-ab12-cdefgh34');
  expect(() => OrganizationalUnit.fromOrganizationalUnitId(cicd.stack, 'Wrong', 'Workloads')).toThrow(
    '[Cicd/Wrong] the organizational unit must be an id like',
  );
});

describe('an account that is imported by its name', () => {
  test('is a custom resource as soon as an environment uses it, and its id is known then', () => {
    const account = Account.fromAccountName(cicd.stack, 'Legacy', 'legacy');
    cicd.environment('legacy', { account });
    const template = synthesized(cicd.stack);
    const [resource] = resourcesOf(template, 'Custom::OrgEnvironmentsAccount');
    expect(resource.Properties).toMatchObject({ kind: 'named', accountName: 'legacy' });
    expect(cicd.stack.resolve(account.accountId)).toEqual({ 'Fn::GetAtt': [expect.any(String), 'accountId'] });
  });

  test('has no id while nothing uses it', () => {
    const account = Account.fromAccountName(cicd.stack, 'Legacy', 'legacy');
    expect(() => cicd.stack.resolve(account.accountId)).toThrow(
      "[Cicd/Legacy] the id of account 'legacy' is not known, because no environment and no stack uses the account: "
        + 'use it, or import the account with Account.fromAccountId()',
    );
  });

  test('is imported once in an app', () => {
    Account.fromAccountName(cicd.stack, 'One', 'legacy');
    expect(() => Account.fromAccountName(cicd.stack, 'Two', 'legacy')).toThrow(
      "[Cicd/Two] the account name 'legacy' is already used by 'Cicd/One': use that construct instead of a second "
        + 'import of the account',
    );
  });

  test('rejects a removal policy', () => {
    const account = Account.fromAccountName(new Stack(new App(), 'Stack'), 'Legacy', 'legacy');
    expect(() => account.applyRemovalPolicy(RemovalPolicy.DESTROY)).toThrow(
      "[Stack/Legacy] the removal policy 'destroy' cannot be applied: an account that exists is always kept, with all "
        + 'its contents',
    );
  });
});
