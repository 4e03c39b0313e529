import { ANNA, ENVIRONMENT, ReleaseWorld } from './world';
import { haltKey } from '../../lambda/registry/halt';

describe('a release', () => {
  test('of a first commit to two empty accounts lets the idle side serve', async () => {
    const world = await ReleaseWorld.start();
    expect(await world.release('main')).toEqual({ state: 'succeeded' });
    expect(world.traffic.history.map(({ shares }) => shares)).toEqual([{ blue: 0, green: 100 }]);
    expect(await world.active()).toBe('green');
  });

  test('goes in both directions', async () => {
    const world = await ReleaseWorld.start();
    await world.release('main');
    world.source.references.set('main', 'c2');
    expect(await world.release('main')).toEqual({ state: 'succeeded' });
    expect(world.traffic.shares).toEqual({ blue: 100, green: 0 });
    expect(await world.active()).toBe('blue');
    expect([...world.pipelines.disabled].sort()).toEqual(['333333333333', '444444444444']);
  });

  test('shifts in steps, and waits after each until its share has been in effect for the pause', async () => {
    const shift = [{ percent: 10, seconds: 60 }, { percent: 100, seconds: 0 }];
    const world = await ReleaseWorld.start({ shift });
    await world.release('main');
    world.source.references.set('main', 'c2');
    await world.release('main');
    const [first, second] = world.traffic.history.slice(1);
    expect([first.shares, second.shares]).toEqual([{ blue: 10, green: 90 }, { blue: 100, green: 0 }]);
    expect(second.at - first.at).toBeGreaterThanOrEqual(65_000);
  });

  test('of a commit that is already active is rejected', async () => {
    const world = await ReleaseWorld.start();
    await world.release('main');
    await expect(world.release('main')).rejects.toThrow(
      "nothing to do: commit main (c1) is already active in environment 'prod', on side green",
    );
  });

  test('of a commit that the active side contains is rejected, and the way back is named', async () => {
    const world = await ReleaseWorld.start();
    await world.release('main');
    world.source.references.set('main', 'c2');
    await world.release('main');
    world.source.references.set('main', 'c3');
    await world.release('main');
    world.source.references.set('v1', 'c1');
    await expect(world.release('v1')).rejects.toThrow(
      "nothing to do: side green of environment 'prod' runs main (c3), which contains commit v1 (c1): a release never "
        + 'removes commits; to go back, run org-environments rollback prod, or release a commit that reverts',
    );
  });

  test('does not deploy an older commit that has waited since the creation of the side', async () => {
    const world = await ReleaseWorld.start();
    world.pipelines.push('green', 'c0');
    expect(await world.release('main')).toEqual({ state: 'succeeded' });
    const runs = await world.pipelines.executions({ accountId: '444444444444' });
    expect(runs.map(({ commitId, status }) => [commitId, status])).toEqual([['c1', 'Succeeded'], ['c0', 'Superseded']]);
  });

  test('of a commit that does not exist is rejected', async () => {
    const world = await ReleaseWorld.start();
    await expect(world.release('v9')).rejects.toThrow("repository 'shop' has no commit, branch or tag 'v9'");
  });

  test('is rejected while another one holds the lock, whose holder is named', async () => {
    const world = await ReleaseWorld.start();
    await world.releases.release(ENVIRONMENT, 'main', ANNA);
    await expect(world.release('main')).rejects.toThrow(
      `environment 'prod' is locked by the release release-1 that ${ANNA} started at 2026-01-01T10:00:00.000Z `
        + '(step repair)',
    );
  });

  test('is rejected while the environment is halted, and fails when it is halted meanwhile', async () => {
    const world = await ReleaseWorld.start();
    const halt = { environmentName: ENVIRONMENT, by: ANNA, at: '2026-01-01T09:00:00Z', reason: 'incident 7' };
    const { releaseId } = await world.releases.release(ENVIRONMENT, 'main', ANNA);
    const outcome = await world.run(releaseId, async count => {
      if (count === 2) await world.registry.write(haltKey(ENVIRONMENT), halt, undefined);
    });
    const reason = expect.stringContaining(`was halted by ${ANNA}: incident 7`);
    expect(outcome).toMatchObject({ state: 'failed', reason });
    await expect(world.release('main')).rejects.toThrow(
      'resume it first, with: org-environments resume --environment prod',
    );
  });
});

