import pc from 'picocolors';
import { formatDuration, formatTime } from './format';
import type {
  ReleaseProgress, ReleaseStatus, ReleaseStep, ReleaseSummary,
} from '../../src/blue-green/release/contract';

const BAR_WIDTH = 20;

/** What a release does in a step, in the words of the command line. */
const STEPS: Readonly<Record<ReleaseStep, string>> = {
  repair: 'checks that the active side has all traffic',
  merge: 'merges the commit into the branch of the side',
  deploy: 'waits until the pipeline of the side has deployed it',
  verify: 'waits until the side is healthy',
  approve: 'waits for approval',
  before: 'runs the hook before the shift',
  shift: 'shifts the traffic',
  singletons: 'moves what runs on one side only',
  bake: 'watches the side with all traffic',
  after: 'runs the hook after the shift',
  commit: 'records the active side',
};

/** Formats the sides, their shares, the release in progress and the last one. */
export function formatRelease(status: ReleaseStatus): string[] {
  const { environmentName, active, shares, current, last, pending } = status;
  return [
    shares
      ? `${pc.bold(environmentName)}: side ${paintSide(active)} is active`
      : `${pc.bold(environmentName)}: no release has moved traffic; side ${paintSide(active)} counts as active`,
    ...sharesLines(status),
    ...(current ? currentLines(environmentName, current) : []),
    ...(pending ? [`after it: release of ${nameOf(pending.requested, pending.commitId)}`] : []),
    ...(!current ? formatLast(status) : []),
    ...(!current && !last ? ['no release yet'] : []),
  ];
}

/** The lines about the last release that has ended. */
export function formatLast({ environmentName, last, inEffectSeconds }: ReleaseStatus): string[] {
  return last ? lastLines(environmentName, last, inEffectSeconds) : [];
}

/** One line about the release in progress. */
export function progressLine({ current, shares }: ReleaseStatus): string {
  if (!current) return '';
  const { step, steps, failure, to } = current;
  const share = shares ? `, ${shares[to]} % on ${to}` : '';
  if (failure !== undefined) return `${pc.red('✗')} returns the traffic${share}: ${failure}`;
  const position = `${steps.indexOf(step) + 1}/${steps.length}`;
  return `${pc.cyan(position.padStart(5))} ${step.padEnd(10)} ${STEPS[step]}${share}`;
}

function sharesLines({ shares }: ReleaseStatus): string[] {
  if (!shares) return [];
  return (['blue', 'green'] as const).map(side => {
    const filled = Math.round((shares[side] / 100) * BAR_WIDTH);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
    return `  ${paintSide(side, side.padEnd(5))} ${bar} ${String(shares[side]).padStart(3)} %`;
  });
}

function currentLines(environmentName: string, current: ReleaseProgress): string[] {
  const { releaseId, kind, requested, commitId, by, startedAt, step, since, steps, failure, to } = current;
  return [
    `${kind} of ${nameOf(requested, commitId)} to side ${to}, started by ${by} at ${formatTime(startedAt)}`,
    failure === undefined
      ? `step ${steps.indexOf(step) + 1} of ${steps.length}, ${step}, since ${formatTime(since)}: ${STEPS[step]}`
      : `${pc.red('✗')} returns the traffic: ${failure}`,
    ...(step === 'approve' && failure === undefined
      ? [`To approve it: org-environments approve ${environmentName} --release ${releaseId}`]
      : []),
  ];
}

function lastLines(environmentName: string, last: ReleaseSummary, inEffectSeconds: number): string[] {
  const { kind, requested, commitId, by, startedAt, endedAt, outcome } = last;
  const { failure, heldUntil, canRollBack, from, to } = last;
  const idle = outcome === 'succeeded' ? from : to;
  return [
    `last ${kind}: ${nameOf(requested, commitId)} to side ${to} by ${by}, ${outcome} at ${formatTime(endedAt)}`,
    `decided in ${formatDuration((Date.parse(endedAt) - Date.parse(startedAt)) / 1000)}, `
      + `in effect for all clients within ${formatDuration(inEffectSeconds)}`,
    ...(failure === undefined ? [] : [`${pc.red('✗')} ${failure}`]),
    ...(heldUntil > endedAt ? [`clients may reach side ${idle} until ${formatTime(heldUntil)}: do not change it`] : []),
    ...(canRollBack
      ? [`until the next release, the way back is: org-environments rollback ${environmentName}`]
      : []),
  ];
}

function nameOf(requested: string, commitId: string): string {
  const short = commitId.slice(0, 7);
  return requested === commitId ? short : `${requested} (${short})`;
}

function paintSide(side: string, text = side): string {
  return side === 'blue' ? pc.blue(text) : pc.green(text);
}
