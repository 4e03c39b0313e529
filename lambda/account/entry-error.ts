import { isDeniedByOwnPolicy, ownPolicyAdvice } from './access';
import type { AccountContext, ManagedAccount } from './context';
import { nameOf } from './record';
import { managesOrganization } from './special-accounts';
import { unusableAccount, UnusableAccountError, unusableStateOf } from './unusable-state';
import { retryWhileRolePropagates } from '../shared/propagation';

/** Finds out why the role of an account cannot be assumed. Returns a transient error while that may pass. */
export async function entryError(
  context: AccountContext,
  { request, record }: ManagedAccount,
  accountId: string,
  denial: Error,
): Promise<unknown> {
  const seen = await context.organization.describeAccount(accountId);
  if (seen?.state === 'PENDING_ACTIVATION') return denial;
  const unusable = seen && unusableStateOf(seen.state);
  if (unusable) return unusableAccount(request, accountId, unusable);
  if (seen?.managesOrganization) return managesOrganization(accountId, denial);
  const place = request.kind === 'vended' ? nameOf(request) : `account ${accountId}`;
  const problem = `cannot assume role '${request.accessRoleName}' of ${place}`;
  if (!seen) {
    return new UnusableAccountError(
      `${problem}: account ${accountId} is not in the organization; invite it, then deploy again`,
      denial,
    );
  }
  if (isDeniedByOwnPolicy(denial)) {
    const advice = ownPolicyAdvice(context, request.accessRoleName, denial);
    // the policy may have just been changed
    const propagating = retryWhileRolePropagates(denial, context.now() - record.attempt);
    return propagating === denial ? new UnusableAccountError(`${problem}: ${advice}`, denial) : propagating;
  }
  return roleMissing(problem, accountId, seen.joined === 'INVITED', denial);
}

function roleMissing(problem: string, accountId: string, isInvited: boolean, denial: Error): Error {
  const advice = `name another role with Account.fromAccountAttributes({ accountId: '${accountId}', accessRoleName })`;
  return new UnusableAccountError(
    isInvited
      ? `${problem}: invited accounts do not have it; create the role there with trust for the `
        + `management account, or ${advice}`
      : `${problem} (AccessDenied): it was deleted or does not trust the management account; `
        + `create it again, or ${advice}`,
    denial,
  );
}
