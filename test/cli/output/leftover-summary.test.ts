import { printLeftovers } from '../../../cli/output/leftover-summary';
import type { Leftovers } from '../../../cli/report/report';

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