describe('a release that fails', () => {
  const firstRelease = async (config: Parameters<typeof ReleaseWorld.start>[0] = {}) => {
    const world = await ReleaseWorld.start(config);
    await world.release('main');
    world.source.references.set('main', 'c2');
    return world;
  };

  const expectReturned = async (world: ReleaseWorld) => {
    expect(world.traffic.shares).toEqual({ blue: 0, green: 100 });
    expect(await world.active()).toBe('green');
    expect((await world.record())?.current).toBeUndefined();
    expect(world.pipelines.disabled.has('333333333333')).toBe(true);
  };

  test('because its pipeline failed names the pipeline, its account and the commit', async () => {
    const world = await firstRelease();
    world.pipelines.broken.add('c2');
    expect(await world.release('main')).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/pipeline 'prod' of side blue in account 333333333333 did not deploy commit c2: .* is Failed/),
    });
    await expectReturned(world);
  });

  test('because of a conflict names the files', async () => {
    const world = await firstRelease();
    world.source.conflicts.set('c2', ['src/a.ts', 'src/b.ts']);
    expect(await world.release('main')).toMatchObject({
      reason: expect.stringContaining("commit c2 conflicts with branch 'env/prod-blue' in src/a.ts, src/b.ts"),
    });
    await expectReturned(world);
  });

  test('because the side is not healthy in time gets no traffic', async () => {
    const world = await firstRelease({ health: [{ kind: 'function', functionArn: 'f' }] });
    world.sides.problems.set('blue', 'GET / returned 503');
    expect(await world.release('main')).toMatchObject({
      reason: expect.stringContaining('was not healthy within 10 minutes: GET / returned 503'),
    });
    expect(world.traffic.history).toHaveLength(1 + 1);
    await expectReturned(world);
  });

  test('because of an alarm while it bakes returns the traffic', async () => {
    const world = await firstRelease({ alarms: ['errors'], bakeSeconds: 300 });
    const { releaseId } = await world.releases.release(ENVIRONMENT, 'main', ANNA);
    const outcome = await world.run(releaseId, async () => {
      if ((await world.record())?.current?.step === 'bake') world.sides.alarms.set('blue', ['errors']);
    });
    expect(outcome).toMatchObject({
      reason: expect.stringContaining("alarm 'errors' of side blue in account 333333333333 is not in the state OK"),
    });
    await expectReturned(world);
  });

  test('because a person rejects or aborts it returns the traffic', async () => {
    const world = await ReleaseWorld.start({ approvalSeconds: 3600 });
    await world.approved('main');
    world.source.references.set('main', 'c2');
    const { releaseId } = await world.releases.release(ENVIRONMENT, 'main', ANNA);
    const outcome = await world.run(releaseId, async () => {
      const { current } = (await world.record()) ?? {};
      if (current?.step === 'approve' && !current.approval) {
        await world.releases.approve(ENVIRONMENT, ANNA, { isApproved: false, reason: 'not on a Friday' });
      }
    });
    expect(outcome).toMatchObject({ reason: `rejected by ${ANNA}: not on a Friday` });
    await expectReturned(world);
    await expect(world.releases.abort(ENVIRONMENT, ANNA, { reason: 'too late' })).rejects.toThrow(
      "no release of environment 'prod' is in progress: the last one, release-2, ended at",
    );
  });
});

describe('a change of the traffic that the service loses', () => {
  test('is made again after five minutes', async () => {
    const world = await ReleaseWorld.start();
    world.traffic.lost = 1;
    expect(await world.release('main')).toEqual({ state: 'succeeded' });
    const [first, second] = world.traffic.writes;
    expect(world.traffic.writes).toHaveLength(2);
    expect(second - first).toBeGreaterThan(300_000);
  });

  test('of an earlier release is made again by the next release', async () => {
    const world = await ReleaseWorld.start();
    await world.release('main');
    world.sleep(30 * 24 * 3600);
    world.traffic.forget();
    world.source.references.set('main', 'c2');
    expect(await world.release('main')).toEqual({ state: 'succeeded' });
    expect(await world.active()).toBe('blue');
  });

  test('fails the release after thirty minutes', async () => {
    const world = await ReleaseWorld.start();
    await world.release('main');
    world.source.references.set('main', 'c2');
    world.traffic.lost = 8;
    expect(await world.release('main')).toMatchObject({
      reason: expect.stringContaining('100 percent on blue and 0 percent on green is not in effect within 30 minutes'),
    });
    expect(await world.active()).toBe('green');
  });

  test('also when it is returned leaves the release stuck, which a metric counts', async () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const world = await ReleaseWorld.start();
    await world.release('main');
    world.source.references.set('main', 'c2');
    world.traffic.lost = 100;
    const { releaseId } = await world.releases.release(ENVIRONMENT, 'main', ANNA);
    const { state } = await world.run(releaseId);
    const lines = write.mock.calls.map(([line]) => String(line)).filter(line => line.includes('StuckReleases'));
    write.mockRestore();
    expect(state).toBe('failed');
    expect((await world.record())?.last).toMatchObject({
      outcome: 'stuck', failure: expect.stringContaining('; not all could be restored: '),
    });
    expect(lines.map(line => JSON.parse(line))).toEqual([
      expect.objectContaining({ service: 'org-environments', StuckReleases: 1 }),
    ]);
  });
});

describe('a rollback', () => {
  test('returns to the former side without a deployment', async () => {
    const world = await ReleaseWorld.start();
    await world.release('main');
    world.source.references.set('main', 'c2');
    await world.release('main');
    const before = world.fate.calls.length;
    expect(await world.rollback()).toEqual({ state: 'succeeded' });
    const calls = world.fate.calls.slice(before).filter(name => !/^(read|write|prefetch|transaction|start)$/.test(name));
    expect(calls).toEqual([]);
    expect(world.traffic.shares).toEqual({ blue: 0, green: 100 });
    expect(await world.active()).toBe('green');
    expect(await world.rollback()).toEqual({ state: 'succeeded' });
    expect(await world.active()).toBe('blue');
  });

  test('is rejected after a release has changed the former side', async () => {
    const world = await ReleaseWorld.start({ health: [{ kind: 'function', functionArn: 'f' }] });
    await world.release('main');
    world.source.references.set('main', 'c2');
    world.sides.problems.set('blue', 'GET / returned 503');
    await world.release('main');
    await expect(world.rollback()).rejects.toThrow(
      "because release release-2 has changed side blue and ended as 'returned'",
    );
  });
});
