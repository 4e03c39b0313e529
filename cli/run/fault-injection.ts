import { randomInt } from 'node:crypto';
import { InvalidArgumentError } from 'commander';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import { FAULT_KINDS } from '../../rehearsal/faults/fault';
import type { FaultCounts, FaultKind } from '../../rehearsal/faults/fault';
import { planFaults } from '../../rehearsal/faults/fault-plan';
import { FaultInjector } from '../../rehearsal/faults/injector';
import { randomOf } from '../../rehearsal/faults/random';
import type { Simulation } from '../../rehearsal/simulation';
import { UsageError } from '../usage-error';

const MOST = 2 ** 31 - 1;
/** Calls to AWS that a custom resource of ours makes, about; an app of others makes fewer. */
const CALLS_EACH = 60;
const LEAST_CALLS = 150;

export interface FaultOptions {
  readonly fault?: readonly FaultKind[];
  readonly seed?: number;
}

/** What struck, for the report. */
export interface FaultReport {
  readonly seed: number;
  readonly struck: FaultCounts;
}

export function collectFaults(value: string, before: readonly FaultKind[] = []): FaultKind[] {
  const found = value.split(',').map(word => word.trim()).map(word => {
    const kind = FAULT_KINDS.find(known => known === word);
    if (kind === undefined) throw new InvalidArgumentError(`must be one or more of ${FAULT_KINDS.join(', ')}, with a comma between them, got '${word}'`);
    return kind;
  });
  return [...new Set([...before, ...found])];
}

export function seed(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isInteger(number) || number < 0 || number > MOST) {
    throw new InvalidArgumentError(`must be a whole number from 0 to ${MOST}, got '${value}'`);
  }
  return number;
}

export function checkFaults(options: FaultOptions): void {
  if (options.seed !== undefined && options.fault === undefined) {
    throw new UsageError('--seed decides when faults strike, and no --fault names any: name some, for example --fault throttle,crash');
  }
}

/** Only a crash kills a function by a signal: one that takes too long is told to have timed out. */
export function explained(line: string, { crash = 0 }: FaultCounts): string {
  return crash > 0 ? line.replaceAll('exited with error: signal: SIGKILL', "$& (the fault 'crash' killed it)") : line;
}

/** Lets things go wrong in a rehearsal: the same seed gives the same faults. */
export class BadDay {
  public static of(simulation: Simulation, options: FaultOptions, stacks: readonly AssemblyStack[]): BadDay | undefined {
    const { fault: kinds, seed: given = randomInt(MOST) } = options;
    return kinds && new BadDay(simulation, { kinds, seed: given }, stacks);
  }

  private readonly random: () => number;
  private readonly calls: number;
  private readonly injector: FaultInjector;

  private constructor(
    simulation: Simulation, private readonly asked: { readonly kinds: readonly FaultKind[]; readonly seed: number }, stacks: readonly AssemblyStack[],
  ) {
    this.random = randomOf(asked.seed);
    const resources = stacks.flatMap(({ template }) => template.match(/"Type":\s*"Custom::/g) ?? []);
    this.calls = Math.max(LEAST_CALLS, CALLS_EACH * resources.length);
    this.injector = new FaultInjector(({ accountId, name }) => stacks.some(stack => stack.accountId === accountId && stack.name === name));
    this.injector.attach(simulation);
  }

  /** Faults for what is deployed next. */
  public begin(): void {
    this.injector.arm(planFaults(this.asked.kinds, this.random, this.calls));
  }

  public end(): void {
    this.injector.arm([]);
  }

  public get title(): string {
    return `A bad day: ${this.asked.kinds.join(', ')} (--seed ${this.asked.seed} gives the same faults again; what they hit may differ)`;
  }

  public get report(): FaultReport {
    return { seed: this.asked.seed, struck: this.injector.injected };
  }
}
