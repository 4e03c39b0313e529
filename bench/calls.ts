import { ours } from './apps';
import { vend } from './vending';
import { RESOURCE_TYPES } from '../src/private/contract';

export interface CallsPerEnvironment {
  readonly environments: number;
  readonly stacks: number;
  readonly total: number;
  readonly byService: Readonly<Record<string, number>>;
}

const ENVIRONMENTS_PER_STACK = 100;

/** (d) Counts the AWS calls per environment, for account, branch and pipeline. */
export async function measureCalls(counts: readonly number[]): Promise<CallsPerEnvironment[]> {
  const rows: CallsPerEnvironment[] = [];
  for (const environments of counts) {
    const groups = Array.from({ length: Math.ceil(environments / ENVIRONMENTS_PER_STACK) }, (_, index) => {
      const from = index * ENVIRONMENTS_PER_STACK;
      return { from, count: Math.min(ENVIRONMENTS_PER_STACK, environments - from) };
    });
    const { calls } = await vend(ours(...groups), RESOURCE_TYPES.account);
    const byService = Object.fromEntries(
      Object.entries(calls).map(([service, count]) => [service, perEnvironment(count, environments)]),
    );
    const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
    rows.push({ environments, stacks: groups.length, total: perEnvironment(total, environments), byService });
  }
  return rows;
}

function perEnvironment(count: number, environments: number): number {
  return Math.round(count / environments * 100) / 100;
}
