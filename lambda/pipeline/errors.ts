import type { PipelineRequest } from '../../src/pipeline/contract';
import { NAMES } from '../../src/private/contract';
import { AccountUnreachableError, REMOVE_AGAIN } from '../cloudformation/errors';
import type { HandlerAccount } from '../cloudformation/handler-account';
import { BOOTSTRAP_ROLES } from '../cloudformation/roles';
import type { StackPlace } from '../registry/stack';
import { isTransient } from '../shared/errors';

/** Warning for every error that advises to remove an environment. */
export const APPLICATIONS_ARE_DELETED =
  ' (its applications are deleted with it, unless it was deployed with keepApplication: true)';

export function ownedByAnotherStack({ stackName, accountId, environment }: PipelineRequest, holder: string): Error {
  return new Error(
    `stack '${stackName}' in account ${accountId} belongs to stack '${holder}' of the CICD account: remove environment `
      + `'${environment.environmentName}' there first${APPLICATIONS_ARE_DELETED}, or use another account`,
  );
}

/** The error for an account with the pipeline of another environment that a lost or older registry does not know. */
export function accountHasPipeline({ accountId, environment }: PipelineRequest, name: string, reason: string): Error {
  return new Error(
    `account ${accountId} has a pipeline that the registry does not know, so environment `
      + `'${environment.environmentName}' cannot have a pipeline there: an account has one pipeline; remove the `
      + `environment of pipeline '${name}' first, in a deployment that changes nothing else`
      + `${APPLICATIONS_ARE_DELETED}, or use another account (${reason})`,
  );
}

/** The error for an environment whose applications have termination protection. */
export function protectedFromDeletion({ accountId }: StackPlace, stackNames: readonly string[]): Error {
  const [several, them] = stackNames.length > 1 ? ['s', 'them'] : ['', 'it'];
  return new Error(
    `the environment in account ${accountId} cannot be removed with its application, because stack${several} `
      + `'${stackNames.join("', '")}' ${several ? 'have' : 'has'} termination protection: nothing was deleted; `
      + 'disable it there (aws cloudformation update-termination-protection --no-enable-termination-protection '
      + `--stack-name ${stackNames[0]})${several && ', for each of them'} and ${REMOVE_AGAIN}, `
      + `or keep ${them} with keepApplication: true`,
  );
}

export function applicationNotDeleted({ accountId }: StackPlace, stackName: string, error: unknown): unknown {
  if (isTransient(error)) return error;
  return new Error(
    `the environment in account ${accountId} cannot be removed with its application, `
      + `because stack '${stackName}' could not be deleted: ${error instanceof Error ? error.message : String(error)}; `
      + `remove the cause and ${REMOVE_AGAIN}, or keep the application with keepApplication: true`,
  );
}

export function applicationUnreachable(place: StackPlace, handlerAccount: HandlerAccount, error: Error): Error {
  return new AccountUnreachableError(
    `the environment in account ${place.accountId} cannot be removed with its application, `
      + `because role '${BOOTSTRAP_ROLES.deploy(handlerAccount.partition, place)}' cannot be assumed: bootstrap it `
      + `for CDK with trust for account ${handlerAccount.accountId} (cdk bootstrap --qualifier ${place.qualifier} `
      + `--trust ${handlerAccount.accountId}), and when the account can be used, ${REMOVE_AGAIN} (${error.message})`,
  );
}

interface RefusedObject {
  readonly Key?: string;
  readonly Code?: string;
  readonly Message?: string;
}

/** Transient error codes of S3 for a single object. */
const TRANSIENT_CODES = new Set(['InternalError', 'ServiceUnavailable', 'SlowDown', 'OperationAborted']);

export function artifactNotDeleted(
  accountId: string,
  bucket: string,
  { Key, Code = '', Message }: RefusedObject,
): Error {
  const error = new Error(
    `artifact '${Key}' in bucket '${bucket}' of account ${accountId} could not be deleted: ${Code}: ${Message}; `
      + `allow the role '${NAMES.operateRole}' there to delete it and ${REMOVE_AGAIN}`,
  );
  return TRANSIENT_CODES.has(Code) ? Object.assign(error, { $retryable: {} }) : error;
}
