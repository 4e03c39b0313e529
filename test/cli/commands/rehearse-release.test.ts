import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { BlueGreenEnvironment, OrganizationAccessRole, PipelineDefinition, Traffic } from '../../../src';
import type { BlueGreenEnvironmentProps, PipelinePlan } from '../../../src';
import { CICD_ACCOUNT, Cicd, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, quickApp, REGION } from '../../fixtures/app';
import { COMMAND, CommandLine } from '../command-line';

const [REPOSITORY, RUN] = ['repository', `${process.execPath} ${COMMAND}`];

/** Accepts every commit. */
class Script extends PipelineDefinition {
  public plan(): PipelinePlan {
    const step = { name: 'Deploy', description: 'accepts a commit', commands: ['true'] };
    return { stages: [{ name: 'Deploy', steps: [step] }] };
  }
}

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
  synthesize('cdk.out', {});
  synthesize('approval.out', { pipeline: { definition: new Script() }, approval: true });
  mkdirSync(path.join(cli.folder, REPOSITORY));
  // no app, so its builds fail
  writeFileSync(path.join(cli.folder, REPOSITORY, 'README.md'), 'the shop\n');
});
afterAll(() => { cli.remove(); });

function synthesize(folder: string, options: Pick<BlueGreenEnvironmentProps, 'pipeline' | 'approval'>): void {
  const app = quickApp({ outdir: path.join(cli.folder, folder) });
  const management = new Stack(app, 'Management', { env: { account: MANAGEMENT_ACCOUNT, region: REGION } });
  new OrganizationAccessRole(management, 'Access', { cicdAccountId: CICD_ACCOUNT, organizationId: ORGANIZATION_ID });
  const cicd = new Cicd(app);
  cicd.stack.addStackDependency(management);
  new BlueGreenEnvironment(cicd.stack, 'prod', {
    organization: cicd.organization,
    source: cicd.source,
    blue: { account: cicd.account('blue') },
    green: { account: cicd.account('green') },
    traffic: Traffic.parameter({ parameterName: '/shop/active' }),
    ...options,
  });
  app.synth();
}

test('rehearse waits for the releases of --then, and fails with the reason when the last one has failed', () => {
  const { status, stdout } = cli.rehearse(
    '--app', 'cdk.out', '--repository', `shop=${REPOSITORY}`, '--scale', '600', '--report', 'report.json',
    '--then', `${RUN} release prod --to main`,
  );
  const reason = /pipeline 'prod' of side green in account \d+ did not deploy commit \w+/;
  expect(stdout).toMatch(new RegExp(`✗ release of prod {2}failed: ${reason.source}`));
  expect(stdout).toMatch(new RegExp(`✗ release of prod: ${reason.source}`));
  expect(status).toBe(1);
  expect(cli.report('report.json')).toMatchObject({
    succeeded: false,
    releases: [{ environmentName: 'prod', state: 'failed', reason: expect.stringMatching(reason) }],
  });
});

test('a release that a person has aborted does not fail the rehearsal', () => {
  const { status, stdout } = cli.rehearse(
    '--app', 'cdk.out', '--repository', `shop=${REPOSITORY}`, '--scale', '200',
    '--then', `${RUN} release prod --to main && ${RUN} abort prod --reason "wrong commit"`,
  );
  expect(stdout).toMatch(/✗ release of prod {2}failed: aborted by arn:\S+: wrong commit/);
  expect({ status, stdout }).toMatchObject({ status: 0 });
});

test('a release that needs an approval is approved with --approve, and waits without', () => {
  const release = [
    '--app', 'approval.out', '--repository', `shop=${REPOSITORY}`, '--scale', '600',
    '--then', `${RUN} release prod --to main`,
  ];
  const waiting = cli.rehearse(...release, '--report', 'waiting.json').stdout;
  expect(waiting).toContain('… release of prod  waits for approval\n');
  expect(cli.report('waiting.json')).toMatchObject({ releases: [{ state: 'waits for approval' }] });
  expect(waiting).toContain('! Not deployed: prod: its release waits for approval\n');
  expect(waiting).toContain('hint: to rehearse what comes after an approval, add --approve prod, or --approve all\n');
  const { status, stdout } = cli.rehearse(...release, '--approve', 'prod');
  expect(stdout).toContain('✓ release of prod approved (--approve)\n');
  expect(stdout).toContain('✓ release of prod  succeeded\n');
  expect(stdout).not.toContain('Not deployed');
  expect(status).toBe(0);
});

test('--approve with an unknown name is rejected before the deployment, with the blue/green environments', () => {
  const { status, stderr } = cli.rehearse(
    '--app', 'cdk.out', '--repository', `shop=${REPOSITORY}`, '--scale', '600', '--approve', 'prdo',
  );
  expect(stderr).toContain("--approve 'prdo': no environment has this name; the environments are 'prod'");
  expect(status).toBe(2);
});
