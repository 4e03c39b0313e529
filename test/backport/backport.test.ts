import { ANNA, BackportWorld } from './world';
import { commitsOfPullRequest } from '../../lambda/operations/backports/pull-request-commits';

let world: BackportWorld;
beforeEach(async () => {
  world = await BackportWorld.start();
});
afterEach(async () => world.stop());

const BRANCHES = ['env/dev', 'env/prod', 'env/test1', 'env/test2', 'main'];

describe('a backport', () => {
  test('opens a pull request to the lowest branch that the named environments share', async () => {
    const first = world.commit('env/test1', { 'tea.txt': 'green\n' }, 'Add tea');
    const second = world.commit('env/test1', { 'tea.txt': 'black\n', 'sub/milk.txt': 'cold\n' }, 'Add milk');
    const { backportId, target, state } = await world.backport([first, second], 'env/test1', ['test2']);
    expect({ target, state, started: world.started }).toEqual({
      target: 'env/prod', state: 'picking', started: [backportId],
    });
    const status = await world.advance(backportId);
    expect(status).toMatchObject({ state: 'opened', workBranch: `org-environments/${backportId}` });
    expect(world.branches()).toEqual([...BRANCHES.slice(0, 4), 'main', status.workBranch].sort());
    const log = world.git(['log', '--format=%an <%ae>%n%B', `env/prod..${status.workBranch}`]);
    expect(log.split('\n').filter(line => line !== '')).toEqual([
      'Ann <ann@example.com>', 'Add milk', `(cherry picked from commit ${second})`,
      'Ann <ann@example.com>', 'Add tea', `(cherry picked from commit ${first})`,
    ]);
    expect(world.file(status.workBranch ?? '', 'tea.txt')).toBe('black');
    expect(world.git(['diff', '--name-only', 'env/prod', status.workBranch ?? '']).split('\n')).toEqual([
      'sub/milk.txt', 'tea.txt',
    ]);
  });

  test('without other environments goes to the parent branch', async () => {
    const commit = world.commit('env/dev', { 'tea.txt': 'green\n' });
    expect(await world.backport([commit], 'dev')).toMatchObject({ target: 'env/test1', from: 'env/dev' });
  });

  test('of a pull request has its commits', async () => {
    world.git(['branch', 'tea', 'env/test1']);
    const first = world.commit('tea', { 'tea.txt': 'green\n' });
    const second = world.commit('tea', { 'milk.txt': 'cold\n' });
    const pullRequest = await world.open('tea', 'env/test1');
    await world.merge(pullRequest);
    expect(await world.run({ operation: 'backport', pullRequest, from: 'env/test1', by: ANNA })).toMatchObject({
      target: 'env/prod', commits: [first, second],
    });
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ['squashed', ['tea and milk'], ['tea and milk']],
    ['rebased', ['add tea', 'add milk'], ['add tea', 'add milk']],
  ])('of a pull request that was %s has the new commits', async (_, written, expected) => {
    const commits = new Map(['own 1', 'own 2', 'base', ...written].map((id, index) => [id, {
      commitId: id,
      parents: index < 3 ? ['base'] : [written[index - 4] ?? 'base'],
      message: id === 'own 2' ? 'add milk' : id,
      authorName: '',
      authorEmail: '',
    }]));
    const found = await commitsOfPullRequest({
      pullRequest: async () => ({
        id: '7', title: '', sourceBranch: '', targetBranch: '', state: 'merged', mergeCommitId: written.at(-1),
      }),
      pullRequestCommits: async () => ['own 1', 'own 2'],
      commit: async (__, id) => commits.get(id),
    }, 'shop', '7');
    expect(found).toEqual(expected);
  });

  test('keeps the descriptor of the branch that receives it', async () => {
    const commit = world.commit('env/test1', { 'tea.txt': 'green\n', 'environment.json': '{"branch":"x","mine":1}' });
    const { backportId } = await world.backport([commit], 'env/test1');
    const { workBranch = '' } = await world.advance(backportId);
    expect(world.file(workBranch, 'environment.json')).toBe(world.file('env/prod', 'environment.json'));
    expect(world.file(workBranch, 'tea.txt')).toBe('green');
  });

  test('of commits that are there already says so, and leaves nothing behind', async () => {
    const commit = world.commit('env/test1', { 'tea.txt': 'green\n' });
    world.commit('env/prod', { 'tea.txt': 'green\n' }, 'the same');
    const { backportId } = await world.backport([commit], 'env/test1');
    expect(await world.advance(backportId)).toMatchObject({ state: 'already there' });
    expect(world.branches()).toEqual(BRANCHES);
  });

  test('with a conflict names the commit and its files, and leaves nothing behind', async () => {
    const fine = world.commit('env/test1', { 'tea.txt': 'green\n' });
    const conflicting = world.commit('env/test1', { 'app.txt': 'mine\n' }, 'Change app');
    world.commit('env/prod', { 'app.txt': 'theirs\n' }, 'Change app otherwise');
    const { backportId } = await world.backport([fine, conflicting], 'env/test1');
    expect(await world.advance(backportId)).toMatchObject({
      state: 'conflict', conflictingCommit: conflicting, files: ['app.txt'],
    });
    expect(world.branches()).toEqual(BRANCHES);
  });

  test('that another user has changed is not continued, and what they pushed stays', async () => {
    const commit = world.commit('env/test1', { 'tea.txt': 'green\n' });
    const { backportId } = await world.backport([commit], 'env/test1');
    world.git(['branch', `org-environments/${backportId}`, 'env/dev']);
    const status = await world.advance(backportId);
    expect(status).toMatchObject({
      state: 'failed',
      reason: `branch 'org-environments/${backportId}' was changed by another user: start the backport again when this `
        + 'is solved',
    });
    expect(world.branches()).toContain(`org-environments/${backportId}`);
  });

  test('keeps what another user has picked to its work branch', async () => {
    const commit = world.commit('env/test1', { 'tea.txt': 'green\n' });
    const { backportId } = await world.backport([commit], 'env/test1');
    const workBranch = `org-environments/${backportId}`;
    world.git(['branch', workBranch, 'env/prod']);
    const message = `Own\n\n(cherry picked from commit ${'f'.repeat(40)})`;
    const other = world.commit(workBranch, { 'own.txt': 'own\n' }, message);
    expect(await world.advance(backportId)).toMatchObject({ state: 'failed' });
    expect(world.git(['rev-parse', workBranch])).toBe(other);
  });

  test('to a branch that was deleted fails with its name', async () => {
    const commit = world.commit('env/test1', { 'tea.txt': 'green\n' });
    const { backportId } = await world.backport([commit], 'env/test1');
    world.git(['branch', '-D', 'env/prod']);
    expect((await world.advance(backportId)).reason).toBe(
      "branch 'env/prod' does not exist in repository 'shop': start the backport again when this is solved",
    );
  });
});

