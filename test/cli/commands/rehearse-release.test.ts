import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { BlueGreenEnvironment, OrganizationAccessRole, Traffic } from '../../../src';
import { CICD_ACCOUNT, Cicd, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, quickApp, REGION } from '../../fixtures/app';
import { COMMAND, CommandLine } from '../command-line';

const [REPOSITORY, RUN] = ['repository', `${process.execPath} ${COMMAND}`];

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
  const app = quickApp({ outdir: path.join(cli.folder, 'cdk.out') });
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
  });
  app.synth();
  mkdirSync(path.join(cli.folder, REPOSITORY));
  // no app, so its builds fail
  writeFileSync(path.join(cli.folder, REPOSITORY, 'README.md'), 'the shop\n');
});
afterAll(() => { cli.remove(); });

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
