import { conditionsHold } from './conditions';
import { anyAction, matchesResource, withVariables } from './pattern';
import { matchPrincipal, type PrincipalMatch } from './principals';
import type { AccessRequest } from './request';
import { listOf } from '../../../core/policy-document';
import type { PolicyDocument, Statement } from '../../../core/policy-document';

/** The result of one or several policies of the same kind. */
export interface Verdict {
  readonly denies: boolean;
  /**
   * How an Allow names the principal; of several, the broadest. Undefined without an Allow. A policy without principals
   * allows its owner.
   */
  readonly allows?: PrincipalMatch;
}

/**
 * From the narrowest to the broadest: a grant to everyone includes the session, and so does more than a grant to its
 * role.
 */
const CLOSENESS: readonly PrincipalMatch[] = ['account', 'identity', 'everyone', 'session'];

/** Cache of compiled actions, which every request evaluates. */
const namedActions = new WeakMap<Statement, RegExp>();

/** Evaluates policies without principals: of an identity, a boundary or an organization. */
export function evaluate(documents: readonly PolicyDocument[], request: AccessRequest): Verdict {
  return verdictOf(documents, (statement, document) =>
    appliesTo(statement, document, request) ? 'identity' : undefined,
  );
}

/** Evaluates a resource-based policy, which names principals. */
export function evaluateResource(document: PolicyDocument, request: AccessRequest, hasBoundary: boolean): Verdict {
  return verdictOf([document], statement => {
    // as AWS warns: a principal with a boundary is denied although NotPrincipal names it
    const isCaught = hasBoundary && statement.Effect === 'Deny' && statement.NotPrincipal !== undefined;
    const match = isCaught ? 'everyone' : matchPrincipal(statement, request.principal);
    return match !== undefined && appliesTo(statement, document, request) ? match : undefined;
  });
}

function verdictOf(
  documents: readonly PolicyDocument[],
  match: (statement: Statement, document: PolicyDocument) => PrincipalMatch | undefined,
): Verdict {
  let denies = false;
  let closest = -1;
  for (const document of documents) {
    for (const statement of document.Statement) {
      const found = match(statement, document);
      if (found === undefined) continue;
      if (statement.Effect === 'Deny') denies = true;
      else closest = Math.max(closest, CLOSENESS.indexOf(found));
    }
  }
  return { denies, allows: CLOSENESS[closest] };
}

function appliesTo(statement: Statement, document: PolicyDocument, request: AccessRequest): boolean {
  const hasVariables = document.Version === '2012-10-17';
  return actionMatches(statement, request.action)
    && resourceMatches(statement, request, hasVariables)
    && (statement.Condition === undefined || conditionsHold(statement.Condition, request.context, hasVariables));
}

function actionMatches(statement: Statement, action: string): boolean {
  let named = namedActions.get(statement);
  if (named === undefined) {
    named = anyAction(listOf(statement.NotAction ?? statement.Action));
    namedActions.set(statement, named);
  }
  return named.test(action) === (statement.NotAction === undefined);
}

function resourceMatches(statement: Statement, request: AccessRequest, hasVariables: boolean): boolean {
  const { resource } = request;
  const filled = (patterns: Statement['Resource']): readonly (string | undefined)[] =>
    listOf(patterns).map(pattern =>
      hasVariables && pattern.includes('${') ? withVariables(pattern, request.context) : pattern,
    );
  // a resource with an unresolved variable is neither included nor excluded
  if (statement.NotResource !== undefined) {
    return filled(statement.NotResource).every(pattern => pattern !== undefined && !matchesResource(pattern, resource));
  }
  // a trust policy has no resource: it applies to its role
  return (
    statement.Resource === undefined
    || filled(statement.Resource).some(pattern => pattern !== undefined && matchesResource(pattern, resource))
  );
}
