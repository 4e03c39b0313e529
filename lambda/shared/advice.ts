/**
 * How to request again what a deployment of an unchanged app does not request.
 *
 * @param environmentName the environment that uses it. @default - all environments
 */
export function reconcileAdvice(environmentName?: string): string {
  return environmentName === undefined
    ? 'run: org-environments reconcile --all'
    : `run: org-environments reconcile --environment ${environmentName}`;
}

/** What to do if something is not known that an app declares: an unchanged app is not deployed again. */
export function deployOrReconcile(what: string): string {
  return `deploy ${what}, or if it is deployed, ${reconcileAdvice()}`;
}

/**
 * The message of an error for someone to whom CloudFormation does not send the request again: the resource has not
 * failed there, so another deployment changes nothing.
 */
export function withReconcileAdvice(message: string, environmentName?: string): string {
  return message.replace(/\bdeploy again\b/g, reconcileAdvice(environmentName));
}

/** The error of a command of an operator, which no deployment repeats. */
export function withCommandAdvice(error: unknown): unknown {
  if (!(error instanceof Error) || !/\bdeploy again\b/.test(error.message)) return error;
  return new Error(error.message.replace(/\bdeploy again\b/g, 'run the command again'), { cause: error });
}

const DELETE_AGAIN = 'delete it again (if it is no longer in the app, put it back and deploy first)';

/**
 * The message of an error of a deletion. CloudFormation forgets a resource whose deletion fails at the end of an
 * update, so another deployment of the app does not delete it.
 */
export function withDeletionAdvice(message: string): string {
  if (/put it back|declare it as before/.test(message)) return message;
  return message.replace(/\bdeploy again\b(?! to apply)( in a few minutes)?/g, (_, later?: string) => (
    later === undefined ? DELETE_AGAIN : `in a few minutes, ${DELETE_AGAIN}`
  ));
}
