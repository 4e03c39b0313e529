import pc from 'picocolors';
import { firstLineOf, readablePath } from './failures';
import { formatClock, formatDuration } from './format';
import { describeMessage } from './messages';
import type { Write } from './terminal';
import type { Replacement, StackEvent } from '../../rehearsal/services/cloudformation/stack';
import type { SentMessage } from '../../rehearsal/services/sns/messages';
import { RESOURCE_TYPES } from '../../src/private/contract';

interface Verb {
  readonly active: string;
  readonly done: string;
  readonly noun: string;
}

const ROLLBACK: Verb = { active: 'rolling back', done: 'rolled back', noun: 'rollback' };
const VERBS: Readonly<Record<string, Verb>> = {
  CREATE: { active: 'creating', done: 'created', noun: 'creation' },
  UPDATE: { active: 'updating', done: 'updated', noun: 'update' },
  DELETE: { active: 'deleting', done: 'deleted', noun: 'deletion' },
  ROLLBACK,
  UPDATE_ROLLBACK: ROLLBACK,
};
/** What becomes of accounts and branches whose environment is removed: unless they say otherwise, they are kept. */
const RELEASE: Verb = { active: 'releasing', done: 'released', noun: 'release' };
const RELEASED_TYPES: readonly string[] = [RESOURCE_TYPES.account, RESOURCE_TYPES.branch];
/** Operations that take at least this long are always printed. */
const LONG_SECONDS = 30;

/** Prints the progress of deployments: stacks, custom resources, and what takes long or fails. */
export class Progress {
  private readonly startTimes = new Map<string, number>();

  /**
   * @param startedAt simulated time of the start, in milliseconds since 1970
   * @param verbose prints a line for every resource
   * @param isKept whether an account or a branch is kept although its resource was deleted
   */
  public constructor(
    private readonly write: Write, private readonly startedAt: number, private readonly verbose: boolean,
    private readonly isKept: (event: StackEvent) => boolean = () => false,
  ) {}

  public event(event: StackEvent): void {
    const key = `${event.stackId}/${event.logicalId}`;
    const [, action, state] = /^(.+?)_(IN_PROGRESS|COMPLETE|FAILED|SKIPPED)$/.exec(event.status) ?? [];
    const verb = action === 'DELETE' && RELEASED_TYPES.includes(event.type) ? RELEASE : VERBS[action];
    if (verb === undefined || event.status.includes('CLEANUP')) return;
    if (state === 'IN_PROGRESS') {
      this.startTimes.set(key, event.at);
      if (this.isPrinted(event, 0)) this.line(event, pc.dim(verb.active));
      this.replacements(event);
      return;
    }
    const seconds = (event.at - (this.startTimes.get(key) ?? event.at)) / 1000;
    const took = formatDuration(seconds);
    if (state === 'FAILED') {
      this.line(event, `${pc.red(`${verb.noun} failed`)} after ${took}: ${firstLineOf(event.reason)}`);
    } else if (state === 'SKIPPED') {
      this.line(event, pc.dim('retained'));
    } else if (this.isPrinted(event, seconds)) {
      const kept = verb === RELEASE && this.isKept(event) ? ', kept' : '';
      this.line(event, `${verb === ROLLBACK ? pc.yellow(verb.done) : pc.green(verb.done)}${kept} in ${took}`);
    }
  }

  /** Prints what a subscriber of a topic would have received. */
  public message(message: SentMessage): void {
    const [, , , , accountId] = message.topicArn.split(':');
    const time = pc.dim(formatClock((message.at - this.startedAt) / 1000));
    this.write(`${time}  ${accountId}  ${describeMessage(message)}`);
  }

  private replacements(event: StackEvent): void {
    const [certain, possible] = [false, true].map(isUncertain => (
      (event.replaces ?? []).filter(one => (one.isUncertain ?? false) === isUncertain).map(named(event)).join(', ')
    ));
    if (certain !== '') this.line(event, pc.yellow(`replaces: ${certain}`), '');
    if (possible !== '') this.line(event, pc.yellow(`may replace: ${possible}`), '');
  }

  private isPrinted(event: StackEvent, seconds: number): boolean {
    const isShort = seconds < LONG_SECONDS;
    return this.verbose || !isShort || event.type === 'AWS::CloudFormation::Stack' || event.type.startsWith('Custom::');
  }

  private line(event: StackEvent, text: string, subject = isStack(event) ? 'stack ' : ''): void {
    const time = pc.dim(formatClock((event.at - this.startedAt) / 1000));
    const name = isStack(event) ? pc.bold(event.stackName) : resourceName(event);
    this.write(`${time}  ${event.accountId}  ${name}  ${subject}${text}`);
  }
}

function isStack({ type, logicalId, stackName }: StackEvent): boolean {
  return type === 'AWS::CloudFormation::Stack' && logicalId === stackName;
}

function named({ stackName }: StackEvent): (replaced: Replacement) => string {
  return ({ path, logicalId, holdsData }) =>
    `${resourceName({ path, stackName, logicalId })}${holdsData ? ' (data)' : ''}`;
}

function resourceName({ path, stackName, logicalId }: Pick<StackEvent, 'path' | 'stackName' | 'logicalId'>): string {
  return path === undefined ? `${stackName}/${logicalId}` : readablePath(path);
}
