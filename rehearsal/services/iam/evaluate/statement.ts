import { conditionsHold } from './conditions';
import { anyAction, matchesResource, withVariables } from './pattern';
import { matchPrincipal, type PrincipalMatch } from './principals';
import type { AccessRequest } from './request';
import { listOf } from '../../../core/policy-document';
import type { PolicyDocument, Statement } from '../../../core/policy-document';

/** What one policy, or several of the same kind, say of a request. */
export interface Verdict {
  readonly denies: boolean;
  /** How an Allow names the principal, of several the one that gives most; undefined: there is none. A policy that names none allows its owner. */
  readonly allows?: PrincipalMatch;
}

/** From the least to the most: what is given to everybody is given to a session itself, and so is more than what is given to its role. */
const CLOSENESS: readonly PrincipalMatch[] = ['account', 'identity', 'anybody', 'session'];

/** Every request looks at the actions of every statement: what they are is read once. */
const namedActions = new WeakMap<Statement, RegExp>();

/** The policies of an identity, a boundary, an organization: they name no principal. */
export function judge(documents: readonly PolicyDocument[], request: AccessRequest): Verdict {
  return verdictOf(documents, (statement, document) => appliesTo(statement, document, request) ? 'identity' : undefined);
}

/** A policy that belongs to a resource names principals. */
export function judgeResource(document: PolicyDocument, request: AccessRequest, hasBoundary: boolean): Verdict {
  return verdictOf([document], statement => {
    // AWS warns of it: whoever has a boundary is denied although he is left out
    const isCaught = hasBoundary && statement.Effect === 'Deny' && statement.NotPrincipal !== undefined;
    const match = isCaught ? 'anybody' : matchPrincipal(statement, request.principal);
    return match !== undefined && appliesTo(statement, document, request) ? match : undefined;
  });
}

function verdictOf(
  documents: readonly PolicyDocument[], match: (statement: Statement, document: PolicyDocument) => PrincipalMatch | undefined,
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
    listOf(patterns).map(pattern => hasVariables && pattern.includes('${') ? withVariables(pattern, request.context) : pattern);
  // with a variable that has no value a resource is neither named nor left out
  if (statement.NotResource !== undefined) {
    return filled(statement.NotResource).every(pattern => pattern !== undefined && !matchesResource(pattern, resource));
  }
  // a trust policy names no resource: it is that of its role
  return statement.Resource === undefined || filled(statement.Resource).some(pattern => pattern !== undefined && matchesResource(pattern, resource));
}
