import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Harness, reasons } from './harness';
import { secondOrganizationHints } from '../../cli/output/hints';
import { CICD_ACCOUNT } from '../fixtures/app';

test('an organization in a second region fails with one error, which a hint and a page explain', async () => {
  const harness = await Harness.start();
  expect(reasons(await harness.deploy(() => undefined))).toBe('');
  const result = await harness.deploy(() => undefined, { env: { account: CICD_ACCOUNT, region: 'us-east-1' } });
  expect(result.failures.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('Role with name org-environments-account-provider already exists.'),
  ]);
  expect(secondOrganizationHints(result.failures.map(({ reason }) => reason))).toEqual([
    expect.stringContaining('the account has an Organization already, in another stack or region'),
  ]);
  const page = readFileSync(join(__dirname, '../../docs/troubleshooting.md'), 'utf8');
  expect(page).toContain('| `Role with name org-environments-account-provider already exists`');
  await harness.stop();
});
