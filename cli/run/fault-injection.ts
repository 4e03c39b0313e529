import { randomInt } from 'node:crypto';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import type { FaultCounts, FaultKind } from '../../rehearsal/faults/fault';
import { planFaults } from '../../rehearsal/faults/fault-plan';
import { FaultInjector } from '../../rehearsal/faults/injector';
import { randomOf } from '../../rehearsal/faults/random';
import type { Simulation } from '../../rehearsal/simulation';
import { MAX_SEED } from '../options/parsers';
import type { RehearseOptions } from '../options/rehearse-options';
import type { FaultReport } from '../report/report';

/** Estimated number of calls to AWS for each custom resource of this library; other apps make fewer. */
const CALLS_PER_RESOURCE = 60;
const MIN_CALLS = 150;

interface FaultSettings {
  readonly kinds: readonly FaultKind[];
  readonly seed: number;
}

/** Injects faults into the deployments of a rehearsal. */
export class FaultInjection {
  /** Returns `undefined` without `--fault`. */
  public static of(
    simulation: Simulation, { fault: kinds, seed = randomInt(MAX_SEED) }: RehearseOptions,
    stacks: readonly AssemblyStack[],
  ): FaultInjection | undefined {
    return kinds && new FaultInjection(simulation, { kinds, seed }, stacks);
  }

  private readonly random: () => number;
  /** Estimated number of calls to AWS in a deployment, over which the faults are distributed. */
  private readonly calls: number;
  private readonly injector: FaultInjector;

  private constructor(
    simulation: Simulation, private readonly settings: FaultSettings, stacks: readonly AssemblyStack[],
  ) {
    this.random = randomOf(settings.seed);
    const resources = stacks.flatMap(({ template }) => template.match(/"Type":\s*"Custom::/g) ?? []);
    this.calls = Math.max(MIN_CALLS, CALLS_PER_RESOURCE * resources.length);
    this.injector = new FaultInjector(({ accountId, name }) => (
      stacks.some(stack => stack.accountId === accountId && stack.name === name)
    ));
    this.injector.attach(simulation);
  }

  /** Plans faults for the next deployment. */
  public start(): void {
    this.injector.arm(planFaults(this.settings.kinds, this.random, this.calls));
  }

  /** Discards planned faults that were not injected. */
  public stop(): void {
    this.injector.arm([]);
  }

  public get title(): string {
    const { kinds, seed } = this.settings;
    return `Fault injection: ${kinds.join(', ')}; --seed ${seed} repeats the faults, possibly in other resources`;
  }

  public get report(): FaultReport {
    return { seed: this.settings.seed, injected: this.injector.injected };
  }

  /** Adds to a line of output that a fault killed the function. A function that times out is not killed by a signal. */
  public explain(line: string): string {
    return explainCrash(line, this.report.injected);
  }
}

export function explainCrash(line: string, { crash = 0 }: FaultCounts): string {
  const killed = 'exited with error: signal: SIGKILL';
  return crash > 0 ? line.replaceAll(killed, `${killed} (injected fault 'crash')`) : line;
}
