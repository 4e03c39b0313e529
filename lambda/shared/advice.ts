/** How to request again what a deployment of an unchanged app does not request. */
export const RECONCILE = 'run: org-environments reconcile';

/**
 * The message of an error for someone to whom CloudFormation does not send the request again: the resource has not
 * failed there, so another deployment changes nothing.
 */
export function withReconcileAdvice(message: string): string {
  return message.replace(/\bdeploy again\b/g, RECONCILE);
}