describe('a backport is rejected', () => {
  test.each<[string, (commit: string) => readonly [readonly string[], string, (readonly string[])?], string]>([
    ['for a commit that does not exist', () => [['f'.repeat(40)], 'env/test1'],
      `repository 'shop' has no commit, branch or tag '${'f'.repeat(40)}': push it first; nothing was done`],
    ['for an abbreviation, which CodeCommit does not know', commit => [[commit.slice(0, 12)], 'env/test1'],
      "': push it first, or name all 40 characters of its id, which CodeCommit needs; nothing was done"],
    ['for a commit of another branch', commit => [[commit], 'env/test2'],
      "is not on branch 'env/test2': name the branch that has it with --from; nothing was done"],
    ['from an environment that does not exist', commit => [[commit], 'env/qa'],
      "no environment has the branch or the name 'env/qa': there are the branches 'env/dev', 'env/prod', 'env/test1', "
        + "'env/test2'"],
    ['to an environment that does not exist', commit => [[commit], 'env/test1', ['qa']],
      "no environment has the branch or the name 'qa' in repository 'shop'"],
    ['to branches that come from it', commit => [[commit], 'env/test1', ['env/dev']],
      "'env/dev' come from 'env/test1' itself, so there is nothing to port back: bring its commits there with "
        + "'org-environments absorb env/test1'; nothing was done"],
  ])('%s', async (_, request, message) => {
    const commit = world.commit('env/test1', { 'tea.txt': 'green\n' });
    await expect(world.backport(...request(commit))).rejects.toThrow(message);
    expect(world.started).toEqual([]);
  });

  test('for a merge and for the first commit', async () => {
    const [root = ''] = world.git(['rev-list', '--max-parents=0', 'main']).split('\n');
    await expect(world.backport([root], 'env/test1')).rejects.toThrow(
      `commit '${root}' is the first of its repository, so all branches have it; nothing was done`,
    );
    const tree = world.git(['rev-parse', 'env/test1^{tree}']);
    const merge = world.git(['commit-tree', tree, '-p', 'env/test1', '-p', 'env/test2', '-m', 'merge']);
    world.git(['update-ref', 'refs/heads/env/test1', merge]);
    await expect(world.backport([merge], 'env/test1')).rejects.toThrow(
      `commit '${merge}' is a merge with 2 parents, which has no change of its own: name the commits that it has `
        + 'merged; nothing was done',
    );
  });

  test('of a pull request that does not exist, or without any commit', async () => {
    const request = { operation: 'backport', from: 'env/test1', by: ANNA } as const;
    await expect(world.run({ ...request, pullRequest: '99' })).rejects.toThrow(
      "repository 'shop' has no pull request '99'; nothing was done",
    );
    await expect(world.run(request)).rejects.toThrow('a backport needs commits or a pull request; nothing was done');
  });

  test('in Bitbucket, whose API cannot apply commits', async () => {
    await world.declare('env/tea', { host: 'bitbucket' });
    await expect(world.backport(['main'], 'env/tea')).rejects.toThrow(
      "commits cannot be ported back in repository 'shop', because the API of Bitbucket cannot apply a commit to "
        + 'another branch: use git cherry-pick -x and open a pull request, and after its merge '
        + "'org-environments absorb <branch>'; nothing was done",
    );
  });

  test('that has ended is not restarted, and one that has stopped is', async () => {
    const { backportId } = await world.run({ operation: 'absorb', branch: 'env/test1', by: ANNA });
    await world.run({ operation: 'restartBackport', backportId, by: ANNA });
    expect(world.started).toEqual([backportId, backportId]);
    await world.advance(backportId);
    await expect(world.run({ operation: 'restartBackport', backportId, by: ANNA })).rejects.toThrow(
      `backport '${backportId}' has ended: start another one; nothing was done`,
    );
  });

  test('when its id is unknown', async () => {
    await expect(world.run({ operation: 'describeBackport', backportId: 'x' })).rejects.toThrow(
      "there is no backport 'x': it was never started, or ended more than 180 days ago",
    );
  });
});

