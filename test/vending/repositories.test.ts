import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Harness, reasons } from './harness';
import type { HarnessOptions } from './harness';
import { Reconciliation } from './reconcile';
import { Source, SourceRepository } from '../../src';
import { CICD_ACCOUNT, CONNECTION_ARN, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const READS = { readsCredentials: true };

const codeCommit = (cicd: Cicd, name: string) =>
  Source.codeCommit(Repository.fromRepositoryName(cicd.stack, name, name));

/** The repository `shop` is the template. */
function ofCodeCommit(cicd: Cicd): void {
  define(cicd, codeCommit(cicd, 'shop-eu'), cicd.source);
}

function ofGitHub(cicd: Cicd): void {
  define(cicd, cicd.gitHub({ repository: 'shop-eu' }), cicd.gitHub());
}

function ofGitLab(cicd: Cicd): void {
  const { credentials } = cicd;
  define(cicd, Source.gitLab({
    group: 'acme/web', project: 'shop-eu', connectionArn: CONNECTION_ARN, credentials,
  }), cicd.gitLab());
}

function define(cicd: Cicd, source: Source, template: Source): void {
  const { organization } = cicd;
  const repository = new SourceRepository(cicd.stack, 'ShopEu', { organization, source, template });
  cicd.environment('dev', { branch: { source: repository.source, branchName: 'env/dev' } });
}

async function start(host?: 'github' | 'gitlab', options: HarnessOptions = {}): Promise<Harness> {
  // with the shipped handlers, and repositories on disk
  const harness = await Harness.start({ virtual: {}, ...options });
  if (host === undefined) return harness;
  const folder = join(harness.folder, host);
  mkdirSync(folder);
  writeFileSync(join(folder, 'README.md'), 'the template\n');
  await harness.simulation.hosts.seed(`${host}:${host === 'github' ? 'acme/shop' : 'acme/web/shop'}`, folder);
  return harness;
}

describe.each([
  ['CodeCommit', undefined, 'shop', ofCodeCommit],
  ['GitHub', 'github', 'acme/shop', ofGitHub],
  ['GitLab', 'gitlab', 'acme/web/shop', ofGitLab],
] as const)('an environment with a new repository of %s', (_, host, template, app) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await start(host);
    expect(reasons(await harness.deploy(app, READS))).toBe('');
  });
  afterAll(() => harness.stop());

  const contentOf = (name: string) => {
    const { codecommit, hosts } = harness.simulation;
    return host === undefined ? codecommit.content(CICD_ACCOUNT, REGION, name) : hosts[host].find(name)?.git;
  };
  const headOf = async (name: string, branch: string) => contentOf(name)?.head(branch);

  test('has a copy of the template, from which its branch begins', async () => {
    const head = await headOf(template, 'main');
    expect(head).toMatch(/^[0-9a-f]{40}$/);
    expect(await headOf(`${template}-eu`, 'main')).toBe(head);
    const branch = await headOf(`${template}-eu`, 'env/dev') ?? '';
    expect((await contentOf(`${template}-eu`)?.details(branch))?.parents).toEqual([head]);
    expect(await headOf(template, 'env/dev')).toBeUndefined();
  });

  test('has a pipeline that has deployed the template', async () => {
    const { simulation: { codepipeline, clock }, vended } = harness;
    const [pipeline] = codepipeline.pipelines(vended['shop-dev'], REGION);
    for (let count = 0; !pipeline.executions.every(({ isOver }) => isOver) && count < 500; count++) {
      await clock.sleep(10);
    }
    expect(pipeline.executions.map(({ status }) => status)).toEqual(['Succeeded']);
    expect(pipeline.executions[0].found.map(({ revisionId }) => revisionId)).toEqual([
      await headOf(`${template}-eu`, 'env/dev'),
    ]);
  });

  test('stays as it is in a second deployment', async () => {
    expect(await harness.deploy(app, READS)).toMatchObject({ succeeded: true, changed: 0 });
    expect(await new Reconciliation(harness).check()).toEqual([]);
  });

  test('keeps its repository when it is removed', async () => {
    const before = await contentOf(`${template}-eu`)?.branches();
    expect(reasons(await harness.deploy(() => {}, READS))).toBe('');
    expect(await contentOf(`${template}-eu`)?.branches()).toEqual(before);
  });
});

describe('no account is created', () => {
  let harness: Harness;
  afterEach(() => harness.stop());

  test('for a repository whose template does not exist', async () => {
    harness = await start();
    const result = await harness.deploy(cicd => define(cicd, codeCommit(cicd, 'shop-eu'), codeCommit(cicd, 'missing')));
    expect(reasons(result)).toContain(
      "repository 'shop-eu' cannot begin as a copy of repository 'missing': the template does not exist, or may not be "
        + 'read: remove the cause, then deploy again',
    );
    expect(harness.vended).toEqual({});
  });

  test('for a repository whose template has no commit', async () => {
    harness = await start(undefined, { files: {} });
    expect(reasons(await harness.deploy(ofCodeCommit, READS))).toContain('the template has no commit yet');
    expect(harness.vended).toEqual({});
    expect(harness.simulation.codecommit.repositoryNames(CICD_ACCOUNT, REGION)).toEqual(['shop']);
  });

  test('for a new repository while the connection is PENDING', async () => {
    harness = await start('github', { connections: { [CONNECTION_ARN]: 'PENDING' } });
    expect(reasons(await harness.deploy(ofGitHub, READS))).toContain(
      `no account was created: the connection ${CONNECTION_ARN} is still PENDING`,
    );
    expect(harness.vended).toEqual({});
  });

  test('for a repository that the credentials may not create', async () => {
    harness = await start('github', { secrets: { 'shop-credentials': 'reader' } });
    harness.simulation.hostConditions.tokens.reader = { level: 'read' };
    expect(reasons(await harness.deploy(ofGitHub, READS))).toMatch(
      /the credentials in secret \S+ may not create repository 'acme\/shop-eu' in GitHub \(Resource not accessible/,
    );
    expect(harness.vended).toEqual({});
  });
});
