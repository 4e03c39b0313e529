import { stripVTControlCharacters } from 'node:util';
import { ANNA } from './operations';
import { abort, approve, describeRelease, release, rollback } from '../../../cli/commands/release';
import type { ReleaseContext } from '../../../cli/commands/release';
import { formatRelease } from '../../../cli/output/release';
import type { ReleaseProgress, ReleaseStatus, ReleaseSummary } from '../../../src/blue-green/release/contract';
import type { OperationRequest } from '../../../src/operations/contract';

const COMMIT = 'c0ffee0123456789';
const ORIGIN = {
  releaseId: 'r1',
  kind: 'release',
  by: ANNA,
  startedAt: '2026-01-01T10:00:00.000Z',
  requested: 'main',
  commitId: COMMIT,
  from: 'blue',
  to: 'green',
} as const;
const AT_REST: ReleaseStatus = {
  environmentName: 'prod', active: 'blue', shares: { blue: 100, green: 0 }, inEffectSeconds: 70,
};

function progress(step: ReleaseProgress['step'], rest: Partial<ReleaseProgress> = {}): ReleaseProgress {
  const steps = ['repair', 'merge', 'deploy', 'approve', 'shift', 'commit'] as const;
  return { ...ORIGIN, step, since: '2026-01-01T10:05:00.000Z', steps, ...rest };
}

function ended(rest: Partial<ReleaseSummary> = {}): ReleaseSummary {
  return {
    ...ORIGIN,
    outcome: 'succeeded',
    endedAt: '2026-01-01T10:20:00.000Z',
    heldUntil: '2026-01-01T10:30:00.000Z',
    canRollBack: true,
    ...rest,
  };
}

/** The operations function, which answers one status after the other, and the output of a command. */
function fake(...statuses: readonly ReleaseStatus[]) {
  const requests: OperationRequest[] = [];
  const lines: string[] = [];
  const left = [...statuses];
  let slept = 0;
  const context: ReleaseContext = {
    operations: {
      callerArn: async () => ANNA,
      invoke: async request => {
        requests.push(request);
        return { pipelines: [], release: left.length > 1 ? left.shift() : left[0] };
      },
    },
    write: line => void lines.push(stripVTControlCharacters(line)),
    sleep: async seconds => void (slept += seconds),
  };
  return { context, requests, lines, slept: () => slept };
}

const formatted = (status: ReleaseStatus) => formatRelease(status).map(stripVTControlCharacters);

test('release passes on the commit and the caller, and prints how to follow it', async () => {
  const { context, requests, lines } = fake({ ...AT_REST, current: progress('repair') });
  expect(await release('prod', { to: 'main' }, context)).toBe(true);
  expect(requests).toEqual([{ operation: 'release', environmentName: 'prod', reference: 'main', by: ANNA }]);
  expect(lines).toEqual([
    'prod: side blue is active',
    '  blue  ████████████████████ 100 %',
    '  green ░░░░░░░░░░░░░░░░░░░░   0 %',
    `release of main (c0ffee0) to side green, started by ${ANNA} at 2026-01-01 10:00`,
    'step 1 of 6, repair, since 2026-01-01 10:05: checks that the active side has all traffic',
    'To follow it: org-environments release-status prod --watch',
  ]);
});

test('release --watch prints each step once, and succeeds with the release', async () => {
  const { context, lines, slept } = fake(
    { ...AT_REST, current: progress('repair') },
    { ...AT_REST, current: progress('deploy') },
    { ...AT_REST, current: progress('deploy') },
    { ...AT_REST, shares: { blue: 90, green: 10 }, current: progress('shift') },
    { ...AT_REST, active: 'green', shares: { blue: 0, green: 100 }, last: ended() },
  );
  expect(await release('prod', { to: 'main', watch: true }, context)).toBe(true);
  expect(lines.slice(0, 3)).toEqual([
    '  1/6 repair     checks that the active side has all traffic, 0 % on green',
    '  3/6 deploy     waits until the pipeline of the side has deployed it, 0 % on green',
    '  5/6 shift      shifts the traffic, 10 % on green',
  ]);
  expect(lines.slice(3)).toEqual([
    'prod: side green is active',
    '  blue  ░░░░░░░░░░░░░░░░░░░░   0 %',
    '  green ████████████████████ 100 %',
    `last release: main (c0ffee0) to side green by ${ANNA}, succeeded at 2026-01-01 10:20`,
    'decided in 20m 0s, in effect for all clients within 1m 10s',
    'clients may reach side blue until 2026-01-01 10:30: do not change it',
    'until the next release, the way back is: org-environments rollback prod',
  ]);
  expect(slept()).toBe(20);
});

test('release --watch fails when the traffic is returned, and says why', async () => {
  const failure = "alarm 'errors' of side green was in ALARM";
  const { context, lines } = fake(
    { ...AT_REST, shares: { blue: 90, green: 10 }, current: progress('shift', { failure }) },
    { ...AT_REST, last: ended({ outcome: 'returned', failure, canRollBack: false }) },
  );
  expect(await release('prod', { to: 'main', watch: true }, context)).toBe(false);
  expect(lines[0]).toBe(`✗ returns the traffic, 10 % on green: ${failure}`);
  expect(lines).toContain(`✗ ${failure}`);
  expect(lines).toContain('clients may reach side green until 2026-01-01 10:30: do not change it');
});

