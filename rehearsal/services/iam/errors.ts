import type { Decision, PolicyKind } from './evaluate/decide';
import type { Caller, Permission } from '../../core/service';

type Who = Permission & { readonly caller: Caller };

/** Returns AWS's message for a denied permission. */
export function accessDeniedMessage(
  { caller, action, resource }: Who,
  decision: Exclude<Decision, { allowed: true }>,
): string {
  const sentence = `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`;
  if (decision.explicit) return `${sentence} with an explicit deny in ${article(decision.by)} ${decision.by}`;
  // STS gives no reason for trust policies
  if (action === 'sts:AssumeRole' && decision.by === 'resource-based policy') return sentence;
  return `${sentence} because no ${decision.by} allows the ${action} action`;
}

/** Returns the message for a decision that depends on unknown AWS managed policies. */
export function unknownPoliciesMessage({ caller, action, resource }: Who, arns: readonly string[]): string {
  return (
    `whether ${caller.arn} may ${action} on ${resource} depends on ${arns.join(', ')}, whose content `
    + 'is unknown to the rehearsal: '
    + 'put the needed statements into a policy of your own'
  );
}

function article(kind: PolicyKind): string {
  return kind.startsWith('identity') ? 'an' : 'a';
}
