import { assemblyStack, CICD_TEMPLATE } from './assembly-stack';
import { checkStackPlaces, stacksWithoutAccount } from '../../../cli/app/stack-places';
import type { AssemblyStack } from '../../../rehearsal/assembly/manifest';

const VENDING = { ...CICD_TEMPLATE, Type: 'Custom::OrgEnvironmentsAccount' };
const ROLE = { Action: ['organizations:CreateAccount'], Principal: ':role/org-environments-account-provider' };

const cicd = assemblyStack('222222222222', 'eu-west-1', VENDING, 'Cicd');
const management = assemblyStack('999999999999', 'eu-west-1', ROLE, 'Management');

function withoutAccount(stack: AssemblyStack): AssemblyStack {
  return { ...stack, accountId: '111111111111', hasNoAccount: true };
}

test('stacks with accounts, where the management stack comes first, are accepted', () => {
  expect(() => checkStackPlaces([management, cicd])).not.toThrow();
});

test('a management stack that is deployed after the stack that vends accounts is rejected', () => {
  expect(() => checkStackPlaces([cicd, management])).toThrow(
    "stack 'Management' contains the role that stack 'Cicd' needs to create accounts, but is deployed after it: add a "
    + 'dependency to the app, Cicd.addDependency(Management), where these are the two stacks',
  );
});

test('the order does not matter if no account is vended, or if the account provider needs no role', () => {
  expect(() => checkStackPlaces([{ ...cicd, template: JSON.stringify(CICD_TEMPLATE) }, management])).not.toThrow();
  const same = assemblyStack('999999999999', 'eu-west-1', { ...VENDING, ...ROLE }, 'Same');
  expect(() => checkStackPlaces([same, assemblyStack('222222222222', 'eu-west-1')])).not.toThrow();
});

test.each([
  ['Organization', 'Cicd', [management, withoutAccount(cicd)], "'Management' has account 999999999999"],
  ['OrganizationAccessRole', 'Management', [withoutAccount(management), cicd], "'Cicd' has account 222222222222"],
])('the stack of the %s needs an account if another stack has one', (construct, name, stacks, other) => {
  expect(() => checkStackPlaces(stacks)).toThrow(
    `stack '${name}' contains the ${construct} and has no account, but ${other}: give the stack its account and `
    + "region, for example env: { account: '123456789012', region: 'eu-west-1' }",
  );
});

const ROLE_ARN = 'arn:aws:iam::999999999999:role/org-environments-access';
const vending = assemblyStack('222222222222', 'eu-west-1', { ...VENDING, ACCESS_ROLE_ARN: ROLE_ARN }, 'Cicd');
const IN_ACCOUNT = `the role of OrganizationAccess.role() in stack 'Cicd' is in account 999999999999 (${ROLE_ARN})`;

test('stacks that both have no account are rejected with the accounts that they need', () => {
  expect(() => checkStackPlaces([withoutAccount(management), withoutAccount(vending)])).toThrow(
    `stack 'Management' contains the OrganizationAccessRole and has no account, but ${IN_ACCOUNT}: give stack `
    + "'Management' the management account, for example env: { account: '999999999999', region: 'eu-west-1' }, and "
    + "stack 'Cicd' the CICD account",
  );
});

test('a management stack in another account than the access role is rejected', () => {
  expect(() => checkStackPlaces([{ ...management, accountId: '999999999998' }, vending])).toThrow(
    `stack 'Management' contains the OrganizationAccessRole and is in account 999999999998, but ${IN_ACCOUNT}`,
  );
  expect(() => checkStackPlaces([management, vending], '999999999999')).not.toThrow();
});

test('a wrong --management-account is rejected with the account of the access role', () => {
  expect(() => checkStackPlaces([management, vending], '999999999998')).toThrow(
    `--management-account is 999999999998, but ${IN_ACCOUNT}: give the management account in both places`,
  );
});

test('stacks without an account are named, unless no stack has one', () => {
  const other = withoutAccount(assemblyStack('', 'eu-west-1', {}, 'Other'));
  expect(stacksWithoutAccount([cicd, other])).toEqual([
    "stack 'Other' has no account: it is deployed into account 111111111111, region eu-west-1",
  ]);
  expect(stacksWithoutAccount([other])).toEqual([]);
});