describe('after the merge', () => {
  test('each branch that lacks the commits gets a pull request, and those that have them get none', async () => {
    const commit = world.commit('env/test1', { 'tea.txt': 'green\n' });
    const { backportId } = await world.backport([commit], 'env/test1');
    const { pullRequestId } = await world.advance(backportId);
    await world.merge(pullRequestId);
    const status = await world.advance(backportId);
    expect(status).toMatchObject({
      state: 'absorbed',
      branches: [
        { branchName: 'env/test1', state: 'contained' },
        { branchName: 'env/test2', state: 'opened' },
        { branchName: 'env/dev', state: 'opened' },
      ],
    });
    // the work branch of the backport was merged
    expect(world.branches().filter(name => !BRANCHES.includes(name))).toEqual([2, 3].map(
      index => `org-environments/${backportId}-${index}`,
    ));
    for (const { pullRequestId: id } of status.branches) if (id !== undefined) await world.merge(id);
    expect(await world.advance(backportId)).toMatchObject({ state: 'absorbed', branches: status.branches });
    // their work branches, too
    expect(world.branches()).toEqual(BRANCHES);
    expect(['env/test2', 'env/dev'].map(branch => world.file(branch, 'tea.txt'))).toEqual(['green', 'green']);
    expect(world.file('env/test2', 'environment.json')).toContain('"branch":"env/test2"');
  });

  test('only the named branches take the commits over', async () => {
    const commit = world.commit('env/test1', { 'tea.txt': 'green\n' });
    const { backportId } = await world.backport([commit], 'env/test1', ['env/test2']);
    const { pullRequestId } = await world.advance(backportId);
    await world.merge(pullRequestId);
    expect((await world.advance(backportId)).branches.map(({ branchName }) => branchName)).toEqual(['env/test2']);
  });

  test('a branch with a conflict is named, and the others go on', async () => {
    const commit = world.commit('env/test1', { 'tea.txt': 'green\n' });
    world.commit('env/test2', { 'tea.txt': 'black\n' }, 'other tea');
    const { backportId } = await world.backport([commit], 'env/test1');
    const { pullRequestId } = await world.advance(backportId);
    await world.merge(pullRequestId);
    const { branches } = await world.advance(backportId);
    expect(branches).toMatchObject([
      { state: 'contained' }, { branchName: 'env/test2', state: 'conflict', files: ['tea.txt'] }, { state: 'opened' },
    ]);
    expect(world.branches()).not.toContain(`org-environments/${backportId}-2`);
  });

  test('a branch that the host rejects is named, and the others go on', async () => {
    world.commit('env/prod', { 'tea.txt': 'green\n' });
    world.reject(commandInput => commandInput.includes('env/test1'));
    const { backportId } = await world.run({ operation: 'absorb', branch: 'env/prod', by: ANNA });
    const { branches } = await world.advance(backportId);
    expect(branches.map(({ branchName, state }) => `${branchName} ${state}`)).toEqual([
      'env/test1 failed', 'env/test2 opened', 'env/dev opened',
    ]);
  });

  test('a branch that moves again and again is given up, and the others go on', async () => {
    world.commit('env/prod', { 'tea.txt': 'green\n' });
    world.reject(commandInput => commandInput.includes('env/test1'), 'ConcurrentReferenceUpdateException');
    const { backportId } = await world.run({ operation: 'absorb', branch: 'env/prod', by: ANNA });
    const { branches } = await world.advance(backportId);
    expect(branches.map(({ branchName, state }) => `${branchName} ${state}`)).toEqual([
      'env/test1 failed', 'env/test2 opened', 'env/dev opened',
    ]);
  });

  test('a pull request that is closed ends it', async () => {
    const commit = world.commit('env/test1', { 'tea.txt': 'green\n' });
    const { backportId } = await world.backport([commit], 'env/test1');
    const { pullRequestId } = await world.advance(backportId);
    await world.close(pullRequestId);
    expect(await world.advance(backportId)).toMatchObject({ state: 'closed' });
  });
});

