import type { CreationFailure } from '../services/organizations/creation';

/** Something that goes wrong at the nth call, event or answer of a deployment. */
export type Fault =
  /** AWS refuses the call: too many. SDKs try again, so it takes several in a row to be noticed. */
  | { readonly kind: 'throttle'; readonly at: number; readonly times: number }
  /** AWS refuses the call: somebody else changes the same. */
  | { readonly kind: 'conflict'; readonly at: number; readonly times: number }
  /** The call takes effect, but the connection is reset before the answer comes. */
  | { readonly kind: 'lost'; readonly at: number; readonly times: number }
  /** The function dies before the call is made, or after it took effect. */
  | { readonly kind: 'crash'; readonly at: number; readonly when: 'before' | 'after' }
  /** The call is never answered: the function is stopped at its timeout. */
  | { readonly kind: 'timeout'; readonly at: number }
  /** An event, of CloudFormation or EventBridge, arrives a second time, so many seconds after the first. */
  | { readonly kind: 'twice'; readonly at: number; readonly seconds: number }
  /** The answer to CloudFormation comes after it has given up. */
  | { readonly kind: 'late'; readonly at: number }
  /** One of AWS's services fails for a while. */
  | { readonly kind: 'outage'; readonly at: number; readonly service: string; readonly seconds: number }
  /** Somebody cancels the deployment after so many seconds. */
  | { readonly kind: 'cancel'; readonly at: number }
  /** AWS fails to create an account. */
  | { readonly kind: 'creation'; readonly reason: CreationFailure };

export type FaultKind = Fault['kind'];

export const FAULT_KINDS = [
  'throttle', 'conflict', 'lost', 'crash', 'timeout', 'twice', 'late', 'outage', 'cancel', 'creation',
] as const satisfies readonly FaultKind[];

/** How often each kind has struck. */
export type FaultCounts = Readonly<Partial<Record<FaultKind, number>>>;

/** The services that an outage can befall, as signatures name them. */
export const SERVICES = [
  'dynamodb', 'organizations', 'cloudformation', 'codecommit', 'codepipeline', 'codebuild', 'sts', 's3', 'lambda', 'states',
] as const;
