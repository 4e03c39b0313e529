import { AwsCleanStarter } from './aws';
import type { CleanStarter } from './aws';
import { PoolMaintenance } from './maintenance';
import { PooledAccounts } from './pooled-accounts';
import { Pools } from './pools';
import { SlotAccounts } from './slot-accounts';
import type { AccountRequest, AccountResult } from '../../../src/account/contract';
import type { History } from '../../history/history';
import { accountKey } from '../../registry/account';
import type { AccountRecord } from '../../registry/account';
import type { Lifecycle } from '../../shared/lifecycle';
import { accountDrifts } from '../check';
import type { AccountContext } from '../context';

interface PoolOptions {
  readonly context: AccountContext;
  /** Creates, changes and bootstraps accounts. */
  readonly accounts: Lifecycle<AccountRequest, AccountResult>;
  readonly history: History;
  /** @default - executions of Step Functions */
  readonly clean?: CleanStarter;
}

/** The lifecycles of account pools and of the accounts that are leased from them, and their maintenance. */
export function poolLifecycles({ context, accounts, history, clean = new AwsCleanStarter() }: PoolOptions) {
  const { registry, organization, now } = context;
  const parts = { registry, organization, now, history, clean, accounts: new SlotAccounts(accounts, registry) };
  const maintenance = new PoolMaintenance(parts);
  const refill = async (poolName: string) => maintenance.refill(poolName);
  const pooledAccounts = new PooledAccounts({
    ...parts,
    refill,
    drifts: async (request, accountId) => {
      const key = accountKey(request);
      const record = await registry.read<AccountRecord>(key);
      return record ? accountDrifts(context, { key, record, request }, accountId) : [];
    },
  });
  return { pooledAccounts, pools: new Pools({ registry, now, refill }), maintenance };
}
