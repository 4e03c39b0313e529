/** How to request again what a deployment of an unchanged app does not request. */
export const RECONCILE = 'run: org-environments reconcile';

/** What to do if something is not known that an app declares: an unchanged app is not deployed again. */
export function deployOrReconcile(what: string): string {
  return `deploy ${what}, or if it is deployed, ${RECONCILE} --all`;
}

/**
 * The message of an error for someone to whom CloudFormation does not send the request again: the resource has not
 * failed there, so another deployment changes nothing.
 */
export function withReconcileAdvice(message: string): string {
  return message.replace(/\bdeploy again\b/g, RECONCILE);
}
