/** What is known about a request, by condition key; IAM ignores the case of keys. A list is a key of many values. */
export type Context = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Who asks. */
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
  readonly context: Context;
}

/** The values of a key; undefined when the request has no such key. */
export function valuesOf(context: Context, key: string): readonly string[] | undefined {
  const wanted = key.toLowerCase();
  const name = Object.keys(context).find(candidate => candidate.toLowerCase() === wanted);
  const value = name === undefined ? undefined : context[name];
  return typeof value === 'string' ? [value] : value;
}
