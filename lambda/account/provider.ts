import type {
  AccountRequest,
  AccountResult,
  PreconditionsRequest,
  PreconditionsResult,
} from '../../src/account/contract';
import type { PooledAccountRequest, PooledAccountResult, PoolRequest, PoolResult } from '../../src/pool/contract';
import type { Lifecycle } from '../shared/lifecycle';
import { TwoLifecycles } from '../shared/two-lifecycles';

/** Preconditions are checked before accounts are created; afterwards they are neither checked again nor repaired. */
type ReconciledOnce = Omit<Lifecycle<PreconditionsRequest, PreconditionsResult>, 'check' | 'requestRepair'>;

type OwnRequest = AccountRequest | PreconditionsRequest;
type PoolsRequest = PooledAccountRequest | PoolRequest;

interface Lifecycles {
  readonly accounts: Lifecycle<AccountRequest, AccountResult>;
  readonly preconditions: ReconciledOnce;
  readonly pooledAccounts: Lifecycle<PooledAccountRequest, PooledAccountResult>;
  readonly pools: Lifecycle<PoolRequest, PoolResult>;
}

const NAMES: Readonly<Record<(OwnRequest | PoolsRequest)['kind'], string>> = {
  vended: 'an account with an e-mail',
  existing: 'an existing account',
  preconditions: 'preconditions',
  pooled: 'an account of a pool',
  pool: 'an account pool',
};

const nameOf = ({ kind }: OwnRequest | PoolsRequest): string => NAMES[kind];

/** Handles requests for accounts, account pools, and the preconditions of stacks that vend accounts. */
export function accountProvider(lifecycles: Lifecycles) {
  return new TwoLifecycles({
    one: new TwoLifecycles({
      one: lifecycles.accounts, other: lifecycles.preconditions, isOther: isPreconditions, nameOf,
    }),
    other: new TwoLifecycles({ one: lifecycles.pooledAccounts, other: lifecycles.pools, isOther: isPool, nameOf }),
    isOther: isOfPools,
    nameOf,
  });
}

function isPreconditions(request: OwnRequest): request is PreconditionsRequest {
  return request.kind === 'preconditions';
}

function isPool(request: PoolsRequest): request is PoolRequest {
  return request.kind === 'pool';
}

function isOfPools(request: OwnRequest | PoolsRequest): request is PoolsRequest {
  return request.kind === 'pooled' || request.kind === 'pool';
}
