import { checkReach } from '../../../cli/commands/check-reach';
import type { OperationsClient } from '../../../cli/operations/operations-function';
import type { CheckReachOptions } from '../../../cli/options/check-options';
import type { NamedAccount } from '../../../cli/reach/places';
import { factsOf } from '../reach/facts';

const ANSI = /\u001B\[\d+m/g;

async function run(options: CheckReachOptions, environment: NodeJS.ProcessEnv = { AWS_REGION: 'eu-west-1' }) {
  const lines: string[] = [];
  const described: [readonly NamedAccount[], string][] = [];
  const invoke = async () => ({
    pipelines: [],
    accounts: [
      { accountId: '111111111111', accountName: 'one', state: 'leased' },
      { accountId: '222222222222', state: 'closed' },
      { accountName: 'new', state: 'creating' },
    ],
  });
  const succeeded = await checkReach(options, {
    operations: { invoke } as unknown as OperationsClient,
    describe: async (accounts, region) => {
      described.push([accounts, region]);
      return factsOf([
        { name: 'one', cidr: '10.1.0.0/20', segment: 'a' },
        { name: 'two', cidr: '10.2.0.0/20', segment: 'a' },
        { name: 'three', cidr: '10.3.0.0/20', segment: 'b' },
      ]);
    },
    write: line => lines.push(line.replace(ANSI, '')),
    environment,
  });
  return { succeeded, lines, described };
}

test('a way is printed with what it goes through', async () => {
  expect(await run({ from: 'one', to: 'two' })).toEqual({
    succeeded: true,
    lines: [
      '✓ one → two: reachable in both directions, from subnet-one to subnet-two', '  through tgw-1, table-a',
    ],
    described: [[[{ accountId: '111111111111', accountName: 'one' }], 'eu-west-1']],
  });
});

test('an obstacle is printed, and the command fails', async () => {
  const { succeeded, lines } = await run({ from: 'one', to: 'three', port: 443 });
  expect(succeeded).toBe(false);
  expect(lines).toEqual([
    '✗ one → three, TCP port 443: not reachable', '  route table table-a of tgw-1 has no route to 10.3.0.0/20',
  ]);
});

test('the result is printed as JSON, for another region', async () => {
  const { lines, described } = await run({ from: 'one', to: 'two', region: 'eu-north-1', json: true });
  expect(JSON.parse(lines.join('\n'))).toEqual({
    from: 'one',
    to: 'two',
    reaches: true,
    fromSubnetId: 'subnet-one',
    toSubnetId: 'subnet-two',
    via: ['tgw-1', 'table-a'],
  });
  expect(described[0][1]).toBe('eu-north-1');
});

test('an unknown region is an error', async () => {
  await expect(run({ from: 'one', to: 'two' }, {})).rejects.toThrow(
    'the region is not known: add --region, or set AWS_REGION');
});
