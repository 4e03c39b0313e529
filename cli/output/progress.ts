import pc from 'picocolors';
import { firstLine } from './failures';
import type { StackEvent } from '../../rehearsal/services/cloudformation/stack';

const VERBS: Readonly<Record<string, readonly [doing: string, done: string]>> = {
  CREATE: ['creating', 'created'],
  UPDATE: ['updating', 'updated'],
  DELETE: ['deleting', 'deleted'],
  ROLLBACK: ['rolling back', 'rolled back'],
  UPDATE_ROLLBACK: ['rolling back', 'rolled back'],
};
/** A resource that takes longer than this is worth a line. */
const LONG_SECONDS = 30;

/** Tells on the terminal what is being done, to what, in which account, and for how long it took. */
export class Progress {
  private readonly begun = new Map<string, number>();

  /** @param startedAt simulated time of the start, in milliseconds since 1970 */
  public constructor(private readonly write: (line: string) => void, private readonly startedAt: number, private readonly verbose: boolean) {}

  public event(event: StackEvent): void {
    const key = `${event.stackId}/${event.logicalId}`;
    const [, action, state] = /^(.+?)_(IN_PROGRESS|COMPLETE|FAILED|SKIPPED)$/.exec(event.status) ?? [];
    const [doing, done] = VERBS[action] ?? [];
    if (doing === undefined || event.status.includes('CLEANUP')) return;
    if (state === 'IN_PROGRESS') {
      this.begun.set(key, event.at);
      if (this.matters(event, 0)) this.line(event, pc.dim(doing));
      return;
    }
    const seconds = (event.at - (this.begun.get(key) ?? event.at)) / 1000;
    if (state === 'FAILED') this.line(event, `${pc.red(`${doing} failed`)} after ${duration(seconds)}: ${firstLine(event.reason)}`);
    else if (state === 'SKIPPED') this.line(event, pc.dim('kept'));
    else if (this.matters(event, seconds)) this.line(event, `${action.includes('ROLLBACK') ? pc.yellow(done) : pc.green(done)} in ${duration(seconds)}`);
  }

  private matters(event: StackEvent, seconds: number): boolean {
    return this.verbose || event.type === 'AWS::CloudFormation::Stack' || event.type.startsWith('Custom::') || seconds >= LONG_SECONDS;
  }

  private line(event: StackEvent, what: string): void {
    const isStack = event.type === 'AWS::CloudFormation::Stack' && event.logicalId === event.stackName;
    const name = isStack ? pc.bold(event.stackName) : event.path?.replace(/(\/(Resource|Default))+$/, '') ?? `${event.stackName}/${event.logicalId}`;
    this.write(`${pc.dim(clock((event.at - this.startedAt) / 1000))}  ${event.accountId}  ${name}  ${isStack ? 'stack ' : ''}${what}`);
  }
}

/** `01:02:03` */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map(part => String(part).padStart(2, '0')).join(':');
}

/** `2m 5s` */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m ${whole % 60}s`;
}
