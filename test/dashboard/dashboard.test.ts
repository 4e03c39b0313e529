import type { Row } from '../../lambda/dashboard/rows';
import { contentOf } from '../../lambda/dashboard/rows';
import { tableOf as tableOfContent } from '../../lambda/dashboard/table';
import type { CodePipelineEvent } from '../../lambda/deployments/change';
import { record } from '../../lambda/deployments/recorder';
import { driftKey } from '../../lambda/registry/drift';
import type { DriftRecord } from '../../lambda/registry/drift';
import { allPipelines } from '../../lambda/registry/environment';
import type { HaltRecord } from '../../lambda/registry/halt';
import { haltKey } from '../../lambda/registry/halt';
import { releaseKey } from '../../lambda/registry/release';
import type { CurrentRelease, ReleaseRecord } from '../../lambda/registry/release';
import { deployment, failure, happened, holdLease, MEMBER, rollback, START } from '../deployments/events';
import { putEnvironment } from '../registry/environments';
import { FakeRegistry } from '../registry/fake-registry';

const OTHER = '333333333333';

const rowsOf = async (from: FakeRegistry) => (await contentOf(from)).rows;
const tableOf = (rows: readonly Row[]) => tableOfContent({ rows, unusedDrifts: [] });

let registry: FakeRegistry;
beforeEach(async () => {
  registry = new FakeRegistry();
  await holdLease(registry, MEMBER, 'test1');
});

/** The row of the environment after all that has happened. */
async function rowAfter(...events: readonly CodePipelineEvent[]): Promise<Row> {
  for (const event of events) await record(event, registry, () => ({ authorOf: async () => ({ at: START - 60_000 }) }));
  const [row] = await rowsOf(registry);
  return row;
}

const at = (second: number) => START + second * 1000;

describe('a row of the dashboard', () => {
  test('has the deployed commit, its time and its lead time', async () => {
    expect(await rowAfter(...deployment('one', 0))).toEqual({
      environmentName: 'test1',
      accountId: MEMBER,
      state: 'deployed',
      isBroken: false,
      commitId: 'c0ffee',
      deployedAt: at(20),
      leadTime: 80_000,
      failureRate: 0,
    });
  });

  test('has the last failure until a commit is deployed', async () => {
    const broken = await rowAfter(...deployment('one', 0), ...failure('two', 100));
    expect(broken).toMatchObject({
      state: 'failed',
      isBroken: true,
      failure: 'Deploy/Verify: the smoke test has failed',
      commitId: 'c0ffee',
      failureRate: 0.5,
    });
    const mended = await rowAfter(...deployment('three', 200, 'f1xed'));
    expect(mended).toMatchObject({ state: 'deployed', isBroken: false, commitId: 'f1xed', timeToRestore: 110_000 });
    expect(mended.failure).toBeUndefined();
  });

  test('has the state of a rollback, its cause, and the deployed commit', async () => {
    expect(
      await rowAfter(...deployment('one', 0, 'g00d'), ...failure('two', 100), ...rollback('three', 110)),
    ).toMatchObject({
      state: 'rolled back',
      isBroken: false,
      failure: 'Deploy/Verify: the smoke test has failed',
      commitId: 'g00d',
      deployedAt: at(120),
      timeToRestore: 10_000,
      failureRate: 0.5,
    });
  });

  test('has the state of a failed rollback', async () => {
    const [started] = rollback('two', 110);
    expect(await rowAfter(started)).toMatchObject({ state: 'rolling back', isBroken: false });
    const ended = happened('two', 120, { ...started.detail, state: 'FAILED' });
    expect(await rowAfter(ended)).toMatchObject({ state: 'rollback failed', isBroken: true });
  });

  test('has the median of the lead times', async () => {
    expect(
      (await rowAfter(...deployment('one', 0), ...deployment('two', 100), ...deployment('three', 1000))).leadTime,
    ).toBe(180_000);
    expect((await rowAfter(...deployment('four', 2000))).leadTime).toBe(630_000);
  });

  test('exists before the first run, and shows that an environment is halted', async () => {
    expect(await rowAfter()).toEqual({
      environmentName: 'test1',
      accountId: MEMBER,
      state: 'no run yet',
      isBroken: false,
    });
    await registry.write<HaltRecord>(
      haltKey('test1'),
      { environmentName: 'test1', by: 'anna', at: '2026-03-01T12:00:00Z', reason: 'incident' },
      undefined,
    );
    expect((await rowAfter(...deployment('one', 0).slice(0, 1))).state).toBe('running, halted');
  });

  test('says that a run waits for approval until it is approved, rejected or stopped', async () => {
    const [started, ...others] = deployment('one', 0);
    const approve = { stage: 'Approve', action: 'Approve', type: { category: 'Approval' } };
    const requested = happened('one', 6, approve);
    expect(await rowAfter(started, requested)).toMatchObject({ state: 'waits for approval', isBroken: false });
    const approved = happened('one', 6, { ...approve, state: 'SUCCEEDED' });
    // the events of a second may arrive in any order
    expect((await rowAfter(approved, requested)).state).toBe('running');
    expect((await rowAfter(...others)).state).toBe('deployed');
    const again = deployment('two', 100)[0];
    const stopped = happened('two', 120, { state: 'STOPPED' });
    expect((await rowAfter(again, happened('two', 110, approve), stopped)).state).toBe('stopped');
  });

  test('shows that an update of the pipeline is pending', async () => {
    const [pipeline] = await allPipelines(registry);
    await putEnvironment(registry, {
      ...pipeline,
      deferral: { reason: "cannot assume role 'org-environments-deployer'", at: START },
    });
    expect((await rowAfter()).state).toBe('no run yet, update pending');
    expect((await rowAfter(...deployment('one', 0))).state).toBe('deployed, update pending');
    await registry.write<HaltRecord>(
      haltKey('test1'),
      { environmentName: 'test1', by: 'anna', at: '2026-03-01T12:00:00Z', reason: 'incident' },
      undefined,
    );
    expect((await rowAfter()).state).toBe('deployed, halted, update pending');
  });

  test('has the side of a blue/green environment, which is reserved unless a release deploys it', async () => {
    const [pipeline] = await allPipelines(registry);
    await putEnvironment(registry, { ...pipeline, side: 'blue' });
    expect(await rowAfter(...deployment('one', 0))).toMatchObject({
      environmentName: 'test1 (blue)', state: 'deployed, reserved',
    });
    const current = { step: 'deploy', to: 'blue' } as CurrentRelease;
    const release = { environmentName: 'test1', fence: 1, current };
    await registry.write<ReleaseRecord>(releaseKey('test1'), release, undefined);
    expect((await rowAfter()).state).toBe('deployed');
  });

  test('ignores runs of the environment in another account', async () => {
    await rowAfter(...deployment('one', 0), ...failure('two', 100));
    await holdLease(registry, OTHER, 'test1');
    const row = async () => (await rowsOf(registry)).find(({ accountId }) => accountId === OTHER);
    expect(await row()).toEqual({ environmentName: 'test1', accountId: OTHER, state: 'no run yet', isBroken: false });
    await rowAfter(...deployment('three', 200, 'f1xed', OTHER));
    expect(await row()).toMatchObject({ state: 'deployed', commitId: 'f1xed', failureRate: 0 });
    expect((await row())?.timeToRestore).toBeUndefined();
  });

  test('exists for each environment, sorted by name', async () => {
    await holdLease(registry, OTHER, 'prod');
    expect((await rowsOf(registry)).map(({ environmentName }) => environmentName)).toEqual(['prod', 'test1']);
  });
});

