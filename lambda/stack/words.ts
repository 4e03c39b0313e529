import { bootstrapRole, deployRole, isPipeline, stagingBucket } from './place';
import { NAMES } from '../../src/private/contract';
import type { AccountStackRequest } from '../../src/stack/contract';
import type { StackPlace } from '../registry/stack';
import { isNamed, isRefused, isTransient } from '../shared/errors';

/** Where the provider itself is. */
export interface Home { readonly partition: string; readonly accountId: string }

export function isDenied(error: unknown): error is Error {
  return isNamed(error, 'AccessDenied', 'AccessDeniedException');
}

export function notEnterable(place: StackPlace, home: Home, error: Error): Error {
  const words = `account ${place.accountId} cannot be entered through '${deployRole(home.partition, place)}' for stack '${place.stackName}'`;
  if (isPipeline(place)) return new Error(`${words}: the stack '${NAMES.baselineStack}' there makes this role; deploy that stack's account again (${error.message})`);
  return new Error(`${words}: it is not bootstrapped for CDK in ${place.region} with qualifier '${place.qualifier}' and trust for account ${home.accountId}: `
    + `bootstrap it (cdk bootstrap --qualifier ${place.qualifier} --trust ${home.accountId}), then deploy again (${error.message})`);
}

export function notDeletable(place: StackPlace, home: Home, error: Error): Error {
  return new Error(`stack '${place.stackName}' cannot be deleted, because account ${place.accountId} cannot be entered through `
    + `'${deployRole(home.partition, place)}': make the role trust account ${home.accountId} again and delete once more; `
    + `if the account was closed, just delete once more: what is in it is left behind (${error.message})`);
}

export function templateNotReadable(place: StackPlace, bucket: string, key: string, error: unknown): unknown {
  if (!isRefused(error)) return error;
  return new Error(`the template of stack '${place.stackName}' for account ${place.accountId} cannot be read from '${bucket}/${key}': `
    + `publish the assets of the app (cdk deploy does) and deploy again (${error.name}: ${error.message})`);
}

export function templateNotPublishable(place: StackPlace, home: Home, error: unknown): unknown {
  if (!isRefused(error)) return error;
  return new Error(`the template of stack '${place.stackName}' is over 51,200 bytes and cannot be put into bucket '${stagingBucket(place)}' of account `
    + `${place.accountId} through '${bootstrapRole(home.partition, 'file-publishing', place)}': bootstrap the account for CDK with qualifier `
    + `'${place.qualifier}' and trust for account ${home.accountId}, then deploy again (${error.name}: ${error.message})`);
}

/** What keeps an environment from going with its application. */
export function protectedFromDeletion({ accountId }: StackPlace, stackNames: readonly string[]): Error {
  const [several, them] = stackNames.length > 1 ? ['s', 'them'] : ['', 'it'];
  return new Error(`the environment in account ${accountId} cannot go with its application, because stack${several} '${stackNames.join("', '")}' `
    + `${several ? 'are' : 'is'} protected from termination: nothing was deleted; allow it there (aws cloudformation update-termination-protection `
    + `--no-enable-termination-protection --stack-name ${stackNames[0]})${several && ', for each of them'} and ${AGAIN}, or keep ${them} with `
    + 'keepApplication: true');
}

export function notDeletedApplication({ accountId }: StackPlace, stackName: string, error: unknown): unknown {
  if (isTransient(error)) return error;
  return new Error(`the environment in account ${accountId} cannot go with its application, because stack '${stackName}' refuses to go: `
    + `${error instanceof Error ? error.message : String(error)}; remove the cause and ${AGAIN}, or keep the application with keepApplication: true`);
}

export function notEnterableForApplication(place: StackPlace, home: Home, error: Error): Error {
  return new Error(`the environment in account ${place.accountId} cannot go with its application, because the account cannot be entered through `
    + `'${deployRole(home.partition, place)}': bootstrap it for CDK with trust for account ${home.accountId} (cdk bootstrap --qualifier `
    + `${place.qualifier} --trust ${home.accountId}) and ${AGAIN}, or keep the application with keepApplication: true; if it is removed once more as it is, the application is `
    + `left behind (${error.message})`);
}

/** What goes with an environment, wherever its removal is advised. */
export const APPLICATIONS_GO = ' (its applications go with it, unless it was deployed with keepApplication: true)';

export function belongsElsewhere({ stackName, accountId, lease }: AccountStackRequest, holder: string): Error {
  const words = `stack '${stackName}' in account ${accountId} belongs to stack '${holder}' of the CICD account`;
  if (!lease) return new Error(`${words}: remove it there first, or choose another stackName`);
  return new Error(`${words}: remove environment '${lease.environmentName}' there first${APPLICATIONS_GO}, or use another account`);
}

export function notReady({ stackName, accountId, region }: StackPlace, former: readonly StackPlace[], milliseconds: number): Error {
  const orNotGone = former.map(place => `, or stack '${place.stackName}' in account ${place.accountId} that it takes the place of is not gone,`).join('');
  return new Error(`stack '${stackName}' in account ${accountId} and region ${region} is not ready${orNotGone} after ${milliseconds / 60_000} minutes, `
    + 'the longest that is waited: CloudFormation goes on there; nothing is lost: look there what takes so long, and deploy again when it has ended');
}

export function notGone({ stackName, accountId, region }: StackPlace, milliseconds: number): Error {
  return new Error(`stack '${stackName}' in account ${accountId} and region ${region}, or an application that goes before it, is not gone after `
    + `${milliseconds / 60_000} minutes, the longest that is waited: CloudFormation goes on there; look there what takes so long, and when it has ended `
    + AGAIN);
}

export function notDeletedArtifact(accountId: string, bucket: string, { Key, Code = '', Message }: RefusedObject): Error {
  const error = new Error(`artifact '${Key}' in bucket '${bucket}' of account ${accountId} could not be deleted: ${Code}: ${Message}; let the role `
    + `'${NAMES.operateRole}' there delete it and ${AGAIN}`);
  return PASSING.has(Code) ? Object.assign(error, { $retryable: {} }) : error;
}

interface RefusedObject {
  readonly Key?: string;
  readonly Code?: string;
  readonly Message?: string;
}

/** Codes with which S3 refuses an object for now. */
const PASSING = new Set(['InternalError', 'ServiceUnavailable', 'SlowDown', 'OperationAborted']);

const AGAIN = 'remove the environment again (if it is no longer in the app, put it back and deploy first)';

/** The same error in the user's words, if it is one of CloudFormation's that will not pass by itself. */
export function notDone(what: 'deployed' | 'deleted', place: StackPlace, home: Home, error: unknown): unknown {
  if (!isRefused(error)) return error;
  const wayOut = isDenied(error)
    ? `: let '${deployRole(home.partition, place)}' do it (bootstrap the account again, remove service control policies that deny it)`
    : '';
  return new Error(`stack '${place.stackName}' in account ${place.accountId} and region ${place.region} could not be ${what}: ${error.name}: ${error.message}${wayOut}`);
}
