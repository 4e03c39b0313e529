import { Harness, reasons } from './harness';
import { CICD_ACCOUNT } from '../fixtures/app';

test('an organization in a second region of the account fails with one error, which the README explains', async () => {
  const harness = await Harness.start();
  expect(reasons(await harness.deploy(() => undefined))).toBe('');
  const result = await harness.deploy(() => undefined, { env: { account: CICD_ACCOUNT, region: 'us-east-1' } });
  expect(result.failures.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('Role with name org-environments-account-provider already exists.'),
  ]);
  await harness.stop();
});
