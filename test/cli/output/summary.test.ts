import { tellLeftovers, tellLimits, tellQuotas } from '../../../cli/output/summary';
import { limitUse, quotaUse } from '../../../cli/report/quotas';
import { Simulation } from '../../../rehearsal/simulation';

const ACCOUNT = '111111111111';

test('the use of a quota is that of the busiest second and minute', () => {
  const call = { service: 'organizations', operation: 'CreateAccount', accountId: ACCOUNT, caller: '', region: 'us-east-1' };
  const calls = [0, 100, 200, 30_000, 59_000, 90_000].map(at => ({ ...call, at }));
  const [use] = quotaUse([...calls, { ...call, at: 91_000, error: 'TooManyRequestsException' }, { ...call, at: 0, operation: 'DescribeOrganization' }]);
  expect(use).toEqual({ operation: 'organizations:CreateAccount', calls: 7, secondPeak: 3, secondAllowed: 3, minutePeak: 5, minuteAllowed: 9, throttled: 1 });
  const lines: string[] = [];
  tellQuotas([use], line => lines.push(line));
  expect(lines).toEqual([
    'Busiest second and minute, of what AWS allows (what it does not publish is not told):',
    expect.stringContaining('organizations:CreateAccount  3 of 3, 5 of 9; 7 calls in all'),
  ]);
});

test('a rate that each account has for itself is told of the one that comes closest to it, and operations that share one together', () => {
  const call = { service: 'ssm', caller: '', region: 'eu-west-1' };
  const some = (accountId: string, operation: string, times: readonly number[]) => times.map(at => ({ ...call, accountId, operation, at }));
  const uses = quotaUse([
    ...some(ACCOUNT, 'GetParameter', [0, 200, 70_000]), ...some(ACCOUNT, 'GetParameters', [300]), ...some('222222222222', 'GetParameter', [0, 400]),
    { ...call, accountId: ACCOUNT, operation: 'PutParameter', at: 0, error: 'ThrottlingException' },
  ]);
  const [get, put] = uses;
  expect(get).toEqual({
    operation: 'ssm:GetParameter, GetParameters', calls: 6, secondPeak: 3, secondAllowed: 40, minutePeak: 3, minuteAllowed: 2400, throttled: 0,
  });
  expect(put).toMatchObject({ operation: 'ssm:PutParameter', secondPeak: 1, secondAllowed: 3, throttled: 1 });
});

test('how many accounts were created and closed at once is told beside what AWS allows, and how many there are', async () => {
  const simulation = await Simulation.start({ managementAccountId: ACCOUNT, virtual: {} });
  const { organizations } = simulation;
  const lines = (): string[] => {
    const told: string[] = [];
    tellLimits(limitUse(organizations), line => told.push(line.replace(/\u001b\[\d+m/g, '')));
    return told;
  };
  expect(lines()).toEqual([]);
  const { creation, closure } = organizations;
  const create = (name: string) => creation.start({ name, email: `${name}@example.com`, roleName: 'role', tags: {} });
  ['a', 'b', 'c'].forEach(create);
  await creation.ended();
  create('d');
  await creation.ended();
  expect(lines()).toEqual(['Of what AWS Organizations allows at first: 3 of 5 creations at once, 5 of 10 accounts']);
  organizations.accounts.filter(({ joined }) => joined === 'CREATED').slice(0, 2).forEach(account => closure.close(account));
  for (const name of 'efghij') organizations.addAccount({ accountId: name, name, email: `${name}@example.com`, joined: 'INVITED' });
  expect(limitUse(organizations)).toEqual([
    { what: 'creations at once', most: 3, allowed: 5 }, { what: 'closures at once', most: 2, allowed: 3 }, { what: 'accounts', most: 11, allowed: 10 },
  ]);
  expect(lines()).toEqual(['Of what AWS Organizations allows at first: 3 of 5 creations at once, 2 of 3 closures at once, 11 of 10 accounts: ask Service Quotas for more']);
  await simulation.stop();
});

test('what is left is told, or that there is nothing', () => {
  const lines: string[] = [];
  tellLeftovers({ accounts: [], branches: [], resources: [], stacks: [] }, line => lines.push(line));
  tellLeftovers({
    accounts: [{ accountId: '3', name: 'dev', email: 'dev@example.com' }],
    branches: [{ repository: 'shop', accountId: '2', name: 'env/dev', unused: false }],
    resources: Array.from({ length: 25 }, (_, index) => ({ accountId: '3', name: `Shop/Bucket${index}`, type: 'AWS::S3::Bucket' })),
    stacks: [{ accountId: '3', name: 'Shop' }],
  }, line => lines.push(line));
  expect(lines.slice(0, 5)).toEqual([
    'Would be left if it were destroyed: nothing', 'Would be left if it were destroyed:', "  account 3 'dev' (dev@example.com)",
    '  branch env/dev of repository shop', '  Shop/Bucket0 (AWS::S3::Bucket in account 3)',
  ]);
  expect(lines.at(-1)).toBe('  and 7 more, which --report tells');
});
