import { tellUnused } from '../../../cli/output/summary';
import { leftoversOf } from '../../../cli/report/leftovers';
import type { Cicd } from '../../fixtures/app';
import { CICD_ACCOUNT } from '../../fixtures/app';
import { reasons, Harness } from '../../vending/harness';

let harness: Harness;
beforeAll(async () => { harness = await Harness.start({ virtual: {} }); });
afterAll(async () => {
  // what the last run has set going comes to its end
  await harness.simulation.clock.sleep(600);
  await harness.stop();
});

async function told(define: (cicd: Cicd) => void): Promise<string[]> {
  expect(reasons(await harness.deploy(define))).toBe('');
  const lines: string[] = [];
  tellUnused(await leftoversOf(harness.simulation), line => lines.push(line));
  return lines;
}

test('accounts and branches that no environment uses any more are told, and are in the report', async () => {
  const twoAccounts = (name: 'blue' | 'green') => (cicd: Cicd): void => {
    const accounts = { blue: cicd.account('blue'), green: cicd.account('green') };
    cicd.environment('dev', { account: accounts[name] });
  };
  expect(await told(twoAccounts('blue'))).toEqual([]);
  expect(await told(twoAccounts('green'))).toEqual([
    'No environment uses any more:', `  account ${harness.vended['shop-blue']} 'shop-blue' (aws+shop-blue@example.com): it is still declared by the app`,
  ]);
  const free = (name: string): string => `  account ${harness.vended[`shop-${name}`]} 'shop-${name}' (aws+shop-${name}@example.com) is free: taken again by whoever asks `
    + 'for its e-mail, unless it was to be retained';
  expect(await told(cicd => cicd.account('green'))).toEqual([
    'No environment uses any more:', free('blue'), `  account ${harness.vended['shop-green']} 'shop-green' (aws+shop-green@example.com): it is still declared by the app`,
    `  branch env/dev of repository shop in account ${CICD_ACCOUNT}`,
  ]);
  expect(await leftoversOf(harness.simulation)).toMatchObject({
    accounts: [{ name: 'shop-blue', unused: 'free' }, { name: 'shop-green', unused: 'declared' }],
    branches: [{ repository: 'shop', accountId: CICD_ACCOUNT, name: 'env/dev', unused: true }],
  });
});
