import { awsError } from './fake-directory';
import { costsOfMonth } from '../../lambda/account/costs';
import { FakeApi } from '../clean/fake-api';

const ACCESS = { partition: 'aws', cicdAccount: '222222222222', roleArn: 'arn:aws:iam::999999999999:role/access' };
const NOW = Date.parse('2026-11-30T22:00:00Z');
const group = (accountId: string, Amount: string) =>
  ({ Keys: [accountId], Metrics: { UnblendedCost: { Amount, Unit: 'USD' } } });
const read = async (answers: ConstructorParameters<typeof FakeApi>[0]) => {
  const api = new FakeApi(answers);
  return { api, costs: await costsOfMonth(api, ACCESS, 'us-east-1', NOW) };
};

test('one call reads the costs of all accounts in the current month, with today', async () => {
  const { api, costs } = await read({
    'ce:GetCostAndUsage': {
      ResultsByTime: [{ Groups: [group('333333333333', '12.3456'), group('444444444444', '0')] }],
    },
  });
  expect(costs).toEqual({ 333333333333: '12.35', 444444444444: '0.00' });
  expect(api.calls).toEqual([{
    service: 'ce',
    region: 'us-east-1',
    operation: 'GetCostAndUsage',
    input: {
      TimePeriod: { Start: '2026-11-01', End: '2026-12-01' },
      Granularity: 'MONTHLY',
      Metrics: ['UnblendedCost'],
      GroupBy: [{ Type: 'DIMENSION', Key: 'LINKED_ACCOUNT' }],
    },
  }]);
});

test('all pages are read', async () => {
  const { api, costs } = await read({
    'ce:GetCostAndUsage': [
      { ResultsByTime: [{ Groups: [group('333333333333', '1')] }], NextPageToken: 'next' },
      { ResultsByTime: [{ Groups: [group('444444444444', '2')] }] },
    ],
  });
  expect(costs).toEqual({ 333333333333: '1.00', 444444444444: '2.00' });
  expect(api.calls.map(({ input }) => input.NextPageToken)).toEqual([undefined, 'next']);
});

test.each([
  [awsError('DataUnavailableException'), /^Cost Explorer is not enabled: open Cost Explorer in the Billing and Cost /],
  [awsError('AccessDeniedException', 'User not enabled for cost explorer access'), /^Cost Explorer is not enabled: /],
  [awsError('AccessDeniedException', 'not authorized to perform: ce:GetCostAndUsage'),
    /may not ce:GetCostAndUsage.*its 'features' must contain OrganizationFeature\.COSTS/],
  [awsError('ValidationException', 'wrong'), /^wrong$/],
])('the error %s says what to do', async (error, message) => {
  await expect(read({ 'ce:GetCostAndUsage': error })).rejects.toThrow(message);
});
