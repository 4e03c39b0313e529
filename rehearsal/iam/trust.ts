import type { Caller } from '../service';
import type { Iam, Role } from './iam';
import { admits } from './policy';

export interface TrustRequest {
  readonly caller: Caller;
  readonly action: string;
  readonly externalId?: string;
  /** The organization of the caller's account, if it belongs to one. */
  readonly organizationId?: string;
}

/** Whether a role's trust policy lets the caller assume it. Policies of the caller's own identity are not asked. */
export function trusts(iam: Iam, role: Role, request: TrustRequest): boolean {
  const principal = iam.principal(request.caller);
  return admits(role.trust, {
    principal,
    action: request.action,
    context: {
      'sts:ExternalId': request.externalId,
      'aws:PrincipalArn': principal.arn,
      'aws:PrincipalAccount': principal.accountId,
      'aws:PrincipalOrgID': request.organizationId,
    },
  });
}
