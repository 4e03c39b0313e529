import type { HostName } from './host-world';
import { HOSTS } from './host-world';
import { TreeWorld } from './tree-world';
import { isTransient } from '../../lambda/shared/errors';
import { HostResponse } from '../../rehearsal/hosts/host';

const errorOf = async (call: Promise<unknown>) => call.then(() => undefined, (error: unknown) => error);

describe.each(HOSTS)('%s: no branch is created', name => {
  let world: TreeWorld;
  afterEach(() => world.host.stop());

  test('from a parent that was deleted meanwhile', async () => {
    world = await TreeWorld.start(name);
    await world.make(world.request('env/prod', 'main'));
    await world.host.git.moveBranch('env/prod', await world.host.head('env/prod'), undefined);
    expect(String(await errorOf(world.make(world.request('env/test', 'env/prod'))))).toBe(
      "Error: branch 'env/test' of environment 'test' has parent 'env/prod', which does not exist in repository "
        + `'${world.host.repositoryName}': it has 'main'; push 'env/prod' or use one of these`,
    );
    expect(await world.names()).toEqual(['main']);
  });

  test('in an empty repository', async () => {
    world = await TreeWorld.start(name, {});
    const where = name === 'codecommit' ? ' in account 222222222222' : '';
    expect(String(await errorOf(world.make(world.request('env/prod', 'main'))))).toBe(
      `Error: repository '${world.host.repositoryName}'${where} has no commit yet, so branch 'env/prod' of environment `
        + "'prod' cannot be created: push one to 'main' first, then deploy again",
    );
    expect(await world.names()).toEqual([]);
  });

  test('in a repository that does not exist', async () => {
    world = await TreeWorld.start(name);
    const missing = { ...world.request('env/prod', 'main'), repositoryName: world.host.sibling('missing') };
    const error = await errorOf(world.make(missing));
    expect(String(error)).toMatch(
      /repository '(acme\/(web\/)?)?missing'( does not exist in account|, or the credentials in secret \S+ give no access)/,
    );
  });
});

describe.each<HostName>(['github', 'gitlab', 'bitbucket'])('%s: no branch is created', name => {
  let world: TreeWorld;
  beforeEach(async () => {
    world = await TreeWorld.start(name);
  });
  afterEach(async () => {
    expect(await world.names()).toEqual(['main']);
    await world.host.stop();
  });

  const make = async () => errorOf(world.make(world.request('env/prod', 'main')));

  test('with a token that is wrong or has expired', async () => {
    delete world.host.simulation.hostConditions.tokens.library;
    if (name === 'github') delete world.host.simulation.hostConditions.apps['42'];
    expect(String(await make())).toMatch(
      /rejected the credentials in secret \S+ for repository '\S+shop', because they are wrong or have expired \(.+\): store new ones in the secret, then deploy again \(branch 'env\/prod' of environment 'prod'\)/,
    );
  });

  test('with a token that may only read', async () => {
    world.host.simulation.hostConditions.tokens.library = { level: 'read' };
    expect(String(await make())).toMatch(
      /the credentials in secret \S+ do not allow what is needed in repository '\S+shop' of \w+ \(.+\): give the token/,
    );
  });

  test('with a token for another repository', async () => {
    world.host.simulation.hostConditions.tokens.library = { level: 'write', repositories: ['acme/other'] };
    expect(String(await make())).toMatch(/has no repository '\S+shop', or the credentials in secret \S+ give no access/);
  });

  test.each([
    ['is down', 503, /does not answer/],
    ['limits the rate of requests', 429, /limits the rate of requests|does not answer/],
  ])('while the host %s, and the function tries again', async (_, status, message) => {
    world.host.simulation.hostConditions.failure = new HostResponse(status, { message: 'later' });
    const error = await make();
    expect(isTransient(error)).toBe(true);
    expect(String(error)).toMatch(message);
  });
});
