import type { StackEvent } from '../../../rehearsal/services/cloudformation/stack';
import { dependenciesOf } from '../../../rehearsal/services/cloudformation/stack-operation';
import type { Simulation } from '../../../rehearsal/simulation';

type Doing = 'create' | 'update' | 'delete' | 'rollback' | 'run';

/** Something that took time, in simulated seconds since the beginning. */
export interface Bar {
  readonly from: number;
  to: number;
  readonly doing: Doing;
  failed: boolean;
  reason?: string;
  /** It goes on only when somebody approves. */
  readonly waits?: boolean;
  /** Name of the row in the same stack that had to end before this could begin. */
  readonly after?: string;
  /** Whether the stack would have been ready sooner, had this been quicker. */
  critical: boolean;
}

export interface Row {
  readonly name: string;
  readonly type: string;
  readonly bars: Bar[];
}

/** A stack: what was done to it as a whole, and to each of its resources. A pipeline with its executions and actions looks the same. */
export interface Lane {
  readonly stackName: string;
  readonly accountId: string;
  readonly region: string;
  readonly bars: Bar[];
  /** By logical id. */
  readonly rows: Map<string, Row>;
}

/** Writes down what CloudFormation does, and what waited for what. */
export class Recorder {
  private readonly byStack = new Map<string, Lane>();

  /** @param startedAt simulated time of the beginning, in milliseconds since 1970 */
  public constructor(private readonly simulation: Simulation, private readonly startedAt: number) {}

  public get lanes(): readonly Lane[] {
    return [...this.byStack.values()];
  }

  public event(event: StackEvent): void {
    const [, action, state] = /^(.+?)_(IN_PROGRESS|COMPLETE|FAILED)$/.exec(event.status) ?? [];
    if (action === undefined || event.status.includes('CLEANUP')) return;
    const lane = this.lane(event);
    const isStack = event.type === 'AWS::CloudFormation::Stack' && event.logicalId === event.stackName;
    const bars = isStack ? lane.bars : row(lane, event).bars;
    const at = (event.at - this.startedAt) / 1000;
    const last = bars.at(-1);
    if (state === 'IN_PROGRESS') {
      if (last && last.to < 0) {
        // the stack turns round, or a resource is replaced: what was going on ends here
        if (!isStack) return;
        Object.assign(last, { to: at, failed: true, reason: event.reason });
      }
      const doing = doingOf(action);
      bars.push({ from: at, to: -1, doing, failed: false, critical: false, after: isStack ? undefined : this.waitedFor(event, lane, doing) });
    } else if (last && last.to < 0) {
      Object.assign(last, { to: at, failed: state === 'FAILED', reason: event.reason });
      if (isStack) markCritical(lane, last);
    } else if (state === 'FAILED') {
      bars.push({ from: at, to: at, doing: doingOf(action), failed: true, reason: event.reason, critical: false });
    }
  }

  private lane({ stackId, stackName, accountId, region }: StackEvent): Lane {
    const known = this.byStack.get(stackId);
    if (known) return known;
    const lane = { stackName, accountId, region, bars: [], rows: new Map() };
    this.byStack.set(stackId, lane);
    return lane;
  }

  /** Of all that had to end first, the last. */
  private waitedFor({ accountId, region, stackId, logicalId }: StackEvent, lane: Lane, doing: Doing): string | undefined {
    const target = this.simulation.cloudformation.find(accountId, region, stackId)?.target;
    if (!target || !(logicalId in target.template.Resources)) return undefined;
    const before = doing === 'delete'
      ? Object.keys(target.template.Resources).filter(other => dependenciesOf(other, target).includes(logicalId))
      : dependenciesOf(logicalId, target);
    const begun = lane.bars.at(-1)?.from ?? 0;
    const ended = before.filter(other => (endOf(lane, other) ?? -1) >= begun);
    return ended.sort((a, b) => (endOf(lane, b) ?? 0) - (endOf(lane, a) ?? 0))[0];
  }
}

function row(lane: Lane, { logicalId, path, type, stackName }: StackEvent): Row {
  const known = lane.rows.get(logicalId);
  if (known) return known;
  const made = { name: path?.replace(`${stackName}/`, '').replace(/(\/(Resource|Default))+$/, '') ?? logicalId, type, bars: [] };
  lane.rows.set(logicalId, made);
  return made;
}

function endOf(lane: Lane, logicalId: string): number | undefined {
  return lane.rows.get(logicalId)?.bars.at(-1)?.to;
}

/** From what ended last back to what it had waited for, and so on. */
function markCritical(lane: Lane, whole: Bar): void {
  const inside = (logicalId: string): Bar | undefined => lane.rows.get(logicalId)?.bars
    .find(({ from, to }) => from >= whole.from && to >= 0 && to <= whole.to);
  const bars = [...lane.rows.keys()].map(inside).filter(bar => bar !== undefined);
  let bar = bars.sort((a, b) => b.to - a.to)[0];
  while (bar && !bar.critical) {
    bar.critical = true;
    const before = bar.after === undefined ? undefined : inside(bar.after);
    if (!before) return;
    bar = before;
  }
}

function doingOf(action: string): Doing {
  if (action.includes('ROLLBACK')) return 'rollback';
  return action === 'DELETE' ? 'delete' : action === 'UPDATE' ? 'update' : 'create';
}
