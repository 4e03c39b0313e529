import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import { ownProcesses } from '../../rehearsal/assembly/processes';
import type { RehearseOptions } from '../options/rehearse-options';

const DEFAULT_SCALE = 60;

/** How time passes in a rehearsal. */
export interface Time {
  /** Simulated seconds per real second. @default - time is virtual */
  readonly scale?: number;
  /** Why time is not virtual. */
  readonly reason?: string;
  /** Whether the app is the reason, and not an option. */
  readonly isCausedByApp?: boolean;
}

/** Time is virtual unless something in the rehearsal works in real time, or `--scale` is given. */
export async function timeOf(
  { scale, fault }: RehearseOptions, runsPipelines: boolean, stacks: readonly AssemblyStack[],
): Promise<Time> {
  if (runsPipelines) return { scale: scale ?? DEFAULT_SCALE, reason: 'builds and commands run in real time' };
  if (fault) return { scale: scale ?? DEFAULT_SCALE, reason: 'faults are injected into separate processes' };
  if (scale !== undefined) return { scale, reason: '--scale is given' };
  const [first, ...others] = await ownProcesses(stacks);
  if (first === undefined) return {};
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  const reason = `function '${first.name}' ${first.reason} and needs its own process${more}`;
  return { scale: DEFAULT_SCALE, reason, isCausedByApp: true };
}
