import type { Bar, Lane, Mark, Operation, Row } from './lane';
import type { StackEvent } from '../../../rehearsal/services/cloudformation/stack';
import { dependenciesOf } from '../../../rehearsal/services/cloudformation/stack-operation';
import type { Simulation } from '../../../rehearsal/simulation';

/** CDK ends a logical id with a hash of its path. */
const HASH = /[0-9A-F]{8}$/;

/** Records the operations of CloudFormation, and which operation waited for which. */
export class Recorder {
  public readonly marks: Mark[] = [];
  private readonly byStack = new Map<string, Lane>();

  /** @param startedAt simulated time of the start, in milliseconds since 1970 */
  public constructor(private readonly simulation: Simulation, private readonly startedAt: number) {}

  public get lanes(): readonly Lane[] {
    return [...this.byStack.values()];
  }

  /** Marks what begins now. */
  public mark(text: string): void {
    this.marks.push({ at: (this.simulation.clock.now() - this.startedAt) / 1000, text });
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
        // a second start of a resource is its replacement; of a stack it is the rollback, which ends the operation
        if (!isStack) return;
        Object.assign(last, { to: at, failed: true, reason: event.reason });
      }
      const operation = operationOf(action);
      const waitedFor = isStack ? undefined : this.waitedFor(event, lane, operation);
      bars.push({ from: at, to: -1, operation, failed: false, critical: false, waitedFor });
    } else if (last && last.to < 0) {
      Object.assign(last, { to: at, failed: state === 'FAILED', reason: event.reason });
      if (isStack) markCriticalPath(lane, last);
    } else if (state === 'FAILED') {
      const operation = operationOf(action);
      bars.push({ from: at, to: at, operation, failed: true, reason: event.reason, critical: false });
    }
  }

  private lane({ stackId, stackName, accountId, region }: StackEvent): Lane {
    const existing = this.byStack.get(stackId);
    if (existing) return existing;
    const lane = { name: stackName, accountId, region, bars: [], rows: new Map() };
    this.byStack.set(stackId, lane);
    return lane;
  }

  /** Returns the dependency whose operation ended last. */
  private waitedFor(
    { accountId, region, stackId, logicalId }: StackEvent, lane: Lane, operation: Operation,
  ): string | undefined {
    const target = this.simulation.cloudformation.find(accountId, region, stackId)?.target;
    if (!target || !(logicalId in target.template.Resources)) return undefined;
    const dependencies = operation === 'delete'
      ? Object.keys(target.template.Resources).filter(other => dependenciesOf(other, target).includes(logicalId))
      : dependenciesOf(logicalId, target);
    const startedAt = lane.bars.at(-1)?.from ?? 0;
    const ended = dependencies.filter(other => (endOf(lane, other) ?? -1) >= startedAt);
    return ended.sort((a, b) => (endOf(lane, b) ?? 0) - (endOf(lane, a) ?? 0))[0];
  }
}

function row(lane: Lane, { logicalId, path, type, stackName }: StackEvent): Row {
  const existing = lane.rows.get(logicalId);
  if (existing) return existing;
  const name = path?.replace(`${stackName}/`, '').replace(/(\/(Resource|Default))+$/, '') ?? logicalId.replace(HASH, '');
  const created = { name, type, bars: [] };
  lane.rows.set(logicalId, created);
  return created;
}

function endOf(lane: Lane, logicalId: string): number | undefined {
  return lane.rows.get(logicalId)?.bars.at(-1)?.to;
}

/** Marks the operation that ended last, what it waited for, and so on. */
function markCriticalPath(lane: Lane, whole: Bar): void {
  const inside = (logicalId: string): Bar | undefined => lane.rows.get(logicalId)?.bars
    .find(({ from, to }) => from >= whole.from && to >= 0 && to <= whole.to);
  const bars = [...lane.rows.keys()].map(inside).filter(bar => bar !== undefined);
  let bar = bars.sort((a, b) => b.to - a.to)[0];
  while (bar && !bar.critical) {
    bar.critical = true;
    const before = bar.waitedFor === undefined ? undefined : inside(bar.waitedFor);
    if (!before) return;
    bar = before;
  }
}

function operationOf(action: string): Operation {
  if (action.includes('ROLLBACK')) return 'rollback';
  return action === 'DELETE' ? 'delete' : action === 'UPDATE' ? 'update' : 'create';
}
