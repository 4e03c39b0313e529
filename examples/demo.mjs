// Rehearses the quickstart: three environments are vended, nothing happens the second time, a fourth comes, one goes.
//   npm run demo [-- --repository <path>]      takes the environments' code from a git repository of yours
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const quickstart = path.join(root, 'examples/quickstart');
const { context } = JSON.parse(readFileSync(path.join(quickstart, 'cdk.json'), 'utf8'));

const { values } = parseArgs({ options: { repository: { type: 'string', default: path.join(root, 'examples/template-repository') } } });
if (!existsSync(values.repository)) {
  console.error(`there is no folder '${values.repository}': name a git repository, or leave --repository away to use the template repository`);
  process.exit(2);
}

function run(title, command, args, options = {}) {
  if (title) console.log(`\n${title}`);
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', cwd: root, ...options });
  if (status !== 0) {
    console.error(error?.message ?? `${[command, ...args].join(' ')} ended with status ${status}`);
    process.exit(status ?? 1);
  }
}

function synthesize(folder, environments) {
  run(`Synthesizing ${environments}`, process.execPath, ['--import', 'tsx', 'app.ts'], {
    cwd: quickstart,
    env: { ...process.env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify({ ...context, environments }) },
  });
  return folder;
}

if (!existsSync(path.join(root, 'lib/cli/org-environments.js'))) run('Bundling the handlers and the rehearsal', 'npx', ['projen', 'bundle']);
if (!existsSync(path.join(root, 'lib/index.js'))) run('Compiling the constructs', 'npx', ['projen', 'compile']);

const folder = mkdtempSync(path.join(tmpdir(), 'org-environments-demo-'));
const three = synthesize(path.join(folder, 'three'), 'prod,test,dev');
const four = synthesize(path.join(folder, 'four'), 'prod,test,dev,hotfix');
const less = synthesize(path.join(folder, 'less'), 'prod,test,hotfix');

run('Rehearsing: vend three environments, deploy again, add one, remove one', process.execPath, [
  'lib/cli/org-environments.js', 'rehearse',
  ...[three, three, four, less].flatMap(app => ['--app', app]),
  '--organization-id', 'o-exampleorgid',
  '--organizational-unit', 'Workloads/Prod', '--organizational-unit', 'Workloads/Test',
  '--repository', `shop=${path.resolve(values.repository)}`,
  '--report', 'report.json',
]);
rmSync(folder, { recursive: true });