test('release --watch fails when another release takes its place', async () => {
  const { context } = fake(
    { ...AT_REST, current: progress('repair') },
    { ...AT_REST, current: progress('repair', { releaseId: 'r2' }) },
  );
  expect(await release('prod', { to: 'main', watch: true }, context)).toBe(false);
});

test('release --watch prints the result when the next release has started already', async () => {
  const next = progress('merge', { releaseId: 'r2', commitId: 'beef000' });
  const { context, lines } = fake(
    { ...AT_REST, current: progress('deploy') },
    { ...AT_REST, active: 'green', current: next, last: ended() },
  );
  expect(await release('prod', { to: 'main', watch: true }, context)).toBe(true);
  expect(lines).toContain(`last release: main (c0ffee0) to side green by ${ANNA}, succeeded at 2026-01-01 10:20`);
});

test('rollback passes on the caller', async () => {
  const current = progress('shift', { kind: 'rollback', requested: COMMIT });
  const { context, requests, lines } = fake({ ...AT_REST, current });
  expect(await rollback('prod', {}, context)).toBe(true);
  expect(requests).toEqual([{ operation: 'rollback', environmentName: 'prod', by: ANNA }]);
  expect(lines).toContain(`rollback of c0ffee0 to side green, started by ${ANNA} at 2026-01-01 10:00`);
});

test('abort passes on the reason, and succeeds when the traffic has returned', async () => {
  const failure = `aborted by ${ANNA}: wrong commit`;
  const returning = { ...AT_REST, current: progress('shift', { failure }) };
  const once = fake(returning);
  expect(await abort('prod', { reason: 'wrong commit' }, once.context)).toBe(true);
  expect(once.requests).toEqual([{ operation: 'abort', environmentName: 'prod', by: ANNA, reason: 'wrong commit' }]);
  expect(once.lines).toContain(`✗ returns the traffic: ${failure}`);
  const meant = fake(returning);
  await abort('prod', { reason: 'wrong commit', release: 'r1' }, meant.context);
  expect(meant.requests).toMatchObject([{ operation: 'abort', releaseId: 'r1' }]);
  const watched = fake(returning, { ...AT_REST, last: ended({ outcome: 'returned', failure, canRollBack: false }) });
  expect(await abort('prod', { reason: 'wrong commit', watch: true }, watched.context)).toBe(true);
  expect(watched.lines.join('\n')).toContain('returned at 2026-01-01 10:20');
});

test('approve passes on the decision; a rejection needs a reason', async () => {
  const status = { ...AT_REST, current: progress('approve') };
  const yes = fake(status);
  expect(await approve('prod', {}, yes.context)).toBe(true);
  expect(yes.requests).toEqual([{ operation: 'approve', environmentName: 'prod', by: ANNA, decision: 'approved' }]);
  expect(yes.lines[0]).toBe('approved: the release continues');
  expect(yes.lines.join('\n')).not.toContain('To approve it');
  expect(formatted(status)).toContain('To approve it: org-environments approve prod --release r1');
  const meant = fake(status);
  await approve('prod', { release: 'r1' }, meant.context);
  expect(meant.requests).toMatchObject([{ decision: 'approved', releaseId: 'r1' }]);
  const no = fake(status);
  await approve('prod', { reject: true, reason: 'wrong prices' }, no.context);
  expect(no.requests).toEqual([
    { operation: 'approve', environmentName: 'prod', by: ANNA, decision: 'rejected', reason: 'wrong prices' },
  ]);
  await expect(approve('prod', { reject: true }, fake(status).context)).rejects.toThrow(
    '--reject needs a reason: use --reason <text>',
  );
});

test('release-status prints the sides, JSON, or the progress until the end', async () => {
  const first = { environmentName: 'prod', active: 'blue', inEffectSeconds: 70 } as const;
  expect(formatted(first)).toEqual([
    'prod: no release has moved traffic; side blue counts as active', 'no release yet',
  ]);
  const json = fake(AT_REST);
  expect(await describeRelease('prod', { json: true }, json.context)).toBe(true);
  expect(JSON.parse(json.lines.join('\n'))).toEqual(AT_REST);
  expect(json.requests).toEqual([{ operation: 'describeRelease', environmentName: 'prod' }]);
  const watched = fake({ ...AT_REST, current: progress('deploy') }, { ...AT_REST, last: ended() });
  expect(await describeRelease('prod', { watch: true }, watched.context)).toBe(true);
  const resting = fake({ ...AT_REST, last: ended({ heldUntil: ended().endedAt }) });
  expect(await describeRelease('prod', { watch: true }, resting.context)).toBe(true);
  expect(resting.lines.join('\n')).not.toContain('clients may reach');
  const failed = fake({ ...AT_REST, last: ended({ outcome: 'returned', failure: 'conflict' }) });
  expect(await describeRelease('prod', { watch: true }, failed.context)).toBe(false);
  expect(await describeRelease('prod', {}, failed.context)).toBe(true);
});

test('an organization of an earlier version is recognized', async () => {
  const { context } = fake();
  await expect(release('prod', { to: 'main' }, context)).rejects.toThrow(
    'the organization does not know releases: deploy it with the version of this command',
  );
});
