// Rehearses the quickstart: vends three environments, deploys again without changes, adds and removes a fourth, and
// deploys a commit.
//   npm run demo [-- --repository <path>]      uses your git repository instead of the template repository
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const quickstart = path.join(root, 'examples/quickstart');
const { context } = JSON.parse(readFileSync(path.join(quickstart, 'cdk.json'), 'utf8'));
const repository = path.resolve(repositoryOf(process.argv.slice(2)));

let child;
let interruptedBy;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  // the child cleans up and exits; run() then exits with the status of the signal
  process.on(signal, () => {
    interruptedBy = signal;
    child?.kill(signal);
  });
}

const folder = mkdtempSync(path.join(tmpdir(), 'org-environments-demo-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

function repositoryOf(args) {
  try {
    const template = path.join(root, 'examples/template-repository');
    const { values } = parseArgs({ args, options: { repository: { type: 'string', default: template } } });
    if (existsSync(values.repository)) return values.repository;
    console.error(`the folder '${values.repository}' does not exist: give a git repository, or omit --repository`);
  } catch (error) {
    console.error(`${error.message}\nusage: npm run demo [-- --repository <path>]`);
  }
  process.exit(2);
}

async function run(title, command, args, options = {}) {
  console.log(`\n${title}`);
  child = spawn(command, args, { stdio: 'inherit', cwd: root, ...options });
  const [status, reason] = await new Promise(resolve => {
    child.once('error', error => resolve([1, error.message]));
    child.once('exit', (code, signal) => {
      resolve([code ?? 128 + constants.signals[signal], `exit status ${code ?? signal}`]);
    });
  });
  if (interruptedBy) process.exit(128 + constants.signals[interruptedBy]);
  if (status === 0) return;
  console.error(`${title.split(':')[0]} failed: ${reason}`);
  process.exit(status);
}

async function synthesize(name, environments) {
  const outdir = path.join(folder, name);
  await run(`Synthesizing ${environments}`, process.execPath, ['--import', 'tsx', 'app.ts'], {
    cwd: quickstart,
    env: { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify({ ...context, environments }) },
  });
  return outdir;
}

if (!existsSync(path.join(root, 'lib/cli/org-environments.js'))) {
  await run('Bundling the handlers and the rehearsal', 'npx', ['projen', 'bundle']);
}
if (!existsSync(path.join(root, 'lib/index.js'))) await run('Compiling the constructs', 'npx', ['projen', 'compile']);

const three = await synthesize('three', 'prod,test,dev');
const four = await synthesize('four', 'prod,test,dev,hotfix');
const isTemplate = repository === path.join(root, 'examples/template-repository');

await run('Rehearsing: vend three environments, deploy again, add one, remove it, push a commit', process.execPath, [
  'lib/cli/org-environments.js', 'rehearse',
  ...[three, three, four, three].flatMap(app => ['--app', app]),
  '--organizational-unit', 'Workloads/Prod', '--organizational-unit', 'Workloads/Test',
  '--repository', `shop=${repository}`,
  '--report', 'report.json',
  '--timeline', 'timeline.html',
  // the pushed change is for the template repository only
  ...isTemplate ? ['--then', 'examples/push.sh'] : [],
]);
if (isTemplate) checkReleases();

/** Checks that the commit was deployed into the environment of its branch only. */
function checkReleases() {
  const { environments, stacks, pipelines } = JSON.parse(readFileSync(path.join(root, 'report.json'), 'utf8'));
  console.log('\nReleases of the shop:');
  const releases = environments.map(({ environmentName: name, accountId }) => {
    const shop = stacks.find(stack => stack.accountId === accountId && stack.name === 'Shop');
    const release = shop?.outputs.DeployedRelease ?? 'none';
    const [execution] = pipelines.find(pipeline => pipeline.accountId === accountId)?.executions ?? [];
    const commit = execution?.commitId.slice(0, 7) ?? '';
    const isWaiting = execution?.status === 'WaitsForApproval';
    const note = isWaiting ? ` waits for approval in stage '${execution.actions.at(-1).stageName}'` : '';
    console.log(`  ${name.padEnd(6)} ${accountId}  ${release.padEnd(5)}  ${commit}${note}`);
    return [name, release];
  });
  const wrong = releases.filter(([name, release]) => (name === 'dev') !== (release === '1.1.0'));
  if (wrong.length === 0 && releases.some(([name]) => name === 'dev')) {
    console.log("\nRelease 1.1.0 is deployed in 'dev' only. For the details, see report.json and timeline.html.");
    return;
  }
  const found = releases.map(([name, release]) => `${release} in '${name}'`).join(', ');
  console.error(`release 1.1.0 must be deployed in 'dev' only, but found ${found}`);
  process.exit(1);
}
