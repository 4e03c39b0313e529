import type { Simulation } from '../simulation';

interface StackName {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

/** Retries failed deletions and continues failed rollbacks, as an operator does after a deployment. */
export async function retryFailedOperations(
  { cloudformation }: Simulation,
  stacks: readonly StackName[],
): Promise<void> {
  for (const { accountId, region, name } of stacks) {
    const stack = cloudformation.find(accountId, region, name);
    await stack?.operation;
    if (stack?.status === 'DELETE_FAILED') await cloudformation.remove(accountId, region, name);
    if (stack?.status === 'UPDATE_ROLLBACK_FAILED') await cloudformation.continueRollback(accountId, region, name);
  }
}
