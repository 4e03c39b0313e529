import {
  accountHints, assumedMembers, limitHints, logHints, repositoryPlaceHints, secondOrganizationHints,
  trustHints, unitHints, unusedUnitHints,
} from '../../../cli/output/hints';
import { assemblyStack, CICD_TEMPLATE } from '../app/assembly-stack';

const CICD = '111122223333';

test('a hint names the option for an organizational unit that does not exist', () => {
  const hints = (unit: string): string[] => (
    unitHints([`Error: organizational unit '${unit}' does not exist: the root has none`])
  );
  expect(hints('Workloads/Test')).toEqual([
    "if the organizational unit 'Workloads/Test' exists on AWS, add it: --organizational-unit Workloads/Test",
  ]);
  expect(hints('My Units/Test')).toEqual([expect.stringMatching(/--organizational-unit 'My Units\/Test'$/)]);
  expect(hints('ou-ab12-12345678')).toEqual([
    expect.stringContaining('simulated roots and organizational units have other ids than on AWS'),
  ]);
  expect(unitHints(["'same' already exists"])).toEqual([]);
});

test('a hint names a given organizational unit that the app does not use, if another one does not exist', () => {
  const reasons = ["organizational unit 'Workloads/Prod' does not exist: the root has workloads"];
  const stacks = [assemblyStack(CICD, 'eu-west-1', { units: ['Workloads/Prod', 'Other/Unit'] })];
  expect(unusedUnitHints(reasons, stacks, ['workloads/prod', 'Other'])).toEqual([
    "the app does not use the organizational unit 'workloads/prod' of --organizational-unit; it uses 'Workloads/Prod'",
  ]);
  expect(unusedUnitHints([], stacks, ['workloads/prod'])).toEqual([]);
});

test('a hint names the option for an account that does not exist, or that has no access role', () => {
  const role = "cannot assume role 'vending-entry' of account 123456789012";
  expect(
    accountHints([`Error: ${role}: account 123456789012 is not in the organization; invite it, then deploy again`]),
  ).toEqual([
    "if account 123456789012 exists on AWS and has the role 'vending-entry', add it: "
      + '--account 123456789012=vending-entry',
  ]);
  expect(accountHints([`${role}: invited accounts do not have it; create the role there`])).toEqual([
    "if account 123456789012 has the role 'vending-entry' on AWS, add it: --account 123456789012=vending-entry",
  ]);
  expect(accountHints([`${role}: it was deleted`, "'same' already exists"])).toEqual([]);
});

test('a hint names the option for a bootstrap that trusts another account', () => {
  const reason = (to: string, role: string): string => `arn:aws:iam::${CICD}:role/pipeline is not authorized to `
    + `perform AssumeRole on role arn:aws:iam::${to}:role/${role} (Service: AWSCodePipeline; Status Code: 400)`;
  expect(trustHints([reason('333333333333', 'cdk-hnb659fds-deploy-role-333333333333-eu-west-1')])).toEqual([
    `if the bootstrap of account 333333333333 trusts account ${CICD} on AWS (cdk bootstrap --trust ${CICD}), say so: `
      + `--bootstrap 333333333333=${CICD}`,
  ]);
  expect(trustHints([reason('333333333333', 'own'), reason(CICD, 'cdk-hnb659fds-deploy-role')])).toEqual([]);
});

test('a hint names the option for the limit of accounts', () => {
  const hint = ['raise the limit of the simulated organization: --account-limit <number>'];
  expect(limitHints(['the organization has 2 accounts, and its limit of accounts is 2'])).toEqual(hint);
  expect(limitHints(['the organization has reached its limit of accounts'])).toEqual(hint);
  expect(limitHints(['other'])).toEqual([]);
});

test('a hint names the option for logs if a custom resource did not respond', () => {
  const reason = 'CloudFormation did not receive a response from your Custom Resource. Please check your logs';
  expect(logHints([reason])).toEqual(['write the logs of the functions to find the cause: --log <file>']);
  expect(logHints(['other'])).toEqual([]);
});

test('a hint names the account and region of a repository that the app expects elsewhere', () => {
  const place = { accountId: CICD, region: 'eu-west-1' };
  const reason = `repository 'shop' does not exist in account ${CICD} in us-east-1 (branch 'main' of environment `
    + "'shop'): create it there";
  expect(repositoryPlaceHints([reason, reason, 'other'], ['shop'], place)).toEqual([
    `the repository 'shop' of --repository is in account ${CICD}, region eu-west-1, like the stack of the Organization`
    + `, but the app expects it in account ${CICD}, region us-east-1: deploy the stack that uses it into account `
    + `${CICD}, region eu-west-1`,
  ]);
  expect(repositoryPlaceHints([reason], ['other'], place)).toEqual([]);
  expect(repositoryPlaceHints([reason], ['shop'], undefined)).toEqual([]);
});

test('the accounts that are assumed to be members are named in one line, without the CICD account', () => {
  const stack = (name: string, accountId: string, template = {}) => (
    assemblyStack(accountId, 'eu-west-1', template, name)
  );
  const stacks = [
    stack('Cicd', '2', CICD_TEMPLATE), stack('A', '3'), stack('B', '3'), stack('C', '3'), stack('D', '4'),
  ];
  expect(assumedMembers(stacks, ['2'])).toBeUndefined();
  expect(assumedMembers(stacks, ['2', '3', '4'])).toBe(
    "assuming that accounts 3 (stacks 'A' and 'B' and 1 more) and 4 (stack 'D') are bootstrapped member accounts; "
    + 'to confirm: --account <id>',
  );
});

test('a hint explains that the account has an organization already', () => {
  const hint = 'the account has an Organization already, in another stack or region, and can have only one: import it '
    + 'there with Organization.fromParameterName(), or delete its stack first';
  expect(secondOrganizationHints(['Role with name org-environments-account-provider already exists.'])).toEqual([hint]);
  expect(secondOrganizationHints(['Event bus org-environments already exists.'])).toEqual([hint]);
  expect(secondOrganizationHints(['Role with name org-environments-access already exists.'])).toEqual([
    "the management account has the role 'org-environments-access' already, in another stack or region: deploy "
      + "OrganizationAccessRole once, or set its 'roleName'",
  ]);
  expect(secondOrganizationHints(['Role with name own already exists.'])).toEqual([]);
});
