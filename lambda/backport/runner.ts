import { Logger } from '@aws-lambda-powertools/logger';
import { absorb, tidy } from './absorb';
import { BackportError } from './errors';
import { lookAtPullRequest, openPullRequest, pickNext, start, undo } from './steps';
import type { BackportParts, Step } from './steps';
import type { BackportRecord, BackportStep } from '../registry/backport';
import { backportKey } from '../registry/backport';
import type { Versioned } from '../registry/registry';
import { isTransient } from '../shared/errors';
import { BranchMovedError, SourceError } from '../sources/source';

/** The result of one invocation of the function by the state machine. */
export type BackportOutcome =
  | { readonly state: 'waiting'; readonly seconds: number }
  | { readonly state: 'succeeded' }
  | { readonly state: 'failed'; readonly reason: string };

const STEPS: Readonly<Record<Exclude<BackportStep, 'end'>, Step>> = {
  pick: pickNext, open: openPullRequest, merge: lookAtPullRequest, absorb, tidy, undo,
};

const RETRY_SECONDS = 5;

/** Consecutive failures of a step until the backport is undone. */
const MAX_FAILURES = 5;

/** Time in which an invocation begins steps; the last one must end before the timeout of the function. */
const BUDGET_MILLISECONDS = 60_000;

const logger = new Logger({ serviceName: 'org-environments' });

/** Takes a backport as far as possible without waiting. Each step can be repeated. */
export class BackportRunner {
  public constructor(private readonly parts: BackportParts) {}

  public async advance(backportId: string): Promise<BackportOutcome> {
    const until = this.parts.now() + BUDGET_MILLISECONDS;
    for (;;) {
      const record = await this.parts.registry.read<BackportRecord>(backportKey(backportId));
      if (!record) return { state: 'failed', reason: `the registry has no backport '${backportId}'` };
      if (record.step === 'end') return ended(record);
      const seconds = await this.step(record);
      if (seconds > 0) return { state: 'waiting', seconds };
      if (this.parts.now() > until) return { state: 'waiting', seconds: 1 };
    }
  }

  /** Returns the seconds until the next step. */
  private async step(record: Versioned<BackportRecord>): Promise<number> {
    try {
      const step = stepOf(record);
      const { change, seconds = 0 } = await step(record, this.parts);
      await this.save(record, { failures: 0, ...change });
      return seconds;
    } catch (error) {
      return this.afterError(record, error);
    }
  }

  /** A step that fails again and again ends the backport: nothing of it may stay behind. */
  private async afterError(record: Versioned<BackportRecord>, error: unknown): Promise<number> {
    const { backportId, step, failures } = record;
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn('a step of a backport has failed', { backportId, step, reason });
    if (isTransient(error)) return RETRY_SECONDS;
    const isMoved = error instanceof BranchMovedError;
    const isFinal = !isMoved && (error instanceof BackportError || error instanceof SourceError);
    if (!isFinal && failures < MAX_FAILURES) {
      await this.save(record, { failures: failures + 1 });
      return RETRY_SECONDS;
    }
    if (step === 'absorb') {
      await this.save(record, { failures: 0, branches: withFailure(record, reason) });
      return 0;
    }
    if (step === 'tidy') {
      // what is left does no harm
      await this.save(record, { step: 'end' });
      return 0;
    }
    const next = step === 'pick' || step === 'open' ? 'undo' : 'end';
    await this.save(record, { step: next, state: 'failed', failures: 0, reason });
    return 0;
  }

  private async save(
    { version, ...record }: Versioned<BackportRecord>, change: Partial<BackportRecord> | undefined,
  ): Promise<void> {
    await this.parts.registry.write<BackportRecord>(
      backportKey(record.backportId), { ...record, ...change }, version,
    );
  }
}

/** The next branch is given up; the others continue. */
function withFailure({ branches }: BackportRecord, reason: string): BackportRecord['branches'] {
  const index = branches.findIndex(({ state }) => state === 'waiting');
  return branches.map((branch, position) => (position === index ? { ...branch, state: 'failed', reason } : branch));
}

function stepOf({ step, base }: BackportRecord): Step {
  if (step === 'end') return undo;
  return step === 'pick' && base === undefined ? start : STEPS[step];
}

function ended({ state, reason = '', files = [] }: BackportRecord): BackportOutcome {
  if (state === 'failed') return { state: 'failed', reason };
  if (state === 'conflict') return { state: 'failed', reason: `conflict in ${files.join(', ')}` };
  return { state: 'succeeded' };
}
