import type { HandlerAccount } from './handler-account';
import type { StackRoles } from './roles';
import { bootstrapRole, stagingBucket } from './roles';
import { stackNameOf } from '../registry/owners';
import type { StackPlace } from '../registry/stack';
import { isAccessDenied, isNamed, isPermanentAwsError } from '../shared/errors';
import type { InProgress } from '../shared/lifecycle';
import { TimedOutError } from '../shared/waiting';

/**
 * A role in an account cannot be assumed or is denied access: the account was closed or suspended, or the role changed.
 */
export class AccountUnreachableError extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'AccountUnreachableError';
  }
}

export function roleNotAssumable(
  place: StackPlace,
  roles: StackRoles,
  handlerAccount: HandlerAccount,
  error: Error,
): Error {
  return new AccountUnreachableError(
    `cannot assume role '${roles.deploy(handlerAccount.partition, place)}' to deploy stack '${place.stackName}': `
      + `${roles.advice(place, handlerAccount.accountId)} (${error.message})`,
  );
}

export function accountUnreachable(
  place: StackPlace,
  roles: StackRoles,
  handlerAccount: HandlerAccount,
  error: Error,
): Error {
  return new AccountUnreachableError(
    `stack '${place.stackName}' in account ${place.accountId} cannot be deleted, because role `
      + `'${roles.deploy(handlerAccount.partition, place)}' cannot be assumed: let it trust account `
      + `${handlerAccount.accountId}, and when the account can be used, ${removeAgain('stack')} (${error.message})`,
  );
}

/** Adds how to leave a stack in its account to the error of its deletion. */
export function mayStay({ message }: Error, leftoverName: string): Error {
  return new Error(`${message}; to leave it in the account, run: org-environments forget ${leftoverName}`);
}

export function templateNotReadable(place: StackPlace, bucket: string, key: string, error: unknown): unknown {
  if (!isPermanentAwsError(error)) return error;
  return new Error(
    `the template of stack '${place.stackName}' for account ${place.accountId} cannot be read from '${bucket}/${key}': `
      + `publish the assets of the app (\`cdk deploy\` does) and deploy again (${error.name}: ${error.message})`,
  );
}

export function templateNotPublishable(place: StackPlace, handlerAccount: HandlerAccount, error: unknown): unknown {
  if (!isPermanentAwsError(error)) return error;
  const role = bootstrapRole(handlerAccount.partition, 'file-publishing', place);
  const message =
    `the template of stack '${place.stackName}' is longer than 51,200 bytes and cannot be uploaded to bucket `
    + `'${stagingBucket(place)}' of account ${place.accountId} with role '${role}': bootstrap the account `
    + `for CDK with qualifier '${place.qualifier}' and trust for account ${handlerAccount.accountId}, `
    + `then deploy again (${error.name}: ${error.message})`;
  return isAccessDenied(error) || isNamed(error, 'NoSuchBucket')
    ? new AccountUnreachableError(message)
    : new Error(message);
}

/** @param declaredBy id of the stack in the CICD account that declares the existing stack, if it has its mark */
export function stackExists({ stackName, accountId }: StackPlace, declaredBy: string | undefined): Error {
  const origin = declaredBy === undefined
    ? 'this app did not create'
    : `stack '${stackNameOf({ stackId: declaredBy })}' of the CICD account (${declaredBy}) declares`;
  return new Error(
    `account ${accountId} already has a stack '${stackName}' that ${origin}: `
      + 'delete that stack, or use another name or another account',
  );
}

export function ownedByAnotherStack({ stackName, accountId }: StackPlace, holder: string): Error {
  return new Error(
    `stack '${stackName}' in account ${accountId} belongs to stack '${holder}' of the CICD account: `
      + 'remove it there first, or choose another stackName',
  );
}

export function cannotReplace(
  { stackName, accountId }: StackPlace, name: string, before: string, after: string | undefined,
): Error {
  return new Error(
    `'${name}' of stack '${stackName}' in account ${accountId} cannot be changed from '${before}' to '${after ?? ''}', `
      + 'because that would replace what the stack contains, with its data: undo the change; or define a second '
      + 'construct beside it, move what the first one contains, and remove the first one afterwards',
  );
}

export function deploymentTimedOut(
  { stackName, accountId, region }: StackPlace,
  { previous = [] }: { readonly previous?: readonly StackPlace[] },
  milliseconds: number,
  { waitsFor, error }: Partial<InProgress>,
): Error {
  const orNotDeleted = previous
    .map(place => `, or stack '${place.stackName}' in account ${place.accountId} that it replaces is not deleted,`)
    .join('');
  return new TimedOutError(
    `stack '${stackName}' in account ${accountId} and region ${region} is not ready${orNotDeleted} after `
      + `${milliseconds / 60_000} minutes (timeout)${waitsFor ? `: it waits for ${waitsFor}` : ''}`,
    'CloudFormation continues there: see the events of the stack, and deploy again when it is complete',
    error,
  );
}

export function deletionTimedOut(
  { stackName, accountId, region }: StackPlace,
  milliseconds: number,
  { waitsFor, error }: Partial<InProgress>,
): Error {
  return new TimedOutError(
    `stack '${stackName}' in account ${accountId} and region ${region}, or an application that is deleted before it, `
      + `is not deleted after ${milliseconds / 60_000} minutes (timeout)`
      + (waitsFor ? `: it waits for ${waitsFor}` : ''),
    `CloudFormation continues there: see the events of the stack, and when it is deleted ${REMOVE_AGAIN}`,
    error,
  );
}

/** How to request a removal again. */
export const REMOVE_AGAIN = removeAgain('environment');

function removeAgain(what: 'environment' | 'stack'): string {
  return `remove the ${what} again (if it is no longer in the app, put it back and deploy first)`;
}

/** Explains a permanent error of CloudFormation; other errors are returned unchanged. */
export function stackFailed(
  what: 'deployed' | 'deleted',
  place: StackPlace,
  roles: StackRoles,
  handlerAccount: HandlerAccount,
  error: unknown,
): unknown {
  if (!isPermanentAwsError(error)) return error;
  const again = what === 'deployed' ? 'deploy again' : removeAgain('stack');
  const advice = isAccessDenied(error)
    ? `; allow it to '${roles.deploy(handlerAccount.partition, place)}' `
      + `(bootstrap the account again, remove service control policies that deny it) and ${again}`
    : `; remove the cause and ${again}`;
  const message =
    `stack '${place.stackName}' in account ${place.accountId} and region ${place.region} could not be ${what}: `
    + `${error.name}: ${error.message}${advice}`;
  return isAccessDenied(error) ? new AccountUnreachableError(message) : new Error(message);
}
