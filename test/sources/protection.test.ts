import { generateKeyPairSync } from 'node:crypto';
import type { HostName } from './host-world';
import { asPerson, HOSTS, HostWorld } from './host-world';
import type { HostCredentials } from '../../lambda/sources/credentials';
import type { SourceHost } from '../../lambda/sources/source';
import { HostError } from '../../lambda/sources/source';

/** The others bind pull requests only. */
const BINDING_PUSHES: readonly HostName[] = ['github', 'gitlab'];
const WITH_CHECKS: readonly HostName[] = ['github', 'bitbucket'];
const branchName = 'env/prod';
const TWO = { review: { approvals: '2' } };

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

/** GitHub needs an App; the owner of the token of another host is no person either. */
async function startWith(name: HostName): Promise<HostWorld> {
  const credentials: HostCredentials = name === 'github'
    ? { appId: '42', installationId: '7', privateKey }
    : { token: 'library' };
  const started = await HostWorld.start(name, { credentials });
  const { hostConditions } = started.simulation;
  hostConditions.tokens.library = { level: 'write' };
  hostConditions.apps['42'] = { publicKey, installations: { 7: 'library' } };
  return started;
}

let world: HostWorld;
afterEach(() => world.stop());

describe.each(HOSTS)('%s', name => {
  let host: SourceHost;
  let repositoryName: string;
  beforeEach(async () => {
    world = await startWith(name);
    ({ host, repositoryName } = world);
    await world.git.moveBranch(branchName, undefined, await world.head('main'));
    await world.commit('main', { 'c.txt': 'c\n' });
  });

  const protect = async (rules: Parameters<SourceHost['protect']>[2], foreign: readonly string[] = []) =>
    host.protect(repositoryName, branchName, rules, foreign);
  const open = async () => host.openPullRequest({
    repositoryName, sourceBranch: 'main', targetBranch: branchName, title: 'c', description: '', token: 'token',
  });
  const describeIt = async () => host.commitFile({
    repositoryName,
    branchName,
    parentCommitId: await world.head(branchName),
    path: 'environment.json',
    text: '{}',
    message: 'describe',
  });

  test('merges a pull request only with the approvals that a protected branch needs', async () => {
    await protect(TWO);
    const id = await open();
    await expect(world.end(id, 'merge')).rejects.toThrow();
    await world.approve(id, 'anna');
    await expect(world.end(id, 'merge')).rejects.toThrow();
    await world.approve(id, 'bert');
    await world.end(id, 'merge');
    expect(await world.files(await world.head(branchName))).toHaveProperty(['c.txt']);
  });

  test('lets the library commit the descriptor to a protected branch', async () => {
    await protect(TWO);
    const commitId = await describeIt();
    expect(await world.head(branchName)).toBe(commitId);
  });

  test('needs no approvals after the protection was removed, and fewer after a change', async () => {
    await protect(TWO);
    await protect({ review: { approvals: '1' } });
    const id = await open();
    await expect(world.end(id, 'merge')).rejects.toThrow();
    await protect({});
    await protect({});
    await world.end(id, 'merge');
    expect(await host.foreignRules(repositoryName, branchName)).toEqual([]);
    expect(await host.deleteBranch(repositoryName, branchName)).toBeDefined();
  });

  test('knows whether a branch requires a review, also when a person has removed it', async () => {
    const requires = async (approvals: string) => host.requires(repositoryName, branchName, { review: { approvals } });
    expect(await requires('2')).toBe(false);
    await protect(TWO);
    expect([await requires('2'), await requires('3')]).toEqual([true, false]);
    await protect({});
    expect(await requires('2')).toBe(false);
  });

  test('makes no second rule when a protection is repeated', async () => {
    await protect(TWO);
    await protect(TWO);
    await protect({});
    await world.end(await open(), 'merge');
    expect(await world.files(await world.head(branchName))).toHaveProperty(['c.txt']);
  });

  test('does not fast-forward a branch that is protected by a rule', async () => {
    await protect(TWO);
    const before = await world.head(branchName);
    // the function of backports knows what is declared of a branch of CodeCommit
    const isForwarded = await host.forward(repositoryName, branchName, await world.head('main'));
    expect(isForwarded).toBe(name === 'codecommit');
    expect(await world.head(branchName)).toBe(isForwarded ? await world.head('main') : before);
  });
});

describe.each(BINDING_PUSHES)('%s', name => {
  test('lets no person push to a protected branch', async () => {
    world = await startWith(name);
    await world.git.moveBranch(branchName, undefined, await world.head('main'));
    await world.host.protect(world.repositoryName, branchName, TWO, []);
    const commitId = await world.commit('other', { 'd.txt': 'd\n' });
    const push = name === 'github'
      ? asPerson('PATCH', `https://api.github.com/repos/acme/shop/git/refs/heads/${branchName}`, { sha: commitId })
      : asPerson('POST', 'https://gitlab.com/api/v4/projects/acme%2Fweb%2Fshop/repository/commits', {
        branch: branchName, commit_message: 'd', actions: [{ action: 'create', file_path: 'd.txt', content: 'd' }],
      });
    await expect(push).rejects.toThrow(/rule violations|not allowed to push/);
  });
});

