import type {
  AccountProviderRequest,
  AccountRequest,
  AccountResult,
  PreconditionsRequest,
  PreconditionsResult,
  UnitRequest,
  UnitResult,
} from '../../src/account/contract';
import type { Lifecycle } from '../shared/lifecycle';
import { TwoLifecycles } from '../shared/two-lifecycles';

/** Preconditions and units are neither checked later nor repaired. */
type ReconciledOnce<Request, Result> = Omit<Lifecycle<Request, Result>, 'check' | 'requestRepair'>;

/** Handles requests for accounts, for organizational units, and for the preconditions of stacks that vend accounts. */
export function accountProvider(
  accounts: Lifecycle<AccountRequest, AccountResult>,
  preconditions: ReconciledOnce<PreconditionsRequest, PreconditionsResult>,
  units: ReconciledOnce<UnitRequest, UnitResult>,
): Lifecycle<AccountProviderRequest, AccountResult | PreconditionsResult | UnitResult> {
  return new TwoLifecycles<
    AccountRequest | PreconditionsRequest, UnitRequest, AccountResult | PreconditionsResult, UnitResult
  >({
    one: new TwoLifecycles({ one: accounts, other: preconditions, isOther: isPreconditions, nameOf }),
    other: units,
    isOther: isUnit,
    nameOf,
  });
}

function isPreconditions(request: AccountProviderRequest): request is PreconditionsRequest {
  return request.kind === 'preconditions';
}

function isUnit(request: AccountProviderRequest): request is UnitRequest {
  return request.kind === 'unit';
}

function nameOf(request: AccountProviderRequest): string {
  if (isPreconditions(request)) return 'preconditions';
  return isUnit(request) ? 'an organizational unit' : 'an account';
}
