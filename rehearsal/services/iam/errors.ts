import type { Decision, PolicyKind } from './evaluate/decide';
import type { Caller, Permission } from '../../core/service';

type Who = Permission & { readonly caller: Caller };

/** Why somebody may not, in the words of AWS. */
export function accessDeniedMessage({ caller, action, resource }: Who, decision: Exclude<Decision, { allowed: true }>): string {
  const sentence = `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`;
  if (decision.explicit) return `${sentence} with an explicit deny in ${article(decision.by)} ${decision.by}`;
  // of trust policies STS tells nothing
  if (action === 'sts:AssumeRole' && decision.by === 'resource-based policy') return sentence;
  return `${sentence} because no ${decision.by} allows the ${action} action`;
}

/** The rehearsal cannot know: what AWS has written into these policies decides. */
export function unknownPoliciesMessage({ caller, action, resource }: Who, arns: readonly string[]): string {
  return `whether ${caller.arn} may ${action} on ${resource} depends on ${arns.join(', ')}, whose content the rehearsal does not know: `
    + 'write what is needed into a policy of your own';
}

function article(kind: PolicyKind): string {
  return kind.startsWith('identity') ? 'an' : 'a';
}
