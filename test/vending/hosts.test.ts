import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Harness, reasons } from './harness';
import type { HarnessOptions } from './harness';
import { HostResponse } from '../../rehearsal/hosts/host';
import { Source } from '../../src';
import type { Cicd } from '../fixtures/app';
import { CONNECTION_ARN, REGION } from '../fixtures/app';

/** The names of the repository. */
const NAMES = { github: 'acme/shop', gitlab: 'acme/web/shop', bitbucket: 'acme/shop' } as const;
type Host = keyof typeof NAMES;
const READS = { readsCredentials: true };

/** Two environments: main → env/prod → env/test. */
const two = (cicd: Cicd) => define(cicd, cicd.gitHub());
const twoOfGitLab = (cicd: Cicd) => define(cicd, cicd.gitLab());

function define(cicd: Cicd, source: Source): void {
  cicd.environment('prod', { branch: { source, branchName: 'env/prod' } });
  cicd.environment('test', { branch: { source, branchName: 'env/test', parentBranchName: 'env/prod' } });
}

async function start(
  options: HarnessOptions = {},
  files: Readonly<Record<string, string>> = { 'README.md': 'the shop\n' },
  host: Host = 'github',
): Promise<Harness> {
  const harness = await Harness.start(options);
  const folder = join(harness.folder, host);
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  await harness.simulation.hosts.seed(`${host}:${NAMES[host]}`, folder);
  return harness;
}

/** Lets virtual time pass. */
async function until({ simulation: { clock } }: Harness, isTrue: () => boolean): Promise<void> {
  for (let count = 0; !isTrue() && count < 500; count++) await clock.sleep(10);
}

/** Pushes a commit, as a person does. */
async function push({ simulation: { hosts, clock } }: Harness, host: Host, branch: string, text: string) {
  const repository = hosts[host].find(NAMES[host]);
  const parent = await repository?.git.head(branch);
  if (!repository) throw new Error('no repository');
  const { commitId } = await repository.git.commit({
    parent,
    message: 'a change',
    author: { name: 'Anna', email: 'anna@example.com', at: clock.now() },
    put: [{ path: 'README.md', content: Buffer.from(text), mode: '100644' }],
    remove: [],
  });
  await hosts[host].move(repository, branch, parent, commitId);
  return commitId;
}

describe.each<[Host, string, HarnessOptions, (cicd: Cicd) => void]>([
  ['github', 'with handlers that call AWS without HTTP', {}, two],
  ['github', 'with the shipped handlers', { virtual: {} }, two],
  ['gitlab', 'with the shipped handlers', { virtual: {} }, twoOfGitLab],
])('an app with a repository of %s, %s', (host, _, options, app) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await start(options, undefined, host);
    expect(reasons(await harness.deploy(app, READS))).toBe('');
  });
  afterAll(() => harness.stop());

  test('has a branch with a descriptor for each environment', async () => {
    const git = harness.simulation.hosts[host].find(NAMES[host])?.git;
    const head = await git?.head('env/test') ?? '';
    const entry = await git?.entry(head, 'environment.json');
    expect(JSON.parse(String(await git?.blob(entry?.id ?? '')))).toEqual({
      name: 'test', accountId: harness.vended['shop-test'], region: REGION, parent: 'env/prod', branch: 'env/test',
    });
  });

  test('has pipelines that read their branch through the connection, and deploy it', async () => {
    for (const name of ['prod', 'test']) {
      const [pipeline] = harness.simulation.codepipeline.pipelines(harness.vended[`shop-${name}`], REGION);
      const [source] = pipeline.stages[0].actions;
      expect(source.provider).toBe('CodeStarSourceConnection');
      await until(harness, () => pipeline.executions.every(({ isOver }) => isOver));
      expect(pipeline.executions.map(({ status }) => status)).toEqual(['Succeeded']);
    }
  });

  test('a push to a branch starts its pipeline at the commit, and no other', async () => {
    const before = harness.simulation.codepipeline.all.map(({ executions }) => executions.length);
    const commitId = await push(harness, host, 'env/test', 'changed\n');
    const [pipeline] = harness.simulation.codepipeline.pipelines(harness.vended['shop-test'], REGION);
    const [execution] = pipeline.executions;
    expect(execution.request.trigger.triggerType).toBe('WebhookV2');
    await until(harness, () => execution.isOver);
    expect(execution.status).toBe('Succeeded');
    expect(execution.found.map(({ revisionId }) => revisionId)).toEqual([commitId]);
    const after = harness.simulation.codepipeline.all.map(({ executions }) => executions.length);
    expect(after.map((count, index) => count - before[index]).sort()).toEqual([0, 1]);
  });

  test('a second deployment changes nothing', async () => {
    expect(await harness.deploy(app, READS)).toMatchObject({ succeeded: true, changed: 0 });
  });
});

