import { randomUUID } from 'node:crypto';
import type { AssetStores } from './asset-stores';
import { AssetCopies } from './assets';
import { attributeOf, resultOf } from './outputs';
import type { AccountStackRequest, AccountStackResult } from '../../src/stack/contract';
import type { Accounts } from '../cloudformation/accounts';
import type { CicdStack } from '../cloudformation/cicd-stack';
import { Deployment } from '../cloudformation/deployment';
import type { HandlerAccount } from '../cloudformation/handler-account';
import { StackLifecycle } from '../cloudformation/lifecycle';
import { BOOTSTRAP_ROLES } from '../cloudformation/roles';
import { noHooks } from '../cloudformation/stack-hooks';
import type { Registry } from '../registry/registry';
import type { StackPlace } from '../registry/stack';
import { stackKey } from '../registry/stack';

interface AccountStackLifecycleOptions {
  readonly registry: Registry;
  readonly accounts: Accounts;
  readonly cicd: CicdStack;
  /** Sources and destinations of the assets of a stack. */
  readonly assets: (place: StackPlace) => Promise<AssetStores>;
  readonly handlerAccount: HandlerAccount;
  /** @default Date.now */
  readonly now?: () => number;
  /** @default - a random UUID */
  readonly newAttempt?: () => string;
}

/** The lifecycle of a stack in an account. */
export function accountStackLifecycle(
  options: AccountStackLifecycleOptions,
): StackLifecycle<AccountStackRequest, AccountStackResult> {
  const { registry, accounts, cicd, handlerAccount, now = Date.now, newAttempt = randomUUID } = options;
  const copies = new AssetCopies(registry, options.assets, handlerAccount, now);
  return new StackLifecycle<AccountStackRequest, AccountStackResult>({
    registry,
    cicd,
    deployment: new Deployment({ registry, accounts, roles: BOOTSTRAP_ROLES, handlerAccount, now, newAttempt }),
    hooks: { ...noHooks(), prepare: async (_owner, request, record) => copies.advance(request, record) },
    keyOf: stackKey,
    resultOf,
    hasAttributes: ({ outputs = [], stackIdIsRead }, attributes) =>
      [...(stackIdIsRead ? ['stackId'] : []), ...outputs.map(attributeOf)].every(name => name in attributes),
    now,
    newAttempt,
  });
}
