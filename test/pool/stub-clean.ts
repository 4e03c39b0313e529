import { LeaseHold } from '../../lambda/clean/aws/lease-hold';
import { TableRegistry } from '../../lambda/registry/table';
import type { CleanMachineInput } from '../../src/clean/contract';

const hold = new LeaseHold(new TableRegistry(), Date.now);

/** Stands for the function that cleans accounts, and finds nothing: its own tests are in `test/clean`. */
export async function handler({ cleanId, accountId, fence }: CleanMachineInput): Promise<{ readonly state: string }> {
  const proof = { emptyPasses: 2, regions: ['eu-west-1'], provedAt: new Date().toISOString() };
  await hold.markAvailable({ cleanId, accountId, fence }, proof);
  return { state: 'available' };
}
