import type {
  AccountProviderRequest,
  AccountRequest,
  AccountResult,
  PreconditionsRequest,
  PreconditionsResult,
} from '../../src/account/contract';
import type { Lifecycle } from '../shared/lifecycle';
import { TwoLifecycles } from '../shared/two-lifecycles';

/** Preconditions are checked before accounts are created; afterwards they are neither checked again nor repaired. */
type ReconciledOnce = Omit<Lifecycle<PreconditionsRequest, PreconditionsResult>, 'check' | 'requestRepair'>;

/** Handles requests for accounts and for the preconditions of stacks that vend accounts. */
export function accountProvider(
  accounts: Lifecycle<AccountRequest, AccountResult>,
  preconditions: ReconciledOnce,
): TwoLifecycles<AccountRequest, PreconditionsRequest, AccountResult, PreconditionsResult> {
  return new TwoLifecycles({
    one: accounts,
    other: preconditions,
    isOther: isPreconditions,
    nameOf: request => (isPreconditions(request) ? 'preconditions' : 'an account'),
  });
}

function isPreconditions(request: AccountProviderRequest): request is PreconditionsRequest {
  return request.kind === 'preconditions';
}
