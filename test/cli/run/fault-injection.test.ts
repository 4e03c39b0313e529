import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { explained } from '../../../cli/run/fault-injection';
import { OrganizationAccessRole } from '../../../src';
import { CICD_ACCOUNT, Cicd, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, quickApp, REGION } from '../../fixtures/app';

const COMMAND = path.join(__dirname, '../../../lib/cli/org-environments.js');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cli-faults-'));
  const app = quickApp({ outdir: path.join(folder, 'cdk.out') });
  const management = new Stack(app, 'Management', { env: { account: MANAGEMENT_ACCOUNT, region: REGION } });
  new OrganizationAccessRole(management, 'Access', { cicdAccountId: CICD_ACCOUNT, organizationId: ORGANIZATION_ID });
  const cicd = new Cicd(app);
  cicd.stack.addStackDependency(management);
  cicd.environment();
  app.synth();
  writeFileSync(path.join(folder, 'README.md'), 'the shop\n');
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, 'rehearse', '--app', 'cdk.out', ...args], {
    cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, stdout, stderr };
}

test('faults strike, what they break is deployed again, and the report counts them', () => {
  const faults = ['--fault', 'throttle', '--fault', 'outage,throttle', '--seed', '57947'];
  const { status, stdout } = run('--repository', `shop=${folder}`, '--scale', '300', '--destroy', ...faults, '--report', 'report.json');
  expect(stdout).toContain('A bad day: throttle, outage (--seed 57947 gives the same faults again; what they hit may differ)');
  expect(stdout).toMatch(/Deploying cdk\.out\n[^]*Failed: [^]*\nDeploying cdk\.out again, without faults\n[^]*Done: /);
  expect(stdout).toMatch(/Faults that struck: .*outage 1\b.* \(seed 57947\)/);
  expect({ status, stdout }).toMatchObject({ status: 0 });
  const report = JSON.parse(readFileSync(path.join(folder, 'report.json'), 'utf8'));
  expect(report).toMatchObject({ succeeded: true, faults: { seed: 57947, struck: { outage: 1, throttle: expect.any(Number) } } });
  expect(report.deployments.slice(0, 2)).toMatchObject([{ succeeded: false, mended: true }, { succeeded: true }]);
  expect(report.deployments.at(-1)).toMatchObject({ app: 'cdk.out (destroyed)', succeeded: true });
});

test('of a function that a fault has killed it is told what killed it', () => {
  const line = 'Message returned: RequestId: 1 Error: Runtime exited with error: signal: SIGKILL';
  expect(explained(line, { crash: 2 })).toBe(`${line} (the fault 'crash' killed it)`);
  expect(explained(line, { timeout: 1 })).toBe(line);
});

test.each<[string, string[], string]>([
  ['an unknown fault', ['--fault', 'throttle,earthquake'], 'throttle, conflict, lost, crash, timeout, twice, late, outage, cancel, creation, with a comma between them, got \'earthquake\''],
  ['a seed that is no number', ['--fault', 'crash', '--seed', 'x'], "must be a whole number from 0 to 2147483647, got 'x'"],
  ['a seed without faults', ['--seed', '1'], 'no --fault names any: name some, for example --fault throttle,crash'],
])('ends with 2 and clear words for %s', (_name, args, words) => {
  const { status, stderr } = run(...args);
  expect(stderr).toContain(words);
  expect(status).toBe(2);
});
