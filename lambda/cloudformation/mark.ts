import type { HandlerAccount } from './handler-account';
import { stackNameOf } from '../registry/owners';

/** Whether a mark names a stack of the CICD account, or the stack of the same name in the account that it replaces. */
export function isOwnMark(
  mark: string | undefined,
  stackId: string | undefined,
  { replacedAccountId }: HandlerAccount,
): boolean {
  if (mark === undefined || stackId === undefined) return false;
  if (mark === stackId) return true;
  return replacedAccountId !== undefined && mark.split(':')[4] === replacedAccountId
    && stackNameOf({ stackId: mark }) === stackNameOf({ stackId });
}
