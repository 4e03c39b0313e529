import { ANNA, fakeOperations } from './operations';
import { accounts, cleanAccount, releaseAccount } from '../../../cli/commands/accounts';
import type { AccountOutcome, OperationRequest } from '../../../src/operations/contract';

const FOUND: readonly AccountOutcome[] = [
  {
    accountId: '300000000001',
    accountName: 'shop-dev',
    poolName: 'sandbox',
    email: 'aws+1@example.com',
    state: 'leased',
    holder: 'dev',
    stackName: 'Cicd',
    since: '2026-01-01T10:00:00.000Z',
  },
  {
    accountId: '300000000002',
    accountName: 'sandbox-2',
    poolName: 'sandbox',
    email: 'aws+2@example.com',
    state: 'quarantine',
    since: '2026-01-02T10:00:00.000Z',
    reason: '1 resource remains',
    leftovers: ["AWS::S3::Bucket 'b' in eu-west-1: waits until 2027-01-01: Object Lock"],
  },
  { email: 'aws+3@example.com', poolName: 'sandbox', state: 'failed', reason: 'the e-mail is taken' },
  { accountId: '300000000004', state: 'available' },
];

function fakeWith(found: readonly AccountOutcome[]) {
  const fake = fakeOperations([]);
  const invoke = async <Outcome>(request: OperationRequest) => {
    fake.requests.push(request);
    return { pipelines: [] as Outcome[], accounts: found };
  };
  return { ...fake, operations: { ...fake.operations, invoke } };
}

test('accounts lists all accounts, and what remains in those in quarantine', async () => {
  const { operations, write, lines, requests } = fakeWith(FOUND);
  expect(await accounts({}, operations, write)).toBe(true);
  expect(requests).toEqual([{ operation: 'accounts' }]);
  expect(lines).toEqual([
    'account            name       pool     state       holder      since (UTC)',
    '300000000001       shop-dev   sandbox  leased      dev (Cicd)  2026-01-01 10:00',
    '300000000002       sandbox-2  sandbox  quarantine  -           2026-01-02 10:00',
    'aws+3@example.com  -          sandbox  failed      -           -',
    '300000000004       -          -        available   -           -',
    '',
    '! 300000000002 is in quarantine: 1 resource remains',
    "  - AWS::S3::Bucket 'b' in eu-west-1: waits until 2027-01-01: Object Lock",
    '  To clean it again, run: org-environments accounts clean 300000000002',
    '',
    '! aws+3@example.com cannot be created: the e-mail is taken',
  ]);
});

test('accounts --cost requests and shows the costs of the month', async () => {
  const { operations, write, lines, requests } = fakeWith([
    { accountId: '300000000001', state: 'available', cost: '12.30' }, { email: 'aws+2@example.com', state: 'creating' },
  ]);
  await accounts({ cost: true }, operations, write);
  expect(requests).toEqual([{ operation: 'accounts', costs: 'month' }]);
  expect(lines).toEqual([
    'account            name  pool  state      holder  since (UTC)  cost (USD)',
    '300000000001       -     -     available  -       -            12.30',
    'aws+2@example.com  -     -     creating   -       -            -',
  ]);
});

test('accounts names why an account could not be moved', async () => {
  const { operations, write, lines } = fakeWith([
    { accountId: '300000000001', state: 'available', problem: 'no unit' },
  ]);
  await accounts({}, operations, write);
  expect(lines.at(-1)).toBe('! 300000000001 is available, and could not be moved or prepared: no unit');
});

test('accounts --json prints what the function returns', async () => {
  const { operations, write, lines } = fakeWith(FOUND);
  await accounts({ json: true }, operations, write);
  expect(JSON.parse(lines.join('\n'))).toEqual({ accounts: FOUND });
});

test('accounts says that there are none', async () => {
  const { operations, write, lines } = fakeWith([]);
  await accounts({}, operations, write);
  expect(lines).toEqual(['no accounts']);
});

test.each([[{}, 'used', 'cleaned by hand'], [{ full: true, reason: 'lock removed' }, 'full', 'lock removed']])(
  'accounts clean with %j requests a clean', async (options, mode, reason) => {
    const { operations, write, lines, requests } = fakeWith([]);
    expect(await cleanAccount('300000000002', options, operations, write)).toBe(true);
    expect(requests).toEqual([{ operation: 'cleanAccount', accountId: '300000000002', by: ANNA, reason, mode }]);
    expect(lines.at(-1)).toBe('account 300000000002 will be cleaned; the clean starts within a minute');
  },
);

test('accounts release requires --force, and passes on the reason', async () => {
  const { operations, write, requests } = fakeWith([]);
  await expect(releaseAccount('300000000002', { reason: 'checked' }, operations, write)).rejects.toThrow(
    'release returns account 300000000002 without a proof that it is clean, or ends a lease: check the account, then '
      + 'add --force',
  );
  expect(requests).toEqual([]);
  await releaseAccount('300000000002', { reason: 'checked', force: true }, operations, write);
  expect(requests).toEqual([
    { operation: 'releaseAccount', accountId: '300000000002', by: ANNA, reason: 'checked' },
  ]);
});

test('accounts clean rejects an id without twelve digits', async () => {
  const { operations, write } = fakeWith([]);
  await expect(cleanAccount('shop-dev', {}, operations, write)).rejects.toThrow(
    "the account id must have twelve digits, got 'shop-dev'",
  );
});
