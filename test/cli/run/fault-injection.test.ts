import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { explainCrash } from '../../../cli/run/fault-injection';
import { OrganizationAccessRole } from '../../../src';
import { CICD_ACCOUNT, Cicd, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, quickApp, REGION } from '../../fixtures/app';
import { CommandLine } from '../command-line';

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
  const app = quickApp({ outdir: path.join(cli.folder, 'cdk.out') });
  const management = new Stack(app, 'Management', { env: { account: MANAGEMENT_ACCOUNT, region: REGION } });
  new OrganizationAccessRole(management, 'Access', { cicdAccountId: CICD_ACCOUNT, organizationId: ORGANIZATION_ID });
  const cicd = new Cicd(app);
  cicd.stack.addStackDependency(management);
  cicd.environment();
  app.synth();
  writeFileSync(path.join(cli.folder, 'README.md'), 'the shop\n');
});
afterAll(() => { cli.remove(); });

test('a deployment that fails because of injected faults is retried without, and the report counts the faults', () => {
  const { status, stdout } = cli.rehearse(
    '--app', 'cdk.out', '--repository', `shop=${cli.folder}`, '--scale', '300', '--destroy', '--report', 'report.json',
    '--fault', 'throttle', '--fault', 'outage,throttle', '--seed', '57947',
  );
  expect(stdout).toContain(
    'Fault injection: throttle, outage; --seed 57947 repeats the faults, possibly in other resources\n',
  );
  expect(stdout).toMatch(/Deploying cdk\.out\n[^]*Failed: [^]*\nDeploying cdk\.out again, without faults\n[^]*Done: /);
  expect(stdout).toMatch(/Injected faults: .*outage 1\b.* \(seed 57947\)/);
  expect({ status, stdout }).toMatchObject({ status: 0 });
  const report = cli.report('report.json');
  expect(report).toMatchObject({
    succeeded: true, faults: { seed: 57947, injected: { outage: 1, throttle: expect.any(Number) } },
  });
  expect(report.deployments.slice(0, 2)).toMatchObject([
    { app: 'cdk.out', action: 'deploy', succeeded: false, succeededOnRetry: true },
    { app: 'cdk.out', action: 'deploy', succeeded: true },
  ]);
  expect(report.deployments.at(-1)).toMatchObject({ app: 'cdk.out', action: 'destroy', succeeded: true });
});

test('the error of a function that an injected crash killed names the fault', () => {
  const line = 'Message returned: RequestId: 1 Error: Runtime exited with error: signal: SIGKILL';
  expect(explainCrash(line, { crash: 2 })).toBe(`${line} (injected fault 'crash')`);
  expect(explainCrash(line, { timeout: 1 })).toBe(line);
});
