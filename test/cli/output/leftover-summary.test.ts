import { printLeftovers, printRemaining } from '../../../cli/output/leftover-summary';
import type { Leftovers } from '../../../cli/report/report';
import { Simulation } from '../../../rehearsal/simulation';

function linesOf(leftovers: Leftovers): string[] {
  const lines: string[] = [];
  printLeftovers(leftovers, line => lines.push(line));
  return lines;
}

test('leftovers are accounts, branches and retained resources, at most 20 lines', () => {
  const lines = linesOf({
    accounts: [{ accountId: '3', name: 'dev', email: 'dev@example.com' }],
    branches: [{ repositoryName: 'shop', accountId: '2', name: 'env/dev', unused: false }],
    resources: Array.from({ length: 25 }, (_, index) => (
      { accountId: '3', constructPath: `Shop/Bucket${index}`, resourceType: 'AWS::S3::Bucket' }
    )),
    stacks: [{ accountId: '3', region: 'eu-west-1', name: 'Shop' }],
  });
  expect(lines.slice(0, 4)).toEqual([
    'Would remain after destroy:',
    "  account 3 'dev' (dev@example.com)",
    '  branch env/dev of repository shop',
    '  Shop/Bucket0 (AWS::S3::Bucket in account 3)',
  ]);
  expect(lines.at(-1)).toBe('  and 7 more: use --report for all');
});

test('no leftovers are printed as such', () => {
  const lines = linesOf({ accounts: [], branches: [], resources: [], stacks: [] });
  expect(lines).toEqual(['Would remain after destroy: nothing']);
});

test('an account that was created remains, except if it was closed', async () => {
  const simulation = await Simulation.start({ managementAccountId: '999999999999', virtual: {}, builds: false });
  const { organizations } = simulation;
  for (const [accountId, name] of [['333333333333', 'dev'], ['444444444444', 'test']]) {
    organizations.addAccount({ accountId, name, email: `${name}@example.com`, joined: 'CREATED' });
  }
  const closed = organizations.tree.account('444444444444');
  if (closed) organizations.tree.putAccount({ ...closed, state: 'PENDING_CLOSURE' });
  const lines: string[] = [];
  await printRemaining(simulation, line => lines.push(line));
  await simulation.stop();
  expect(lines).toEqual([expect.stringContaining('Accounts that remain'), '  333333333333 dev in the root']);
});
