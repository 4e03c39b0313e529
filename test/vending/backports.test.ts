import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Harness, reasons } from './harness';
import { Backports } from '../../src';
import type { BackportStatus } from '../../src/backport/contract';
import type { BackportRequest, OperationResponse } from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const OPERATIONS = `arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:${NAMES.operationsFunction}`;
const BY = `arn:aws:iam::${CICD_ACCOUNT}:role/Operator`;

function app(cicd: Cicd): void {
  const source = cicd.gitHub();
  cicd.environment('prod', { branch: { source, branchName: 'env/prod' } });
  cicd.environment('test', { branch: { source, branchName: 'env/test', parentBranchName: 'env/prod' } });
  new Backports(cicd.stack, 'Backports', { organization: cicd.organization });
}

describe('an app with a repository of GitHub', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start({ virtual: {} });
    const folder = join(harness.folder, 'github');
    mkdirSync(folder);
    writeFileSync(join(folder, 'README.md'), 'the shop\n');
    await harness.simulation.hosts.seed('github:acme/shop', folder);
    expect(reasons(await harness.deploy(app, { readsCredentials: true }))).toBe('');
  });
  afterAll(() => harness.stop());

  function repository() {
    const found = harness.simulation.hosts.github.find('acme/shop');
    if (!found) throw new Error('there is no repository');
    return found;
  }

  async function push(branch: string, path: string): Promise<string> {
    const { git } = repository();
    const parent = await git.head(branch);
    const { commitId } = await git.commit({
      parent,
      message: `Add ${path}`,
      author: { name: 'Anna', email: 'anna@example.com', at: harness.simulation.clock.now() },
      put: [{ path, content: Buffer.from(path), mode: '100644' }],
      remove: [],
    });
    await harness.simulation.hosts.github.move(repository(), branch, parent, commitId);
    return commitId;
  }

  async function run(request: BackportRequest): Promise<BackportStatus> {
    const { failed, payload } = await harness.simulation.lambda.invoke(OPERATIONS, request);
    if (failed) throw new Error(payload);
    const { backport }: OperationResponse<never> = JSON.parse(payload);
    if (!backport) throw new Error('there is no backport');
    return backport;
  }

  async function until(backportId: string, state: string): Promise<BackportStatus> {
    for (let count = 0; count < 100; count++) {
      const status = await run({ operation: 'describeBackport', backportId });
      if (status.state === state) return status;
      await harness.simulation.clock.sleep(10);
    }
    return run({ operation: 'describeBackport', backportId });
  }

  test('ports a commit back by a pull request', async () => {
    const { git } = repository();
    const commitId = await push('env/test', 'tea.txt');
    const { backportId } = await run({ operation: 'backport', commits: [commitId], from: 'env/test', by: BY });
    const opened = await until(backportId, 'opened');
    expect(opened).toMatchObject({ state: 'opened', target: 'env/prod', pullRequestId: '1' });
    const head = await git.head(opened.workBranch ?? '') ?? '';
    expect((await git.details(head)).parents).toEqual([await git.head('env/prod')]);
    expect(await git.entry(head, 'tea.txt')).toBeDefined();
    expect((await git.branches()).map(({ name }) => name)).toEqual([
      'env/prod', 'env/test', 'main', opened.workBranch,
    ]);
  });

  test('absorbs the commits of a branch by pull requests', async () => {
    await push('main', 'milk.txt');
    const { backportId } = await run({ operation: 'absorb', branch: 'main', by: BY });
    expect(await until(backportId, 'absorbed')).toMatchObject({
      state: 'absorbed',
      branches: [{ branchName: 'env/prod', state: 'opened' }, { branchName: 'env/test', state: 'opened' }],
    });
  });
});
