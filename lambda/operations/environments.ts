import type { EnvironmentNames, PipelineIdentity } from '../../src/operations/contract';
import { ENVIRONMENTS, accountOf, leaseKey } from '../shared/lease';
import type { LeaseHolder, LeaseRecord } from '../shared/lease';
import type { Registry } from '../shared/registry';

/** The pipelines of all environments, by name. */
export async function environmentsOf(registry: Registry): Promise<readonly LeaseHolder[]> {
  const stackKeys = (await registry.membersOf(ENVIRONMENTS)).map(({ member }) => member);
  const records = await Promise.all(stackKeys.map(async stackKey => registry.read<LeaseRecord>(leaseKey(accountOf(stackKey)))));
  return records.flatMap((record, index) => record?.holder?.stackKey === stackKeys[index] ? [record.holder] : [])
    .sort((one, other) => one.environmentName.localeCompare(other.environmentName) || one.accountId.localeCompare(other.accountId));
}

/** Those that are meant. @throws if a name is not that of an environment */
export function chosen(holders: readonly LeaseHolder[], names: EnvironmentNames): readonly LeaseHolder[] {
  if (names === 'all') return holders;
  const unknown = names.filter(name => !holders.some(({ environmentName }) => environmentName === name));
  if (unknown.length > 0) {
    const known = [...new Set(holders.map(({ environmentName }) => environmentName))];
    throw new Error(`there is no environment '${unknown.join("', '")}': ${known.length > 0 ? `there is ${known.join(', ')}` : 'there is none at all'}`);
  }
  return holders.filter(({ environmentName }) => names.includes(environmentName));
}

export function identityOf({ environmentName, accountId, region, pipelineName }: LeaseHolder): PipelineIdentity {
  return { environmentName, accountId, region, pipelineName };
}
