import { CONFLICTS, throttleOf } from './errors';
import type { Fault, FaultCounts, FaultKind } from './fault';
import { AwsError, ConnectionReset } from '../core/service';
import type { OutgoingCall, Transport } from '../core/service';
import { SECONDS_OF_WORK } from '../services/cloudformation/custom-resource';
import type { Stack } from '../services/cloudformation/stack';
import type { Simulation } from '../simulation';

/** Seconds after which a response is late: CloudFormation waits at most one hour. */
const TOO_LATE = 3700;

type Pending = Fault & { left: number };

/** Injects faults between functions and AWS. */
export class FaultInjector {
  private readonly counts: Partial<Record<FaultKind, number>> = {};
  private pending: Pending[] = [];
  private readonly outages: { readonly service: string; readonly until: number }[] = [];
  private simulation?: Simulation;
  private calls = 0;
  private events = 0;
  private answers = 0;

  /** @param isOwn whether a stack belongs to the deployment, so that it can be cancelled */
  public constructor(private readonly isOwn: (stack: Stack) => boolean) {}

  /** Number of faults that were injected, by kind. */
  public get injected(): FaultCounts {
    return this.counts;
  }

  /**
   * Intercepts the calls of a simulation. Functions in this process already use the transport that the simulation was
   * started with.
   */
  public attach(simulation: Simulation): void {
    this.simulation = simulation;
    const { lambda, options: { virtual } } = simulation;
    if (!virtual) simulation.interceptTransport(this.transport);
    const invoke = lambda.invokeEvent.bind(lambda);
    lambda.invokeEvent = async (functionArn, event) => {
      await invoke(functionArn, event);
      this.events++;
      const fault = this.takeFault(({ kind, at }) => kind === 'twice' && at <= this.events);
      if (fault?.kind === 'twice') {
        void simulation.clock
          .sleep(fault.seconds)
          .then(async () => lambda.has(functionArn) && invoke(functionArn, event));
      }
    };
  }

  /** Sets the faults of the next deployment and discards those of the last one. */
  public arm(faults: readonly Fault[]): void {
    this.pending = faults.map(fault => ({ ...fault, left: 'times' in fault ? fault.times : 1 }));
    this.outages.length = 0;
    [this.calls, this.events, this.answers] = [0, 0, 0];
    this.simulation?.organizations.creation.failNext(
      faults.flatMap(fault => (fault.kind === 'creation' ? [fault.reason] : [])),
      () => this.count('creation'),
    );
    for (const fault of faults) if (fault.kind === 'cancel') void this.cancelAfter(fault);
  }

  public readonly transport: Transport = async (call, send) => {
    if (call.service === 'http') return this.answer(send);
    this.calls++;
    this.refuse(call);
    const fault = this.takeFault(
      ({ kind, at }) => at <= this.calls && (kind === 'crash' || kind === 'timeout' || kind === 'lost'),
    );
    if (fault?.kind === 'timeout') return unanswered(() => call.hang());
    if (fault?.kind === 'crash' && fault.when === 'before') return unanswered(() => call.kill());
    const answer = await send();
    if (fault?.kind === 'crash') return unanswered(() => call.kill());
    if (fault?.kind === 'lost') throw new ConnectionReset();
    return answer;
  };

  private refuse(call: OutgoingCall): void {
    const { service, operation } = call;
    const outage = this.takeFault(
      fault => fault.kind === 'outage' && fault.service === service && fault.at <= this.calls,
    );
    if (outage?.kind === 'outage') this.outages.push({ service, until: this.now() + outage.seconds * 1000 });
    if (this.outages.some(other => other.service === service && other.until > this.now())) {
      throw new AwsError('ServiceUnavailable', 'The service is unavailable', 503);
    }
    if (this.takeFault(({ kind, at }) => kind === 'throttle' && at <= this.calls)) {
      throw new AwsError(throttleOf(service, operation), 'Rate exceeded', 400);
    }
    const conflict = CONFLICTS[`${service}:${operation}`];
    if (conflict && this.takeFault(({ kind, at }) => kind === 'conflict' && at <= this.calls)) {
      throw new AwsError(conflict, 'Another request changes the same resource', 400);
    }
  }

  /** Sends a response to CloudFormation, perhaps too late. */
  private async answer<Answer>(send: () => Promise<Answer>): Promise<Answer> {
    this.answers++;
    if (this.takeFault(({ kind, at }) => kind === 'late' && at <= this.answers)) await this.tooLate();
    return send();
  }

  private async cancelAfter({ at }: { readonly at: number }): Promise<void> {
    const { simulation, pending } = this;
    if (!simulation) return;
    const { clock, cloudformation } = simulation;
    await clock.sleep(at);
    // the next deployment may have started meanwhile
    const isOver = (): boolean => pending !== this.pending;
    if (isOver() || this.cancelStacks(simulation)) return;
    // or no stack is in progress at the moment
    const stop = cloudformation.onEvent(() => void clock.sleep(1).then(() => {
      if (isOver() || this.cancelStacks(simulation)) stop();
    }));
  }

  private cancelStacks({ cloudformation }: Simulation): boolean {
    const stacks = cloudformation.all.filter(
      stack => this.isOwn(stack) && /^(CREATE|UPDATE)_IN_PROGRESS$/.test(stack.status),
    );
    for (const { status, accountId, region, name } of stacks) {
      if (status === 'UPDATE_IN_PROGRESS') cloudformation.cancelUpdate(accountId, region, name);
      else void cloudformation.remove(accountId, region, name);
      this.count('cancel');
    }
    return stacks.length > 0;
  }

  private takeFault(matches: (fault: Pending & { readonly at: number }) => boolean): Fault | undefined {
    const index = this.pending.findIndex(fault => 'at' in fault && matches(fault));
    if (index < 0) return undefined;
    const fault = this.pending[index];
    this.count(fault.kind);
    if (--fault.left === 0) this.pending.splice(index, 1);
    return fault;
  }

  private count(kind: FaultKind): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
  }

  private now(): number {
    return this.simulation?.clock.now() ?? 0;
  }

  private async tooLate(): Promise<void> {
    await new Promise<void>(resolve => this.simulation?.clock.deadline(TOO_LATE, SECONDS_OF_WORK, resolve));
  }
}

async function unanswered(end: () => void): Promise<never> {
  end();
  return new Promise(() => undefined);
}
