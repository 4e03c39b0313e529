import { printUnused } from '../../../cli/output/leftover-summary';
import { leftoversOf } from '../../../cli/report/leftovers';
import type { Cicd } from '../../fixtures/app';
import { CICD_ACCOUNT } from '../../fixtures/app';
import { reasons, Harness } from '../../vending/harness';

let harness: Harness;
beforeAll(async () => { harness = await Harness.start({ virtual: {} }); });
afterAll(async () => {
  // the last deployment has started pipelines
  await harness.simulation.clock.sleep(600);
  await harness.stop();
});

async function unusedAfter(define: (cicd: Cicd) => void): Promise<string[]> {
  expect(reasons(await harness.deploy(define))).toBe('');
  const lines: string[] = [];
  printUnused(await leftoversOf(harness.simulation), line => lines.push(line));
  return lines;
}

test('accounts and branches that no environment uses are printed and reported', async () => {
  const twoAccounts = (name: 'blue' | 'green') => (cicd: Cicd): void => {
    const accounts = { blue: cicd.account('blue'), green: cicd.account('green') };
    cicd.environment('dev', { account: accounts[name] });
  };
  const account = (name: string): string => (
    `  account ${harness.vended[`shop-${name}`]} 'shop-${name}' (aws+shop-${name}@example.com)`
  );
  expect(await unusedAfter(twoAccounts('blue'))).toEqual([]);
  expect(await unusedAfter(twoAccounts('green'))).toEqual([
    'Not used by any environment:',
    `${account('blue')}: the app still declares it`,
  ]);
  expect(await unusedAfter(cicd => cicd.account('green'))).toEqual([
    'Not used by any environment:',
    `${account('blue')}: available for an Account with the same email, unless it was retained`,
    `${account('green')}: the app still declares it`,
    `  branch env/dev of repository shop in account ${CICD_ACCOUNT}`,
  ]);
  expect(await leftoversOf(harness.simulation)).toMatchObject({
    accounts: [{ name: 'shop-blue', unused: 'available' }, { name: 'shop-green', unused: 'declared' }],
    branches: [{ repositoryName: 'shop', accountId: CICD_ACCOUNT, name: 'env/dev', unused: true }],
  });
});
