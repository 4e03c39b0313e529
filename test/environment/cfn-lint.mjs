// Runs the rules of cfn-lint on all templates. It needs Python, so it is no test of Jest.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { everyConstruct, pipelineStack } from './every-construct';
import { furtherConstructs } from './further-constructs';
import * as library from '../../src';
import { ACCESS_ROLE_ARN, CICD_ACCOUNT, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, quickApp, REGION } from '../fixtures/app';
import { MissingError, requireTools, run } from '../packages/run.mjs';

// the module of the loader has its exports in a default export
const { OrganizationAccess, OrganizationAccessRole, OrganizationFeature } = library.default ?? library;

const VERSION = '1.58.0';

/** Findings that stay, where they are, and why. */
const EXPLAINED = [
  { rule: 'W3005', where: /./, reason: 'CDK adds DependsOn where a reference implies it' },
  { rule: 'I1022', where: /./, reason: 'CDK writes Fn::Join where Fn::Sub is possible' },
  { rule: 'W2001', where: /^bootstrap-/, reason: 'the template of `cdk bootstrap` is deployed unchanged' },
  { rule: 'W3045', where: /^bootstrap-/, reason: 'the template of `cdk bootstrap` is deployed unchanged' },
  { rule: 'I3011', where: /\/Instance[12]$/, reason: 'the data is in the cluster, not in its instances' },
  { rule: 'W3011', where: /\/Instance1$/, reason: 'the data is in the cluster, not in its instances' },
  { rule: 'W3011', where: /\/SecretPolicy$/, reason: 'kept with a protected database; a replacement loses nothing' },
  { rule: 'W3691', where: /\/Instance\//, reason: 'the app names the major version, and RDS chooses the minor one' },
];

/** Writes the templates of the CICD account, the management account and a pipeline. */
function synthesize(outdir) {
  const env = { account: CICD_ACCOUNT, region: REGION };
  const apps = {
    cicd: app => everyConstruct(app, OrganizationAccess.role(ACCESS_ROLE_ARN), env),
    further: app => furtherConstructs(app, env),
    pipeline: pipelineStack,
    management: app => new OrganizationAccessRole(
      new Stack(app, 'Management', { env: { account: MANAGEMENT_ACCOUNT, region: REGION } }), 'Access',
      { cicdAccountId: CICD_ACCOUNT, organizationId: ORGANIZATION_ID, features: Object.values(OrganizationFeature) },
    ),
  };
  for (const [name, define] of Object.entries(apps)) {
    const app = quickApp({ outdir: join(outdir, name) });
    define(app);
    app.synth();
  }
}

function templatesIn(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.template.json')).map(name => join(folder, name));
}

async function install(folder) {
  requireTools('python3');
  await run('python3', ['-m', 'venv', 'venv'], { cwd: folder });
  await run(join(folder, 'venv/bin/pip'), ['install', '--quiet', `cfn-lint==${VERSION}`], { cwd: folder });
  return join(folder, 'venv/bin/cfn-lint');
}

async function lint(folder) {
  const command = await install(folder);
  synthesize(folder);
  const ofMembers = ['baseline-template.json', 'bootstrap-template.json'].map(name => join('lib/lambda/account', name));
  const templates = [...templatesIn(folder), ...ofMembers];
  // the exit status only says whether there are findings
  const options = ['--format', 'json', '--include-checks', 'I', '--non-zero-exit-code', 'none', '--regions', REGION];
  const findings = JSON.parse(await run(command, [...options, '--', ...templates]));
  const open = findings.filter(finding => !EXPLAINED.some(explanation => explains(explanation, finding)));
  for (const finding of open) console.error(`${placeOf(finding)}: ${finding.Rule.Id} ${finding.Message}`);
  const unused = EXPLAINED.filter(explanation => !findings.some(finding => explains(explanation, finding)));
  for (const { rule, where } of unused) {
    console.error(`no template has a finding of ${rule} at ${String(where)}: remove the explanation`);
  }
  const counts = `${findings.length - open.length} explained findings, ${open.length} others`;
  console.log(`cfn-lint ${VERSION}: ${templates.length} templates, ${counts}`);
  if (open.length + unused.length > 0) process.exitCode = 1;
}

function explains({ rule, where }, finding) {
  return rule === finding.Rule.Id && where.test(placeOf(finding));
}

function placeOf({ Filename: file, Location: { Path: path } }) {
  return `${basename(file)} ${path?.join('/') ?? ''}`;
}

const folder = mkdtempSync(join(tmpdir(), 'cfn-lint-'));
try {
  await lint(folder);
} catch (error) {
  if (!(error instanceof MissingError)) throw error;
  console.log(`cfn-lint: skipped: ${error.message}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