describe('an absorption', () => {
  test('fast-forwards a branch without commits of its own, unless it needs a review', async () => {
    world.git(['branch', '-f', 'env/test1', 'env/prod']);
    world.git(['branch', '-f', 'env/test2', 'env/prod']);
    await world.declare('env/test2', { review: { approvals: '1' } });
    const head = world.commit('env/prod', { 'tea.txt': 'green\n' });
    const { backportId } = await world.run({
      operation: 'absorb', branch: 'prod', to: ['env/test1', 'env/test2'], by: ANNA,
    });
    expect((await world.advance(backportId)).branches).toMatchObject([
      { branchName: 'env/test1', state: 'forwarded' }, { branchName: 'env/test2', state: 'opened' },
    ]);
    expect(world.git(['rev-parse', 'env/test1'])).toBe(head);
  });

  test('from the root reaches all branches', async () => {
    world.commit('main', { 'tea.txt': 'green\n' });
    const { backportId } = await world.run({ operation: 'absorb', branch: 'main', by: ANNA });
    const { branches } = await world.advance(backportId);
    expect(branches.map(({ branchName, state }) => `${branchName} ${state}`)).toEqual([
      'env/prod opened', 'env/test1 opened', 'env/test2 opened', 'env/dev opened',
    ]);
  });

  test('into a branch that does not come from it is rejected', async () => {
    await expect(world.run({ operation: 'absorb', branch: 'env/test1', to: ['env/test2'], by: ANNA })).rejects.toThrow(
      "the branches 'env/test2', 'env/test1' do not come from one branch: name branches of one tree; nothing was done",
    );
  });
});
