import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import { ownProcesses } from '../../rehearsal/assembly/processes';
import type { RehearseOptions } from '../options/rehearse-options';

const SCALE = 60;

/** How time passes in a rehearsal. */
export interface Time {
  /** Simulated seconds in a real one; undefined: time is virtual, and what this machine computes takes none. */
  readonly scale?: number;
  /** Why time is not virtual, in words. */
  readonly reason?: string;
  /** The app decides so, and not who has called the command. */
  readonly isUnasked?: boolean;
}

/** Time is virtual, unless something has a part in the rehearsal that works in real time. */
export async function timeOf(
  { scale, fault }: RehearseOptions, runsPipelines: boolean, stacks: readonly AssemblyStack[],
): Promise<Time> {
  if (runsPipelines) return { scale: scale ?? SCALE, reason: 'builds and commands run beside it' };
  if (fault) return { scale: scale ?? SCALE, reason: 'faults strike processes' };
  if (scale !== undefined) return { scale, reason: '--scale says so' };
  const [first, ...others] = await ownProcesses(stacks);
  if (first === undefined) return {};
  const count = others.length === 1 ? '1 more needs' : `${others.length} more need`;
  const more = others.length === 0 ? '' : `, and ${count} one, too`;
  const reason = `function '${first.name}' ${first.reason} and needs a process of its own${more}`;
  return { scale: SCALE, reason, isUnasked: true };
}
