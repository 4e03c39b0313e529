import type {
  AccountRequest,
  AccountResult,
  PreconditionsRequest,
  PreconditionsResult,
  UnitRequest,
  UnitResult,
} from '../../src/account/contract';
import type { BaselineRequest, BaselineResult } from '../../src/baseline/contract';
import type { PooledAccountRequest, PooledAccountResult, PoolRequest, PoolResult } from '../../src/pool/contract';
import type { Lifecycle } from '../shared/lifecycle';
import { TwoLifecycles } from '../shared/two-lifecycles';

/** Preconditions are neither checked later nor repaired: they are met before the first account is created. */
type ReconciledOnce<Request, Result> = Omit<Lifecycle<Request, Result>, 'check' | 'requestRepair'>;

type OfPools = PooledAccountRequest | PoolRequest;
type Kept = OfPools | BaselineRequest;
type AnyRequest = AccountRequest | PreconditionsRequest | UnitRequest | Kept;

interface Lifecycles {
  readonly accounts: Lifecycle<AccountRequest, AccountResult>;
  readonly preconditions: ReconciledOnce<PreconditionsRequest, PreconditionsResult>;
  readonly units: Lifecycle<UnitRequest, UnitResult>;
  readonly pooledAccounts: Lifecycle<PooledAccountRequest, PooledAccountResult>;
  readonly pools: Lifecycle<PoolRequest, PoolResult>;
  readonly baselines: Lifecycle<BaselineRequest, BaselineResult>;
}

const NAMES: Readonly<Record<AnyRequest['kind'], string>> = {
  vended: 'an account with an e-mail',
  existing: 'an existing account',
  named: 'an account with a name',
  preconditions: 'preconditions',
  unit: 'an organizational unit',
  pooled: 'an account of a pool',
  pool: 'an account pool',
  baseline: 'an account baseline',
};

const nameOf = ({ kind }: AnyRequest): string => NAMES[kind];

/** Handles requests for accounts, pools, baselines, organizational units, and the preconditions of stacks. */
export function accountProvider({ accounts, preconditions, units, pooledAccounts, pools, baselines }: Lifecycles) {
  const ofStacks = new TwoLifecycles({ one: accounts, other: preconditions, isOther: isPreconditions, nameOf });
  const ofPools = new TwoLifecycles({ one: pooledAccounts, other: pools, isOther: isPool, nameOf });
  return new TwoLifecycles({
    one: new TwoLifecycles({ one: ofStacks, other: units, isOther: isUnit, nameOf }),
    other: new TwoLifecycles({ one: ofPools, other: baselines, isOther: isBaseline, nameOf }),
    isOther: isKept,
    nameOf,
  });
}

function isPreconditions(request: AccountRequest | PreconditionsRequest): request is PreconditionsRequest {
  return request.kind === 'preconditions';
}

function isUnit(request: AccountRequest | PreconditionsRequest | UnitRequest): request is UnitRequest {
  return request.kind === 'unit';
}

function isPool(request: OfPools): request is PoolRequest {
  return request.kind === 'pool';
}

function isBaseline(request: Kept): request is BaselineRequest {
  return request.kind === 'baseline';
}

function isKept(request: AnyRequest): request is Kept {
  return request.kind === 'pooled' || request.kind === 'pool' || request.kind === 'baseline';
}
