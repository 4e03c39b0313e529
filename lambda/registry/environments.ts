import { ENVIRONMENTS, accountOf, leaseKey } from './lease';
import type { LeaseHolder, LeaseRecord } from './lease';
import type { Registry } from './registry';

/** The pipelines of all environments, by name. */
export async function environmentsOf(registry: Registry): Promise<readonly LeaseHolder[]> {
  const stackKeys = (await registry.membersOf(ENVIRONMENTS)).map(({ member }) => member);
  const records = await Promise.all(stackKeys.map(async stackKey => registry.read<LeaseRecord>(leaseKey(accountOf(stackKey)))));
  return records.flatMap((record, index) => record?.holder?.stackKey === stackKeys[index] ? [record.holder] : [])
    .sort((one, other) => one.environmentName.localeCompare(other.environmentName) || one.accountId.localeCompare(other.accountId));
}
