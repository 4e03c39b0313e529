import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { drawTree } from '../../cli/tree';

const COMMAND = path.join(__dirname, '../../lib/cli/org-environments.js');

describe('org-environments rehearse', () => {
  let folder: string;

  beforeAll(() => { folder = mkdtempSync(path.join(tmpdir(), 'cli-test-')); });
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

  function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    const result = spawnSync(process.execPath, [COMMAND, 'rehearse', ...args], { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
    return { status: result.status, stdout: result.stdout, stderr: result.stderr };
  }

  /** An assembly of one stack, as the CDK writes it. */
  function assembly(name: string, resources: Record<string, unknown>): string {
    const outdir = path.join(folder, name);
    mkdirSync(outdir);
    const artifact = { type: 'aws:cloudformation:stack', environment: 'aws://unknown-account/unknown-region', properties: { templateFile: 'Shop.template.json' } };
    writeFileSync(path.join(outdir, 'manifest.json'), JSON.stringify({ version: '55.0.0', artifacts: { Shop: artifact } }));
    writeFileSync(path.join(outdir, 'Shop.template.json'), JSON.stringify({ Resources: resources }));
    return outdir;
  }
  const queue = (name: string): unknown => ({ Type: 'AWS::SQS::Queue', Properties: { QueueName: name }, Metadata: { 'aws:cdk:path': 'Shop/Orders/Resource' } });

  test('deploys assemblies one after another and writes a report', () => {
    const [one, two] = [assembly('one', { A: queue('a') }), assembly('two', { A: queue('a'), B: queue('b') })];
    const { status, stdout, stderr } = run('--app', one, '--app', one, '--app', two, '--destroy', '--report', 'report.json', '--scale', '600', '--verbose');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('111111111111  Shop  stack created in');
    expect(stdout).toContain('111111111111  Shop/Orders  created in');
    expect(stdout).toContain('Done: no changes, 0 calls to AWS');
    const report = JSON.parse(readFileSync(path.join(folder, 'report.json'), 'utf8'));
    expect(report).toMatchObject({
      environments: [],
      awsCalls: {},
      stacks: [],
      accounts: [{ accountId: '111111111111', state: 'ACTIVE' }],
      deployments: [{ app: one, changed: 1 }, { app: one, changed: 0 }, { app: two, changed: 1 }, { changed: 2 }],
    });
  });

  test('ends with 1 and the reason in full when a resource fails', () => {
    const { status, stdout } = run('--app', assembly('clash', { A: queue('same'), B: queue('same') }), '--report', 'failed.json', '--scale', '600');
    expect(status).toBe(1);
    expect(stdout).toContain("✗ Shop/Orders/Resource (AWS::SQS::Queue in account 111111111111): Resource of type 'AWS::SQS::Queue' with identifier 'same' already exists.");
    const { stacks } = JSON.parse(readFileSync(path.join(folder, 'failed.json'), 'utf8'));
    expect(stacks).toMatchObject([{ name: 'Shop', status: 'ROLLBACK_COMPLETE', reason: expect.stringContaining('failed to create') }]);
  });

  test('runs a command that synthesizes the app', () => {
    const source = assembly('source', { A: queue('a') });
    const { status, stdout } = run('--app', `cp ${source}/* "$CDK_OUTDIR"`, '--scale', '600');
    expect(status).toBe(0);
    expect(stdout).toContain('Done: 1 resource operations');
  });

  test.each<[string, string[], string]>([
    ['an unknown folder', ['--app', 'nowhere'], "--app 'nowhere' is neither a folder nor a command"],
    ['a folder without a manifest', ['--app', '.'], 'it holds no manifest.json'],
    ['a command that fails', ['--app', 'exit 3'], "the command 'exit 3' ended with exit status 3"],
    ['no app', [], "required option '--app <folder or command>' not specified"],
    ['an unknown option', ['--app', '.', '--fast'], "unknown option '--fast'"],
    ['a bad account', ['--app', '.', '--management-account', '12'], "must be twelve digits, got '12'"],
    ['a bad repository', ['--app', '.', '--repository', 'shop'], "must be <name>=<path>, got 'shop'"],
    ['a missing repository', ['--app', '.', '--repository', 'shop=none'], "--repository 'shop': the folder"],
  ])('ends with 2 and clear words for %s', (_name, args, words) => {
    const { status, stderr } = run(...args);
    expect(stderr).toContain(words);
    expect(status).toBe(2);
  });
});

test('environments are drawn below their parents', () => {
  const environment = (branch: string, parent: string): Parameters<typeof drawTree>[0][number] => ({
    name: branch.slice(4), branch, parent, commitId: 'abcdef0123', accountId: '300000000001', organizationalUnit: 'Workloads', pipeline: 'shop', enabled: branch !== 'env/dev',
  });
  const drawn = drawTree([environment('env/dev', 'env/test'), environment('env/prod', 'main'), environment('env/test', 'env/prod'), environment('env/fix', 'env/prod')]);
  expect(drawn.split('\n').map(line => line.replace(/\s{2,}/g, '  ').replace(/\u001b\[\d+m/g, ''))).toEqual([
    'main',
    '└─ env/prod  prod  abcdef0  300000000001  Workloads  shop  enabled',
    expect.stringMatching(/├─ env\/test {2,}test/),
    expect.stringMatching(/└─ env\/dev {2,}dev .* frozen$/),
    expect.stringMatching(/└─ env\/fix {2,}fix/),
  ]);
});
