import type { Simulation } from '../simulation';

interface StackName {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

/** Ends what a deployment has left unfinished, as somebody does who reads what he is told: a deletion or a rollback that failed is asked for again. */
export async function retryFailedOperations({ cloudformation }: Simulation, stacks: readonly StackName[]): Promise<void> {
  for (const { accountId, region, name } of stacks) {
    const stack = cloudformation.find(accountId, region, name);
    await stack?.operation;
    if (stack?.status === 'DELETE_FAILED') await cloudformation.remove(accountId, region, name);
    if (stack?.status === 'UPDATE_ROLLBACK_FAILED') await cloudformation.continueRollback(accountId, region, name);
  }
}
