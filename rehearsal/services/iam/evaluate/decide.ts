import type { AccessRequest } from './request';
import { evaluate, evaluateResource, type Verdict } from './statement';
import type { PolicyDocument } from '../../../core/policy-document';

/** All policies that apply to a request. */
export interface Policies {
  readonly identity: readonly PolicyDocument[];
  /** Permissions boundary, if the identity has one. */
  readonly boundary?: readonly PolicyDocument[];
  /** Session policies, if the session has any. */
  readonly session?: readonly PolicyDocument[];
  /** Service control policies: one list each for the root, the units on the path and the account. */
  readonly serviceControl?: readonly (readonly PolicyDocument[])[];
  /** Resource control policies, in the same form. */
  readonly resourceControl?: readonly (readonly PolicyDocument[])[];
  readonly resource?: PolicyDocument;
  /**
   * The resource-based policy alone decides, as with trust policies and KMS keys: without an Allow in it no identity is
   * allowed.
   */
  readonly resourceDecides?: boolean;
}

export type PolicyKind =
  | 'identity-based policy'
  | 'resource-based policy'
  | 'permissions boundary'
  | 'session policy'
  | 'service control policy'
  | 'resource control policy';

export type Decision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly explicit: boolean; readonly by: PolicyKind };

const ALLOWED: Decision = { allowed: true };
const denied = (by: PolicyKind, explicit = false): Decision => ({ allowed: false, explicit, by });

/**
 * Decides a request by the rules of AWS: an explicit Deny takes precedence; then every boundary must allow it, and
 * an identity or resource policy must grant it.
 */
export function decide(request: AccessRequest, policies: Policies): Decision {
  const { principal } = request;
  const resource = policies.resource && evaluateResource(policies.resource, request, policies.boundary !== undefined);
  const resourceControl = policies.resourceControl && everyLevel(policies.resourceControl, request);
  if (principal.kind === 'service') return decideForService(resource, resourceControl);
  const identity: Verdict =
    principal.kind === 'root' ? { denies: false, allows: 'identity' } : evaluate(policies.identity, request);
  const boundary = policies.boundary && evaluate(policies.boundary, request);
  const session = policies.session && evaluate(policies.session, request);
  const serviceControl = policies.serviceControl && everyLevel(policies.serviceControl, request);

  const verdicts: [PolicyKind, Verdict | undefined][] = [
    ['service control policy', serviceControl],
    ['resource control policy', resourceControl],
    ['resource-based policy', resource],
    ['identity-based policy', identity],
    ['permissions boundary', boundary],
    ['session policy', session],
  ];
  const deny = verdicts.find(([, verdict]) => verdict?.denies);
  if (deny) return denied(deny[0], true);
  if (serviceControl && serviceControl.allows === undefined) return denied('service control policy');
  if (resourceControl && resourceControl.allows === undefined) return denied('resource control policy');
  return granted(request, policies, { identity, boundary, session, resource });
}

/** A service has no identity policies and is not subject to service control policies. */
function decideForService(resource: Verdict | undefined, resourceControl: Verdict | undefined): Decision {
  if (resourceControl?.denies) return denied('resource control policy', true);
  if (resource?.denies) return denied('resource-based policy', true);
  if (resourceControl && resourceControl.allows === undefined) return denied('resource control policy');
  return resource?.allows === undefined ? denied('resource-based policy') : ALLOWED;
}

interface Grants {
  readonly identity: Verdict;
  readonly boundary?: Verdict;
  readonly session?: Verdict;
  readonly resource?: Verdict;
}

function granted(
  { principal, resourceAccountId }: AccessRequest,
  { resourceDecides = false }: Policies,
  grants: Grants,
): Decision {
  const { identity, boundary, session, resource } = grants;
  const isForeign = principal.accountId !== resourceAccountId;
  if ((isForeign || resourceDecides) && resource?.allows === undefined) return denied('resource-based policy');
  // within an account a resource-based policy is enough without an identity policy
  const isNamed = !isForeign && resource?.allows !== undefined && resource.allows !== 'account';
  // a grant to a session or to everyone applies even outside its boundaries; a grant to a role only within them
  if (isNamed && (resource.allows !== 'identity' || principal.kind === 'user')) return ALLOWED;
  if (!isNamed && identity.allows === undefined) return denied('identity-based policy');
  if (boundary && boundary.allows === undefined) return denied('permissions boundary');
  if (session && session.allows === undefined) return denied('session policy');
  return ALLOWED;
}

function everyLevel(levels: readonly (readonly PolicyDocument[])[], request: AccessRequest): Verdict {
  const verdicts = levels.map(documents => evaluate(documents, request));
  return {
    denies: verdicts.some(({ denies }) => denies),
    allows: verdicts.every(({ allows }) => allows !== undefined) ? 'identity' : undefined,
  };
}
