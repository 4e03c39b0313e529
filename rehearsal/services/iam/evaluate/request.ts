import type { ConditionContext } from '../../../core/policy-document';

/** The principal of a request. */
export interface Principal {
  readonly kind: 'session' | 'user' | 'root' | 'service';
  /** Empty for a service. */
  readonly accountId: string;
  /** ARN of the role, the user or the root; the name of a service, for example `events.amazonaws.com`. */
  readonly arn: string;
  /** ARN of the session of a role; for all others the same as `arn`. */
  readonly sessionArn: string;
}

export interface AccessRequest {
  readonly principal: Principal;
  /** For example `s3:GetObject`. */
  readonly action: string;
  /** ARN, or `*` where the action knows no resource. */
  readonly resource: string;
  /** Account that the resource belongs to. */
  readonly resourceAccountId: string;
  readonly context: ConditionContext;
}

/** Returns the values of a condition key; undefined if the request does not have it. */
export function valuesOf(context: ConditionContext, key: string): readonly string[] | undefined {
  const wanted = key.toLowerCase();
  const name = Object.keys(context).find(candidate => candidate.toLowerCase() === wanted);
  const value = name === undefined ? undefined : context[name];
  return typeof value === 'string' ? [value] : value;
}
