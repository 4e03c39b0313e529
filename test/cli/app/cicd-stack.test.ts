import { assemblyStack, CICD_TEMPLATE } from './assembly-stack';
import { cicdStackOf } from '../../../cli/app/cicd-stack';

const [MANAGEMENT, CICD, NETWORK] = ['999999999999', '111122223333', '444455556666'];

test('the CICD stack is that of the Organization, otherwise the first stack outside the management account', () => {
  const cicd = assemblyStack(CICD, 'eu-west-1', CICD_TEMPLATE);
  const [management, network] = [assemblyStack(MANAGEMENT, 'us-east-1'), assemblyStack(NETWORK, 'eu-north-1')];
  expect(cicdStackOf([management, network, cicd], MANAGEMENT)).toBe(cicd);
  expect(cicdStackOf([management, network], MANAGEMENT)).toBe(network);
  expect(cicdStackOf([management], MANAGEMENT)).toBe(management);
});

test('repositories are in the account of the first pipeline that reads one', () => {
  const reader = assemblyStack(CICD, 'eu-west-1', { Action: { Provider: 'CodeCommit' } });
  const [management, network] = [assemblyStack(MANAGEMENT, 'us-east-1'), assemblyStack(NETWORK, 'eu-north-1')];
  expect(cicdStackOf([management, network, reader], MANAGEMENT)).toBe(reader);
  expect(cicdStackOf([reader, network], CICD)).toBe(network);
});