describe.each(WITH_CHECKS)('%s', name => {
  test('merges a pull request only after the checks that a branch requires have passed', async () => {
    world = await startWith(name);
    await world.git.moveBranch(branchName, undefined, await world.head('main'));
    const commitId = await world.commit('main', { 'c.txt': 'c\n' });
    const { host, repositoryName } = world;
    await host.protect(repositoryName, branchName, { checks: ['build', 'test'] }, []);
    const requires = async (...checks: string[]) => host.requires(repositoryName, branchName, { checks });
    expect([await requires('build', 'test'), await requires('a', 'b', 'c')]).toEqual([true, false]);
    const id = await host.openPullRequest({
      repositoryName, sourceBranch: 'main', targetBranch: branchName, title: 'c', description: '', token: 'token',
    });
    await world.pass(commitId, 'build');
    await expect(world.end(id, 'merge')).rejects.toThrow();
    await world.pass(commitId, 'test');
    await world.end(id, 'merge');
  });
});

describe('rules of others', () => {
  const SHOP = 'https://api.bitbucket.org/2.0/repositories/acme/shop/branch-restrictions';
  const approvals = (value: number) => ({
    kind: 'require_approvals_to_merge', branch_match_kind: 'glob', pattern: branchName, value,
  });

  test('stay in GitHub, and prevent a fast-forward', async () => {
    world = await startWith('github');
    const { host, repositoryName } = world;
    await world.git.moveBranch(branchName, undefined, await world.head('main'));
    await asPerson('POST', 'https://api.github.com/repos/acme/shop/rulesets', {
      name: 'all',
      target: 'branch',
      enforcement: 'active',
      bypass_actors: [{ actor_id: 42, actor_type: 'Integration' }],
      conditions: { ref_name: { include: ['~ALL'], exclude: [] } },
      rules: [{ type: 'pull_request', parameters: { required_approving_review_count: 1 } }],
    });
    await host.protect(repositoryName, branchName, TWO, []);
    await host.protect(repositoryName, branchName, {}, []);
    const commitId = await world.commit('main', { 'c.txt': 'c\n' });
    expect(await host.forward(repositoryName, branchName, commitId)).toBe(false);
  });

  test('stay in GitLab, and are used', async () => {
    world = await startWith('gitlab');
    const { host, repositoryName } = world;
    const url = 'https://gitlab.com/api/v4/projects/acme%2Fweb%2Fshop/protected_branches';
    await asPerson('POST', `${url}?allowed_to_push[][user_id]=1`, { name: branchName });
    const foreign = await host.foreignRules(repositoryName, branchName);
    expect(foreign).toEqual(['protected branch']);
    await host.protect(repositoryName, branchName, TWO, foreign);
    await host.protect(repositoryName, branchName, {}, foreign);
    expect(await host.foreignRules(repositoryName, branchName)).toEqual(foreign);
  });

  test('of GitLab that let a role push without a merge request are reported, and made by this library are repaired',
    async () => {
      world = await startWith('gitlab');
      const { host, repositoryName } = world;
      const url = 'https://gitlab.com/api/v4/projects/acme%2Fweb%2Fshop/protected_branches';
      await asPerson('POST', url, { name: branchName });
      await expect(host.protect(repositoryName, branchName, TWO, ['protected branch'])).rejects.toThrow(
        "branch 'env/prod' of repository 'acme/web/shop' in GitLab is protected by another owner, who lets "
          + "'Maintainers' push without a merge request, but 'requireReview' is declared: allow only the owner of "
          + 'the token to push there, or remove the protection',
      );
      await host.protect(repositoryName, branchName, TWO, []);
      await host.protect(repositoryName, branchName, TWO, ['protected branch']);
    });

  test('stay in Bitbucket, and are reported if they are weaker', async () => {
    world = await startWith('bitbucket');
    const { host, repositoryName } = world;
    await asPerson('POST', SHOP, approvals(2));
    const foreign = await host.foreignRules(repositoryName, branchName);
    expect(foreign).toEqual(['require_approvals_to_merge']);
    await host.protect(repositoryName, branchName, TWO, foreign);
    await host.protect(repositoryName, branchName, {}, foreign);
    expect(await host.foreignRules(repositoryName, branchName)).toEqual(foreign);
    await expect(host.protect(repositoryName, branchName, { review: { approvals: '3' } }, foreign)).rejects.toThrow(
      "branch 'env/prod' of repository 'acme/shop' in Bitbucket has a branch restriction of another owner, "
        + "'require_approvals_to_merge' with the value 2, but 3 is declared: change or remove it there",
    );
  });
});

test('GitHub protects no branch with a token, because its owner could not commit the descriptor', async () => {
  world = await HostWorld.start('github');
  const error = await world.host.protect('acme/shop', branchName, TWO, []).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(HostError);
  expect(String(error)).toContain(
    "'requireReview' and 'requirePassingPipeline' in repository 'acme/shop' of GitHub need the key of a GitHub App "
      + 'in the secret, because a ruleset would reject environment.json from the owner of a token: store the key of an '
      + 'App, or omit them',
  );
});
