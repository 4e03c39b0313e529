import type { HostName } from './host-world';
import { HOSTS, HostWorld } from './host-world';
import { RepositoryLifecycle } from '../../lambda/branch/repository-lifecycle';
import type { Owner } from '../../lambda/shared/lifecycle';
import { copyHistory } from '../../lambda/sources/git/copy';
import type { SourceHost } from '../../lambda/sources/source';
import { HostUnavailableError, RepositoryExistsError } from '../../lambda/sources/source';
import { HostResponse } from '../../rehearsal/hosts/host';
import type { RepositoryRequest } from '../../src/sources/contract';

const OWNER: Owner = { id: 'one', stackId: 'stack', logicalId: 'Repository' };
const CONTENT = { 'README.md': 'the shop\n', 'größe.txt': 'ü'.repeat(70_000) };

function requestOf({ name: host, repositoryName: template }: HostWorld, repositoryName: string): RepositoryRequest {
  const reference = (of: string) => ({ host, repositoryName: of, repositoryArn: `arn ${of}` });
  return { ...reference(repositoryName), template: reference(template) };
}

/** Takes all steps, as the function does. */
async function create(world: HostWorld, repositoryName: string, host: SourceHost = world.host): Promise<number> {
  const lifecycle = new RepositoryLifecycle(() => host, copyHistory);
  for (let steps = 1; steps < 10; steps++) {
    const progress = await lifecycle.reconcile(OWNER, requestOf(world, repositoryName));
    if (progress.done) return steps;
    if (progress.error) throw progress.error;
  }
  throw new Error('it never ends');
}

const messageOf = async (call: Promise<unknown>) => call.then(() => '', (error: unknown) => String(error));

describe.each(HOSTS)('a repository of %s from a template', name => {
  let world: HostWorld;
  let created: string;
  beforeEach(async () => {
    world = await HostWorld.start(name, { files: CONTENT });
    created = world.sibling('shop-eu');
  });
  afterEach(() => world.stop());

  test('has the default branch of the template with all of its commits, and no other branch', async () => {
    const last = await world.commit('main', { 'b.txt': 'b' });
    await world.host.createBranch(world.repositoryName, 'env/prod', last);
    await create(world, created);
    const git = world.contentOf(created);
    expect(await git?.branches()).toEqual([{ name: 'main', commitId: last }]);
    expect((await git?.details(last))?.parents).toEqual((await world.git.details(last)).parents);
    expect(await world.host.file(created, last, 'größe.txt')).toBe(CONTENT['größe.txt']);
    expect(await world.host.head(created, 'main')).toBe(last);
  });

  test('is not changed when it has a commit', async () => {
    await create(world, created);
    const git = world.contentOf(created);
    await world.commit('main', { 'b.txt': 'later' });
    expect(await create(world, created)).toBe(1);
    expect(await git?.branches()).not.toEqual(await world.git.branches());
    await copyHistory(await world.host.gitRemote(world.repositoryName), await world.host.gitRemote(created));
    expect(await git?.branches()).not.toEqual(await world.git.branches());
  });

  test('is filled when it exists without a commit', async () => {
    await world.host.createRepository(created);
    await create(world, created);
    expect(await world.contentOf(created)?.branches()).toEqual(await world.git.branches());
  });

  test('is created once', async () => {
    await world.host.createRepository(created);
    await expect(world.host.createRepository(created)).rejects.toBeInstanceOf(RepositoryExistsError);
  });

  test('is complete after a death at any request, and a second run', async () => {
    for (let n = 1; n < 30; n++) {
      for (const when of ['before', 'after'] as const) {
        const target = world.sibling(`shop-${n}-${when}`);
        const hasDied = await world.runUntil(n, when, async () => create(world, target));
        await create(world, target);
        expect(await world.contentOf(target)?.branches()).toEqual(await world.git.branches());
        if (!hasDied) return;
      }
    }
    throw new Error('it never ends');
  });

  test('is not created from a template that does not exist', async () => {
    const lifecycle = new RepositoryLifecycle(() => world.host, copyHistory);
    const request = requestOf(world, created);
    const template = { ...request.template, repositoryName: world.sibling('missing') };
    expect(await messageOf(lifecycle.reconcile(OWNER, { ...request, template }))).toBe(
      `Error: repository '${created}' cannot begin as a copy of repository '${template.repositoryName}': the template `
        + 'does not exist, or may not be read: remove the cause, then deploy again',
    );
    expect(world.contentOf(created)).toBeUndefined();
  });

  test('differs from what is declared when it was deleted, and when it has no branch', async () => {
    const lifecycle = new RepositoryLifecycle(() => world.host, copyHistory);
    const check = async () => (await lifecycle.check(OWNER, requestOf(world, created))).map(({ what }) => what);
    expect(await check()).toEqual([`repository '${created}' was deleted`]);
    await world.host.createRepository(created);
    expect(await check()).toEqual([`repository '${created}' has no branch any more`]);
    await create(world, created);
    expect(await check()).toEqual([]);
  });
});

test.each(HOSTS)('%s creates no repository from a template without a commit', async name => {
  const world = await HostWorld.start(name, { files: {} });
  try {
    const created = world.sibling('shop-eu');
    expect(await messageOf(create(world, created))).toContain('the template has no commit yet: push one to it first');
    expect(world.contentOf(created)).toBeUndefined();
  } finally {
    await world.stop();
  }
});

describe.each<HostName>(['github', 'gitlab', 'bitbucket'])('%s', name => {
  let world: HostWorld;
  beforeEach(async () => {
    world = await HostWorld.start(name, { credentials: { token: 'other' } });
    world.simulation.hostConditions.tokens.other = { level: 'write' };
  });
  afterEach(() => world.stop());

  test('does not let credentials create a repository that may only read', async () => {
    world.simulation.hostConditions.tokens.other = { level: 'read' };
    const created = world.sibling('shop-eu');
    expect(await messageOf(create(world, created))).toMatch(
      new RegExp(`the credentials in secret arn:.* may not create repository '${created}' in .*, or create the `
        + 'repository yourself: remove the cause'),
    );
    expect(world.contentOf(created)).toBeUndefined();
  });

  test('has no repository of an owner that does not exist', async () => {
    expect(await messageOf(create(world, 'nobody/shop'))).toContain("may not create repository 'nobody/shop'");
  });

  test('names the right that is missing for a repository that exists and may not be seen', async () => {
    await world.host.createRepository(world.sibling('secret'));
    world.simulation.hostConditions.tokens.other = { level: 'write', names: ['shop'] };
    const error = await messageOf(create(world, world.sibling('secret')));
    expect(error).toMatch(/give no access to it|may not create repository/);
  });

  test('that is down while git copies the history is tried again', async () => {
    const [from, created] = [await world.host.gitRemote(world.repositoryName), world.sibling('shop-eu')];
    await world.host.createRepository(created);
    const to = await world.host.gitRemote(created);
    world.simulation.hostConditions.failure = new HostResponse(503, { message: 'later' });
    await expect(copyHistory(from, to)).rejects.toBeInstanceOf(HostUnavailableError);
  });
});
