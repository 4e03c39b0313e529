import { orgEnvironments, signedIn } from './command-line';
import { Harness, IN_REAL_TIME, reasons } from './harness';
import { TransitHub } from '../../src';
import { CICD_ACCOUNT } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';
import { networkOf } from '../fixtures/networks';

/** Two customers with one network each, and a network that both reach. */
function app(cicd: Cicd): void {
  const hub = new TransitHub(cicd.stack, 'Hub', { organization: cicd.organization, account: cicd.account('hub') });
  hub.addSegment('shared');
  ['shared', 'acme', 'globex'].forEach((name, index) => {
    if (index > 0) hub.addSegment(name, { reaches: ['shared'] });
    hub.attach(networkOf(cicd, name, `10.${index}.0.0/20`), { segment: name });
  });
}

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start({ ...IN_REAL_TIME, scale: 60 });
  expect(reasons(await harness.deploy(app))).toBe('');
});
afterAll(() => harness.stop());

const check = async (...options: string[]) =>
  orgEnvironments(signedIn(harness, `arn:aws:iam::${CICD_ACCOUNT}:root`), 'check', 'reach', ...options);

test('the command reads the accounts, and prints that a network reaches another one', async () => {
  const { status, stdout, stderr } = await check('--from', 'shop-acme', '--to', 'Cicd/shared-network');
  expect([status, stdout, stderr]).toEqual([
    0, expect.stringMatching(/^✓ shop-acme → Cicd\/shared-network: reachable in both directions, from subnet-/), '',
  ]);
});

test('the command fails with the obstacle between networks of two customers', async () => {
  const { status, stdout } = await check('--from', 'shop-acme', '--to', '10.2.0.0/20', '--json');
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    from: 'shop-acme',
    to: '10.2.0.0/20',
    reaches: false,
    obstacle: expect.stringMatching(/^route table tgw-rtb-\w+ of tgw-\w+ has no route to 10\.2\./),
  });
});

test('the command fails if no security group allows the port', async () => {
  const { status, stdout } = await check('--from', 'shop-acme', '--to', 'shop-shared', '--port', '5432');
  expect([status, stdout]).toEqual([1, expect.stringContaining('no security group of vpc-')]);
  expect(await check('--from', 'nowhere', '--to', 'shop-shared')).toMatchObject({
    status: 2, stderr: expect.stringContaining("there is no network 'nowhere': known networks are "),
  });
});
