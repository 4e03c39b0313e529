import { randomUUID } from 'node:crypto';
import type { AssetStores } from './asset-stores';
import { AssetCopies } from './assets';
import { resultOf } from './outputs';
import type { AccountStackRequest, AccountStackResult } from '../../src/stack/contract';
import type { Accounts } from '../cloudformation/accounts';
import { noHooks } from '../cloudformation/stack-hooks';
import { Deployment } from '../cloudformation/deployment';
import type { HandlerAccount } from '../cloudformation/errors';
import { StackLifecycle } from '../cloudformation/lifecycle';
import { BOOTSTRAP_ROLES } from '../cloudformation/roles';
import type { Registry } from '../registry/registry';
import type { StackPlace } from '../registry/stack';
import { stackKey } from '../registry/stack';

interface AccountStackLifecycleOptions {
  readonly registry: Registry;
  readonly accounts: Accounts;
  /** Where the assets of a stack are copied from, and where to. */
  readonly assets: (place: StackPlace) => Promise<AssetStores>;
  readonly home: HandlerAccount;
  /** @default - the time */
  readonly now?: () => number;
  /** @default - a random name */
  readonly newAttempt?: () => string;
}

/** The life of a stack in an account. */
export function accountStackLifecycle(options: AccountStackLifecycleOptions): StackLifecycle<AccountStackRequest, AccountStackResult> {
  const { registry, accounts, home, now = Date.now, newAttempt = randomUUID } = options;
  const copies = new AssetCopies(registry, options.assets, home, now);
  return new StackLifecycle<AccountStackRequest, AccountStackResult>({
    registry,
    deployment: new Deployment({ registry, accounts, roles: BOOTSTRAP_ROLES, home, now, newAttempt }),
    hooks: { ...noHooks(), prepare: async (_owner, request, record) => copies.advance(request, record) },
    keyOf: stackKey,
    resultOf,
    now,
    newAttempt,
  });
}