describe('the table of the dashboard', () => {
  const row: Row = { environmentName: 'test1', accountId: MEMBER, state: 'deployed', isBroken: false };

  test('has a row for each environment', () => {
    const html = tableOf([
      {
        ...row,
        commitId: 'c0ffee1234567890',
        deployedAt: START,
        leadTime: 3_720_000,
        failureRate: 0.255,
        timeToRestore: 45_000,
      },
      { ...row, environmentName: 'prod', state: 'failed', isBroken: true, failure: 'Synth' },
    ]);
    expect(html).toContain(
      `<tr><td>test1</td><td>${MEMBER}</td><td>deployed</td><td><code title="c0ffee1234567890">c0ffee12</code></td>`
        + '<td>2026-03-01 12:00</td><td>1 h 2 min</td><td>26 %</td><td>45 s</td></tr>',
    );
    expect(html).toContain(
      '<td>prod</td><td>111111111111</td><td><b style="color:#d13212">failed</b><br><small>Synth</small></td><td></td>',
    );
  });

  test.each([
    [59_400, '59 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [90_061_000, '1 d 1 h'],
    [86_460_000, '1 d'],
    [-5, '0 s'],
  ])('formats %d milliseconds as %s', (leadTime, text) => {
    expect(tableOf([{ ...row, leadTime }])).toContain(`<td>${text}</td>`);
  });

  test('escapes HTML in every value', () => {
    const html = tableOf([
      {
        ...row,
        state: "\"><script>alert('x')</script>",
        failure: '<img src=x onerror=alert(1)> & more',
        commitId: '"><b>',
      },
    ]);
    expect(html).not.toMatch(/<script|<img|"><b>/);
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; more');
    expect(html).toContain('&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;');
  });

  test('shortens a long failure message', () => {
    expect(tableOf([{ ...row, failure: 'x'.repeat(1000) }])).toContain(`<small>${'x'.repeat(199)}…</small>`);
  });

  test('has a text instead of rows if no environments exist', () => {
    expect(tableOf([])).toBe('<p>No environments exist.</p>');
  });

  test('lists what differs of resources that no environment uses', async () => {
    const found = { what: "organizational unit '<Test>' does not exist", remedy: 'it is created', isRepairable: true };
    const resourceType = 'Custom::OrgEnvironmentsUnit';
    const unit = { resourceType, ownerId: 'Unit-1', logicalId: 'Unit', checkedAt: START };
    await registry.write<DriftRecord>(driftKey('Unit-1'), { ...unit, drifts: [found] }, undefined);
    const { unusedDrifts } = await contentOf(registry);
    expect(unusedDrifts).toEqual([found]);
    const list = '<p><b>Drift of what no environment uses</b></p>'
      + '<ul><li>organizational unit &#39;&lt;Test&gt;&#39; does not exist</li></ul>';
    expect(tableOfContent({ rows: [row], unusedDrifts })).toMatch(/<\/table>.*<\/ul>$/);
    expect(tableOfContent({ rows: [], unusedDrifts })).toBe(`<p>No environments exist.</p>${list}`);
  });
});
