import { ours } from './apps';
import { vend } from './vending';
import { RESOURCE_TYPES } from '../src/private/contract';

export interface CallsPerEnvironment {
  readonly environments: number;
  readonly stacks: number;
  readonly total: number;
  readonly byService: Readonly<Record<string, number>>;
}

/** So many environments share a stack. */
const GROUP = 100;

/** (d) Calls to AWS for each environment: account, branch and pipeline. */
export async function measureCalls(counts: readonly number[]): Promise<CallsPerEnvironment[]> {
  const rows: CallsPerEnvironment[] = [];
  for (const environments of counts) {
    const groups = Array.from({ length: Math.ceil(environments / GROUP) }, (_, index) => {
      return { from: index * GROUP, count: Math.min(GROUP, environments - index * GROUP) };
    });
    const { calls } = await vend(ours(...groups), RESOURCE_TYPES.account);
    const byService = Object.fromEntries(Object.entries(calls).map(([service, count]) => [service, each(count, environments)]));
    const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
    rows.push({ environments, stacks: groups.length, total: each(total, environments), byService });
  }
  return rows;
}

function each(count: number, environments: number): number {
  return Math.round(count / environments * 100) / 100;
}
