import { stripVTControlCharacters } from 'node:util';
import { isNearLimit, printLimits, printQuotas } from '../../../cli/output/summary';
import { limitUse, quotaUse } from '../../../cli/report/quotas';
import { Simulation } from '../../../rehearsal/simulation';

const ACCOUNT = '111111111111';

test('the use of a quota has the peaks per second and minute, and the published limits', () => {
  const caller = { accountId: ACCOUNT, caller: '', region: 'us-east-1' };
  const call = { service: 'organizations', operation: 'CreateAccount', ...caller };
  const calls = [0, 100, 200, 30_000, 59_000, 90_000].map(at => ({ ...call, at }));
  const [use] = quotaUse([
    ...calls,
    { ...call, at: 91_000, error: 'TooManyRequestsException' },
    { ...call, at: 0, operation: 'DescribeOrganization' },
  ]);
  expect(use).toEqual({
    service: 'organizations',
    operations: ['CreateAccount'],
    calls: 7,
    throttledCalls: 1,
    peakPerSecond: 3,
    limitPerSecond: 3,
    peakPerMinute: 5,
    limitPerMinute: 9,
  });
  const lines: string[] = [];
  printQuotas([use], line => lines.push(stripVTControlCharacters(line)));
  expect(lines).toEqual([
    'Peak calls per second and minute vs. published limits:',
    '  organizations:CreateAccount  3 of 3/s  5 of 9/min  7 calls total, 1 throttled',
  ]);
});

test('a quota is near its limit from 80 percent per second or minute, or if a call was throttled', () => {
  const use = {
    service: 'ssm',
    operations: ['PutParameter'],
    calls: 9,
    throttledCalls: 0,
    peakPerSecond: 7,
    limitPerSecond: 10,
    peakPerMinute: 79,
    limitPerMinute: 100,
  };
  expect(isNearLimit(use)).toBe(false);
  for (const change of [{ peakPerSecond: 8 }, { peakPerMinute: 80 }, { throttledCalls: 1 }]) {
    expect(isNearLimit({ ...use, ...change })).toBe(true);
  }
});

test('the use of a quota per account is that of the busiest account, for all operations that share it', () => {
  const call = { service: 'ssm', caller: '', region: 'eu-west-1' };
  const calls = (accountId: string, operation: string, times: readonly number[]) => (
    times.map(at => ({ ...call, accountId, operation, at }))
  );
  const [get, put] = quotaUse([
    ...calls(ACCOUNT, 'GetParameter', [0, 200, 70_000]),
    ...calls(ACCOUNT, 'GetParameters', [300]),
    ...calls('222222222222', 'GetParameter', [0, 400]),
    { ...call, accountId: ACCOUNT, operation: 'PutParameter', at: 0, error: 'ThrottlingException' },
  ]);
  expect(get).toMatchObject({
    service: 'ssm',
    operations: ['GetParameter', 'GetParameters'],
    calls: 6,
    throttledCalls: 0,
    peakPerSecond: 3,
    limitPerSecond: 40,
    peakPerMinute: 3,
    limitPerMinute: 2400,
  });
  expect(put).toMatchObject({ operations: ['PutParameter'], peakPerSecond: 1, limitPerSecond: 3, throttledCalls: 1 });
});

test('lookups of events are limited to two per second in each account and region', () => {
  const call = { service: 'cloudtrail', operation: 'LookupEvents', caller: '', accountId: ACCOUNT };
  const regions = ['eu-west-1', 'eu-west-1', 'us-east-1'];
  expect(quotaUse(regions.map(region => ({ ...call, region, at: 0 })))).toMatchObject([
    { peakPerSecond: 2, limitPerSecond: 2, limitPerMinute: 120 },
  ]);
});

test('the use of Organizations is compared with its default quotas', async () => {
  const simulation = await Simulation.start({ managementAccountId: ACCOUNT, virtual: {} });
  const { organizations } = simulation;
  const { creation, closure } = organizations;
  const create = (name: string) => creation.start({ name, email: `${name}@example.com`, roleName: 'role', tags: {} });
  const lines = (): string[] => {
    const printed: string[] = [];
    printLimits(limitUse(organizations), line => printed.push(stripVTControlCharacters(line)));
    return printed;
  };
  expect(lines()).toEqual([]);
  ['a', 'b', 'c'].forEach(create);
  await creation.ended();
  create('d');
  await creation.ended();
  const used = 'Default AWS Organizations quotas used: 3 of 5 concurrent account creations, ';
  expect(lines()).toEqual([`${used}5 of 10 accounts`]);
  const created = organizations.accounts.filter(({ joined }) => joined === 'CREATED');
  created.slice(0, 2).forEach(account => closure.close(account));
  for (const name of 'efghij') {
    organizations.addAccount({ accountId: name, name, email: `${name}@example.com`, joined: 'INVITED' });
  }
  expect(limitUse(organizations)).toEqual([
    { name: 'concurrent account creations', peak: 3, limit: 5 },
    { name: 'concurrent account closures', peak: 2, limit: 3 },
    { name: 'accounts', peak: 11, limit: 10 },
  ]);
  expect(lines()).toEqual([
    `${used}2 of 3 concurrent account closures, 11 of 10 accounts; `
    + 'request an increase from Service Quotas before you deploy',
  ]);
  await simulation.stop();
});