const GONE = new HostResponse(503, { message: 'Service Unavailable' });

describe('no account is created', () => {
  let harness: Harness;
  afterEach(() => harness.stop());

  test.each<[string, HarnessOptions, string]>([
    [
      'while the connection is PENDING', { connections: { [CONNECTION_ARN]: 'PENDING' } },
      `no account was created: the connection ${CONNECTION_ARN} is still PENDING: open it in the console of `
        + "CodePipeline under Settings, Connections, and choose 'Update pending connection', then deploy again",
    ],
    [
      'without the connection', { connections: {} },
      `no account was created: the connection ${CONNECTION_ARN} does not exist: create it in this account and region`,
    ],
    [
      'with a connection in the state ERROR', { connections: { [CONNECTION_ARN]: 'ERROR' } },
      `the connection ${CONNECTION_ARN} cannot be used, because its status is ERROR`,
    ],
    ['without the secret', { secrets: {} }, 'cannot be read: ResourceNotFoundException'],
    ['with a secret without credentials', { secrets: { 'shop-credentials': '{}' } }, 'has no credentials: it must be'],
    [
      'with an expired token', { secrets: { 'shop-credentials': 'expired' } },
      'because they are wrong or have expired (Bad credentials): store new ones in the secret, then deploy again',
    ],
  ])('%s', async (_, options, message) => {
    harness = await start(options);
    expect(reasons(await harness.deploy(two, READS))).toContain(message);
    expect(harness.vended).toEqual({});
  });

  test.each<[string, 'gitlab' | 'bitbucket', (cicd: Cicd) => Source]>([
    ['GitLab', 'gitlab', cicd => cicd.gitLab()],
    ['Bitbucket', 'bitbucket', ({ credentials }) => Source.bitbucket({
      workspace: 'acme', repository: 'shop', connectionArn: CONNECTION_ARN, credentials,
    })],
  ])('while the connection to %s is PENDING', async (_, host, sourceOf) => {
    harness = await start({ connections: { [CONNECTION_ARN]: 'PENDING' } }, undefined, host);
    expect(reasons(await harness.deploy(cicd => define(cicd, sourceOf(cicd)), READS))).toContain(
      `no account was created: the connection ${CONNECTION_ARN} is still PENDING`,
    );
    expect(harness.vended).toEqual({});
  });

  test('from an empty repository', async () => {
    harness = await start({}, {});
    expect(reasons(await harness.deploy(two, READS))).toContain(
      "no account was created: repository 'acme/shop' has no commit yet, so branch 'env/prod' cannot be created: "
        + "push one to 'main' first, then deploy again",
    );
    expect(harness.vended).toEqual({});
  });
});

describe('a deployment', () => {
  let harness: Harness;
  afterEach(() => harness.stop());

  test('waits while GitHub is down', async () => {
    harness = await start();
    harness.simulation.hostConditions.failure = GONE;
    const deployed = harness.deploy(two, READS);
    await harness.simulation.clock.sleep(300);
    harness.simulation.hostConditions.failure = undefined;
    expect(reasons(await deployed)).toBe('');
  });

  test('with a token that may only read fails, and creates no branch', async () => {
    harness = await start({ secrets: { 'shop-credentials': 'reader' } });
    harness.simulation.hostConditions.tokens.reader = { level: 'read' };
    expect(reasons(await harness.deploy(two, READS))).toContain(
      "do not allow what is needed in repository 'acme/shop' of GitHub",
    );
    const branches = await harness.simulation.hosts.github.find(NAMES.github)?.git.branches();
    expect(branches?.map(({ name }) => name)).toEqual(['main']);
  });

  test('without sharing in the organization fails at the share of the connection', async () => {
    harness = await start({ sharing: false });
    expect(reasons(await harness.deploy(two, READS))).toMatch(
      /ConnectionShare\w*: .*is not in your AWS organization\. You do not have permission to add external AWS accounts/,
    );
  });
});
