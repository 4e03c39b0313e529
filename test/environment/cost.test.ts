import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BASELINE } from '../../lambda/account/baseline';
import { BlueGreenEnvironment, PipelineDefinition, Traffic } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';
import { pipelineTemplateOf, onlyResource, resourcesOf, templateOf } from '../fixtures/assembly';

const root = join(__dirname, '../..');
const chapter = readFileSync(join(root, 'docs/costs.md'), 'utf8');

interface Line { readonly type: string; readonly count: number; readonly idle: number }

/** The table of the page that begins with a heading: resource, number, dollars a month while nothing happens. */
function table(heading: string): Line[] {
  const [, text = ''] = chapter.split(`| ${heading} |`);
  return [...(text.split('\n\n')[0] ?? '').matchAll(/^\| `([\w:]+)`[^|]* \| (\d+) \| ([\d.]+) \|/gm)]
    .map(([, type = '', count, idle]) => ({ type, count: Number(count), idle: Number(idle) }));
}

/** Types that the page lists as free; a star matches all types of a service. */
const free = [
  ...(/Free are (.*?)\./s.exec(chapter)?.[1] ?? '').matchAll(/`([\w:]+)\*?`/g),
].map(([, type = '']) => type);

/** Resources by type, but for those that are free. */
function counts(types: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const type of types.filter(
    name => !free.some(start => name.startsWith(start)),
  )) found[type] = (found[type] ?? 0) + 1;
  return found;
}

const app = quickApp();
const { pipeline } = new Cicd(app).environment(
  'dev', { pipeline: { definition: PipelineDefinition.cdk({ smokeTestCommands: ['npm run smoke-test'] }) } },
);
const assembly = app.synth();
const member = pipelineTemplateOf(assembly, pipeline);
const cicd = templateOf(assembly);
const bootstrap: { Resources: Record<string, { Type: string; Condition?: string }> } = JSON.parse(
  readFileSync(join(root, 'lib/lambda/account/bootstrap-template.json'), 'utf8'),
);

const LEFT_OUT = ['CreateNewKey', 'ShouldCreatePermissionsBoundary'];

test.each([
  ['in the account of an environment', [
    ...Object.values(member.Resources).map(({ Type }) => Type),
    ...Object.values(BASELINE.Resources).map(({ Type }) => Type),
    // the bootstrap uses a key that AWS manages
    ...Object.values(bootstrap.Resources).filter(
      ({ Condition = '' }) => !LEFT_OUT.includes(Condition),
    ).map(({ Type }) => Type),
  ]],
  ['in the CICD account', Object.values(cicd.Resources).map(({ Type }) => Type)],
])('the cost table counts every resource %s', (heading, types) => {
  expect(Object.fromEntries(table(heading).map(({ type, count }) => [type, count]))).toEqual(counts(types));
});

/** Resources in the CICD account by type, but for those that are free. */
function countsWith(define: (cicd: Cicd) => void): Record<string, number> {
  const quick = quickApp();
  define(new Cicd(quick));
  return counts(Object.values(templateOf(quick.synth()).Resources).map(({ Type }) => Type));
}

test('the first blue/green environment adds to two environments what the chapter on cost says', () => {
  const two = countsWith(one => ['blue', 'green'].forEach(name => one.environment(name)));
  const blueGreen = countsWith(one => new BlueGreenEnvironment(one.stack, 'prod', {
    organization: one.organization,
    source: one.source,
    blue: { account: one.account('blue') },
    green: { account: one.account('green') },
    traffic: Traffic.parameter({ parameterName: '/shop/active' }),
  }));
  const added = Object.entries(blueGreen).filter(([type, count]) => count !== two[type]).sort();
  expect(added.map(([type, count]) => [type, count - (two[type] ?? 0)])).toEqual([
    ['AWS::Lambda::Function', 1], ['AWS::Logs::LogGroup', 1], ['AWS::StepFunctions::StateMachine', 1],
  ]);
  expect(chapter.replaceAll('\n', ' ')).toContain(
    'the first one of a stack also has a function, its log group and a state machine',
  );
});

/** Monthly prices without use. All other types in the templates are paid by use. */
const PRICES: Record<string, number> = { 'AWS::KMS::Key': 1 };

test.each([
  'in the account of an environment', 'in the CICD account',
])('the cost table says what each resource costs %s while idle', heading => {
  const rows = table(heading);
  expect(rows.length).toBeGreaterThan(5);
  expect(rows.map(({ type, idle }) => [type, idle])).toEqual(rows.map(({ type }) => [type, PRICES[type] ?? 0]));
});

test('the monthly totals in the page on costs are the sums of the lines of its cost tables', () => {
  const sum = (heading: string) => table(heading).reduce((total, { count, idle }) => total + count * idle, 0);
  expect(chapter).toContain(
    `an idle environment costs **$${sum('in the account of an environment').toFixed(2)}** a month`,
  );
  expect(chapter).toContain(`the CICD account **$${sum('in the CICD account').toFixed(2)}**`);
});

test('the page on costs names the region and the month of its prices', () => {
  expect(chapter).toMatch(/us-east-1.*20\d\d-\d\d/s);
});

test('no resource of an environment has a monthly price, and its stored data expires', () => {
  expect(onlyResource(member, 'AWS::CodePipeline::Pipeline').Properties.PipelineType).toBe('V2');
  for (const type of [
    'AWS::KMS::Key', 'AWS::S3::Bucket', 'AWS::EC2::NatGateway', 'AWS::SecretsManager::Secret',
  ]) expect(resourcesOf(member, type)).toEqual([]);
  const [expire] = BASELINE.Resources.ArtifactBucket.Properties.LifecycleConfiguration.Rules;
  expect(expire).toMatchObject({ Status: 'Enabled', ExpirationInDays: 90 });
  expect(onlyResource(member, 'AWS::Logs::LogGroup').Properties.RetentionInDays).toBe(90);
  expect(chapter).toContain('artifacts expire after 90 days');
});
