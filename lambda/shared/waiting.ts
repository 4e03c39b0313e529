import { isNamed } from './errors';
import type { InProgress } from './lifecycle';
import type { Outcome, ResourceRequest, Wait } from '../../src/kinds/contract';

/** Time until the next step after the first of several transient errors. */
const RETRY_SECONDS = 5;
const MAX_SECONDS = 60;
/** A wait that lasts longer is checked less often: after a twentieth of the time that it has lasted. */
const LONG_WAIT = 5 * 60_000;
/** The waiter keeps the error in its state. */
const MAX_ERROR_LENGTH = 600;

/** A request did not finish in its time. The last error is part of the message. */
export class TimedOutError extends Error {
  public constructor(
    private readonly problem: string,
    private readonly advice: string,
    private readonly lastError?: Error,
  ) {
    super(messageOf(problem, advice, lastError && textOf(lastError)));
    this.name = 'TimedOutError';
  }

  /** The message with the last error of an earlier step, unless there was one in this step. */
  public after(wait: Wait): string {
    return messageOf(this.problem, this.advice, this.lastError ? textOf(this.lastError) : wait.lastError);
  }
}

/** What the request waited for before this step. */
export function previousWait({ step }: Pick<ResourceRequest, 'step'>, now: number): Wait {
  return step?.outcome.state === 'waiting' ? step.outcome.wait : { startedAt: now, since: now, failures: 0 };
}

/** The outcome of a step that made no error. */
export function waiting({ seconds, waitsFor, error }: InProgress, before: Wait, now: number): WaitingOutcome {
  const isSame = waitsFor === before.waitsFor;
  const since = isSame ? before.since : now;
  const lasted = now - since;
  const longer = lasted < LONG_WAIT ? 0 : Math.min(MAX_SECONDS, Math.ceil(lasted / 20_000));
  const lastError = error ? textOf(error) : isSame ? before.lastError : undefined;
  return {
    state: 'waiting',
    seconds: Math.max(seconds, longer),
    wait: { waitsFor, startedAt: before.startedAt, since, failures: 0, ...(lastError && { lastError }) },
  };
}

/** The outcome of a step that ended with a transient error. */
export function waitingAfter(error: Error, before: Wait): WaitingOutcome {
  // another run has made progress, or a role is new for a minute at most: AWS is available
  const isExpected = isNamed(error, 'RecordChangedError', 'RolePropagatingError');
  const failures = before.failures + (isExpected ? 0 : 1);
  const seconds = isExpected ? RETRY_SECONDS : Math.min(MAX_SECONDS, RETRY_SECONDS * 2 ** (failures - 1));
  return { state: 'waiting', seconds, wait: { ...before, failures, lastError: textOf(error) } };
}

export type WaitingOutcome = Extract<Outcome, { readonly state: 'waiting' }>;

function messageOf(problem: string, advice: string, lastError: string | undefined): string {
  return `${problem}${lastError ? `; the last error was ${lastError}` : ''}; ${advice}`;
}

function textOf({ name, message }: Error): string {
  const text = name === 'Error' ? message : `${name}: ${message}`;
  return text.length > MAX_ERROR_LENGTH ? `${text.slice(0, MAX_ERROR_LENGTH)} …` : text;
}
