import { BackportWorld } from './world';

const deaths = Array.from({ length: 44 }, (_, index) => index + 1).flatMap(n =>
  (['before', 'after'] as const).map(when => ({ n, when })),
);

// others each day: all of them take minutes, with BACKPORT_DEATHS=all
const share = process.env.CI ? 8 : 22;
const some = process.env.BACKPORT_DEATHS === 'all'
  ? deaths
  : deaths.filter((_, index) => index % share === new Date().getUTCDate() % share);

test.each(some)('a backport is complete after a crash at call $n, $when its effect', async ({ n, when }) => {
  const world = await BackportWorld.start();
  const commit = world.commit('env/test1', { 'tea.txt': 'green\n' });
  world.commit('env/prod', { 'other.txt': 'other\n' }, 'other');
  const { backportId } = await world.backport([commit], 'env/test1', ['env/test2']);
  world.fate.dieAt(n, when);
  const status = await world.advance(backportId);
  expect(status.state).toBe('opened');
  expect(world.branches().filter(name => name.startsWith('org-'))).toEqual([status.workBranch]);
  expect(world.git(['rev-list', '--count', `env/prod..${status.workBranch ?? ''}`])).toBe('1');
  await world.merge(status.pullRequestId);
  world.fate.dieAt(n, when);
  const absorbed = await world.advance(backportId);
  expect(absorbed).toMatchObject({ state: 'absorbed', branches: [{ state: 'opened' }] });
  expect(world.branches().filter(name => name.startsWith('org-'))).toEqual([`org-environments/${backportId}-1`]);
  await world.stop();
});

test.each(some)('a conflict leaves nothing behind after a crash at call $n, $when its effect', async ({ n, when }) => {
  const world = await BackportWorld.start();
  const before = world.branches();
  const fine = world.commit('env/test1', { 'tea.txt': 'green\n' });
  const conflicting = world.commit('env/test1', { 'app.txt': 'mine\n' });
  world.commit('env/prod', { 'app.txt': 'theirs\n' });
  const { backportId } = await world.backport([fine, conflicting], 'env/test1');
  world.fate.dieAt(n, when);
  expect(await world.advance(backportId)).toMatchObject({ state: 'conflict', files: ['app.txt'] });
  expect(world.branches()).toEqual(before);
  await world.stop();
});
