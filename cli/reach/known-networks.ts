import type { NetworkFacts } from './facts';
import type { NamedAccount } from './places';
import type { OperationsClient } from '../operations/operations-function';
import { UsageError } from '../usage-error';

/** What commands need to read the networks of an organization. */
export interface NetworksContext {
  readonly operations: Pick<OperationsClient, 'invoke'>;
  /** Reads the networks of accounts in a region. */
  readonly describe: (accounts: readonly NamedAccount[], region: string) => Promise<NetworkFacts>;
  readonly environment: NodeJS.ProcessEnv;
}

/** The accounts that the registry knows, and their networks in a region. */
export async function knownNetworks(given: string | undefined, { operations, describe, environment }: NetworksContext) {
  const region = given ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  if (region === undefined) throw new UsageError('the region is not known: add --region, or set AWS_REGION');
  const { accounts: all = [] } = await operations.invoke({ operation: 'accounts' });
  const accounts = all.flatMap(({ accountId, accountName, state }): NamedAccount[] =>
    accountId === undefined || state === 'closed' ? [] : [{ accountId, ...accountName && { accountName } }]);
  return { accounts, facts: await describe(accounts, region) };
}
