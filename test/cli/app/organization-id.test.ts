import { assemblyStack } from './assembly-stack';
import { organizationIdOf } from '../../../cli/app/organization-id';

test('the organization is the one that the policies of the app name', () => {
  const policy = { Condition: { StringEquals: { 'aws:PrincipalOrgID': ['o-aaaaaaaaaa'] } } };
  const stacks = [assemblyStack('111122223333', 'eu-west-1', policy)];
  expect(organizationIdOf(stacks, undefined, () => undefined)).toBe('o-aaaaaaaaaa');
});
