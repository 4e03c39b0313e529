import type { Role } from './identities';
import type { PolicyDocument } from '../../core/policy-document';
import { AwsError } from '../../core/service';

/** Default quotas of an account. Those of trust policies and attached policies can be raised. */
const TRUST_SIZE = 2048;
const MANAGED_POLICY_SIZE = 6144;
const INLINE_POLICIES_SIZE = 10_240;
const ATTACHED_POLICIES = 10;

/** @throws AwsError if the policies of a role exceed the quotas */
export function assertRoleWithinQuotas({ roleName, trust, policies, managedPolicyArns }: Role): void {
  if (sizeOf(trust) > TRUST_SIZE) throw exceeded(`Cannot exceed quota for ACLSizePerRole: ${TRUST_SIZE}`);
  if (managedPolicyArns.length > ATTACHED_POLICIES) {
    throw exceeded(`Cannot exceed quota for PoliciesPerRole: ${ATTACHED_POLICIES}`);
  }
  const inline = Object.values(policies).reduce((sum, document) => sum + sizeOf(document), 0);
  if (inline > INLINE_POLICIES_SIZE) {
    throw exceeded(`Maximum policy size of ${INLINE_POLICIES_SIZE} bytes exceeded for role ${roleName}`);
  }
}

export function assertManagedPolicyWithinQuotas(document: PolicyDocument): void {
  if (sizeOf(document) > MANAGED_POLICY_SIZE) {
    throw exceeded(`Cannot exceed quota for PolicySize: ${MANAGED_POLICY_SIZE}`);
  }
}

/** White space does not count. */
function sizeOf(document: PolicyDocument): number {
  return JSON.stringify(document).replace(/\s/g, '').length;
}

function exceeded(message: string): AwsError {
  return new AwsError('LimitExceeded', message, 409);
}
