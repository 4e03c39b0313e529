import type { CreationFailure } from '../services/organizations/creation';

/** A fault that is injected at the nth call, event or response of a deployment. */
export type Fault =
  /** AWS throttles the call. SDKs retry, so only several in a row have an effect. */
  | { readonly kind: 'throttle'; readonly at: number; readonly times: number }
  /** AWS rejects the call because of a concurrent modification. */
  | { readonly kind: 'conflict'; readonly at: number; readonly times: number }
  /** The call takes effect, and the connection is reset before the response. */
  | { readonly kind: 'lost'; readonly at: number; readonly times: number }
  /** The function is killed before the call is made, or after it took effect. */
  | { readonly kind: 'crash'; readonly at: number; readonly when: 'before' | 'after' }
  /** The call gets no response: the function is stopped at its timeout. */
  | { readonly kind: 'timeout'; readonly at: number }
  /** An event of CloudFormation or EventBridge is delivered again after the given seconds. */
  | { readonly kind: 'twice'; readonly at: number; readonly seconds: number }
  /** The response to CloudFormation arrives after its timeout. */
  | { readonly kind: 'late'; readonly at: number }
  /** A service is unavailable for the given seconds. */
  | { readonly kind: 'outage'; readonly at: number; readonly service: string; readonly seconds: number }
  /** The deployment is cancelled after the given seconds. */
  | { readonly kind: 'cancel'; readonly at: number }
  /** AWS fails to create an account. */
  | { readonly kind: 'creation'; readonly reason: CreationFailure };

export type FaultKind = Fault['kind'];

export const FAULT_KINDS = [
  'throttle', 'conflict', 'lost', 'crash', 'timeout', 'twice', 'late', 'outage', 'cancel', 'creation',
] as const satisfies readonly FaultKind[];

/** Number of injected faults by kind. */
export type FaultCounts = Readonly<Partial<Record<FaultKind, number>>>;

/** Services that can have an outage, by their signing names. */
export const SERVICES = [
  'dynamodb',
  'organizations',
  'cloudformation',
  'codecommit',
  'codepipeline',
  'codebuild',
  'sts',
  's3',
  'lambda',
  'states',
] as const;
