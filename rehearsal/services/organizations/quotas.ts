import { AwsError } from '../../core/service';

/** Quotas by policy type: characters including white space, and attachments to a root, unit or account. */
const CONTROL_POLICIES: Readonly<Record<string, { readonly size: number; readonly attached: number } | undefined>> = {
  SERVICE_CONTROL_POLICY: { size: 10_240, attached: 10 },
  RESOURCE_CONTROL_POLICY: { size: 5120, attached: 5 },
};
const UNITS = 2000;
const LEVELS = 5;

export function assertPolicyWithinQuotas(type: string, content: unknown, attached: number): void {
  const quota = CONTROL_POLICIES[type];
  if (quota === undefined) return;
  const { length } = typeof content === 'string' ? content : JSON.stringify(content);
  if (length > quota.size) {
    throw exceeded('POLICY_CONTENT_LIMIT_EXCEEDED', 'You have exceeded the maximum policy size.');
  }
  if (attached > quota.attached) {
    throw exceeded(
      'MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED',
      'You have attached the maximum number of policies to the specified target.',
    );
  }
}

/** @param level number of units from the root to the new one, inclusive */
export function assertUnitWithinQuotas(level: number, units: number): void {
  if (level > LEVELS) {
    throw exceeded(
      'OU_DEPTH_LIMIT_EXCEEDED',
      `You attempted to create an OU tree that is too many levels deep: ${LEVELS} are possible.`,
    );
  }
  if (units >= UNITS) {
    throw exceeded(
      'OU_NUMBER_LIMIT_EXCEEDED',
      `You attempted to exceed the number of OUs that you can have in an organization: ${UNITS}.`,
    );
  }
}

function exceeded(reason: string, message: string): AwsError {
  return new AwsError('ConstraintViolationException', message, 400, { Reason: reason });
}
