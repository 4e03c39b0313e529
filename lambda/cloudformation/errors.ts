import type { StackRoles } from './roles';
import { bootstrapRole, stagingBucket } from './roles';
import type { StackPlace } from '../registry/stack';
import { isAccessDenied, isPermanentAwsError } from '../shared/errors';

/** Where the handler itself runs. */
export interface HandlerAccount {
  readonly partition: string;
  readonly accountId: string;
}

export function roleNotAssumable(place: StackPlace, roles: StackRoles, home: HandlerAccount, error: Error): Error {
  return new Error(`account ${place.accountId} cannot be entered through '${roles.deploy(home.partition, place)}' for stack '${place.stackName}': `
    + `${roles.advice(place, home.accountId)} (${error.message})`);
}

export function accountUnreachable(place: StackPlace, roles: StackRoles, home: HandlerAccount, error: Error): Error {
  return new Error(`stack '${place.stackName}' cannot be deleted, because account ${place.accountId} cannot be entered through `
    + `'${roles.deploy(home.partition, place)}': make the role trust account ${home.accountId} again and delete once more; `
    + `if the account was closed, just delete once more: what is in it is left behind (${error.message})`);
}

export function templateNotReadable(place: StackPlace, bucket: string, key: string, error: unknown): unknown {
  if (!isPermanentAwsError(error)) return error;
  return new Error(`the template of stack '${place.stackName}' for account ${place.accountId} cannot be read from '${bucket}/${key}': `
    + `publish the assets of the app (cdk deploy does) and deploy again (${error.name}: ${error.message})`);
}

export function templateNotPublishable(place: StackPlace, home: HandlerAccount, error: unknown): unknown {
  if (!isPermanentAwsError(error)) return error;
  return new Error(`the template of stack '${place.stackName}' is over 51,200 bytes and cannot be put into bucket '${stagingBucket(place)}' of account `
    + `${place.accountId} through '${bootstrapRole(home.partition, 'file-publishing', place)}': bootstrap the account for CDK with qualifier `
    + `'${place.qualifier}' and trust for account ${home.accountId}, then deploy again (${error.name}: ${error.message})`);
}

export function ownedByAnotherStack({ stackName, accountId }: StackPlace, holder: string): Error {
  return new Error(`stack '${stackName}' in account ${accountId} belongs to stack '${holder}' of the CICD account: `
    + 'remove it there first, or choose another stackName');
}

export function deploymentTimedOut({ stackName, accountId, region }: StackPlace, former: readonly StackPlace[], milliseconds: number): Error {
  const orNotDeleted = former.map(place => `, or stack '${place.stackName}' in account ${place.accountId} that it replaces is not deleted,`).join('');
  return new Error(`stack '${stackName}' in account ${accountId} and region ${region} is not ready${orNotDeleted} after ${milliseconds / 60_000} minutes, `
    + 'the longest wait. CloudFormation continues there, and nothing is lost: look at the events of the stack there, and deploy again when it is complete');
}

export function deletionTimedOut({ stackName, accountId, region }: StackPlace, milliseconds: number): Error {
  return new Error(`stack '${stackName}' in account ${accountId} and region ${region}, or an application that is deleted before it, is not deleted after `
    + `${milliseconds / 60_000} minutes, the longest wait: CloudFormation continues there; look there what takes so long, and when it has ended `
    + REMOVE_AGAIN);
}

/** How a removal is requested once more. */
export const REMOVE_AGAIN = 'remove the environment again (if it is no longer in the app, put it back and deploy first)';

/** The same error in the user's words, if it is one of CloudFormation's that does not pass by itself. */
export function stackFailed(what: 'deployed' | 'deleted', place: StackPlace, roles: StackRoles, home: HandlerAccount, error: unknown): unknown {
  if (!isPermanentAwsError(error)) return error;
  const advice = isAccessDenied(error)
    ? `: allow '${roles.deploy(home.partition, place)}' to do it (bootstrap the account again, remove service control policies that deny it)`
    : '';
  return new Error(`stack '${place.stackName}' in account ${place.accountId} and region ${place.region} could not be ${what}: ${error.name}: ${error.message}${advice}`);
}
