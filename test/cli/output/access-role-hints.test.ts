import { accessRoleHints } from '../../../cli/output/access-role-hints';
import { assemblyStack } from '../app/assembly-stack';

const [MANAGEMENT, CICD, OTHER] = ['999999999999', '222222222222', '222222222223'];
const NAME = 'org-environments-access';

function management(trusted: string) {
  const trust = {
    Statement: [{
      Condition: { StringEquals: { 'sts:ExternalId': 'o-exampleorgid' } },
      Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${trusted}:root`]] } },
    }],
  };
  const role = { Type: 'AWS::IAM::Role', Properties: { RoleName: NAME, AssumeRolePolicyDocument: trust } };
  const other = { Type: 'AWS::IAM::Role', Properties: { RoleName: 'other', AssumeRolePolicyDocument: {} } };
  return assemblyStack(MANAGEMENT, 'eu-west-1', { Resources: { Other: other, Role: role } }, 'Management');
}

const reason = (name: string): string => (
  `no account was created: cannot assume role 'arn:aws:iam::${MANAGEMENT}:role/${name}' of the management account: `
  + `denied; its trust must name the role 'org-environments-account-provider' of account ${CICD}, with the external id`
);

test('a hint says that the access role has another name in the app', () => {
  expect(accessRoleHints([reason('org-environments-acess'), reason('org-environments-acess')], [management(CICD)]))
    .toEqual([
      `stack 'Management' creates the role '${NAME}' in account ${MANAGEMENT}, but OrganizationAccess.role() names `
        + `'arn:aws:iam::${MANAGEMENT}:role/org-environments-acess': correct one of them`,
    ]);
});

test('a hint says that the access role trusts another account than that of the Organization', () => {
  expect(accessRoleHints([reason(NAME)], [management(OTHER)])).toEqual([
    `stack 'Management' creates the role '${NAME}' for the CICD account ${OTHER}, but the Organization is in account `
      + `${CICD}: correct 'cicdAccountId' of the OrganizationAccessRole`,
  ]);
});

test('there is no hint about an access role that is right', () => {
  expect(accessRoleHints([reason(NAME), "'same' already exists"], [management(CICD)])).toEqual([]);
});

test('hints say that the app has no access role, and that the management account is an assumption', () => {
  const stacks = [assemblyStack(CICD, 'eu-west-1'), assemblyStack(OTHER, 'eu-west-1')];
  const denied = reason(NAME).replaceAll(MANAGEMENT, '444444444444');
  const hint = `no stack of the app contains an OrganizationAccessRole, which creates the role '${NAME}': add a stack `
    + 'with it in the management account 444444444444, for example to the app of the rehearsal only';
  expect(accessRoleHints([denied], stacks)).toEqual([
    hint,
    'the rehearsal assumes that the management account is 999999999999; if it is 444444444444, add it: '
      + '--management-account 444444444444',
  ]);
  expect(accessRoleHints([denied], stacks, '444444444444')).toEqual([hint]);
});
