import { isOperator } from './evaluate/conditions';
import { listOf } from '../../core/policy-document';
import type { PolicyDocument, Statement } from '../../core/policy-document';
import { AwsError } from '../../core/service';

/** Kind of a policy. For control and resource policies fewer rules of AWS are known. */
export type PolicyUse = 'identity' | 'trust' | 'control' | 'resource';

/** @param placeholders generated names that may be ARNs on AWS */
export function assertValid(
  document: PolicyDocument,
  use: PolicyUse,
  code: string,
  placeholders: ReadonlySet<string>,
): void {
  const mistake = mistakeIn(document, use, placeholders);
  if (mistake !== undefined) throw new AwsError(code, mistake);
}

/** Returns AWS's error for an invalid policy, if any. */
export function mistakeIn(
  { Statement: statements }: PolicyDocument,
  use: PolicyUse,
  placeholders: ReadonlySet<string> = new Set(),
): string | undefined {
  const isOfIam = use === 'identity' || use === 'trust';
  return (
    firstOf(statements, unknownOperator)
    ?? (isOfIam ? (repeatedSid(statements) ?? firstOf(statements, missingAction)) : undefined)
    ?? (use === 'trust' ? firstOf(statements, resourceInTrust) : undefined)
    ?? (use === 'identity' ? firstOf(statements, statement => wrongResource(statement, placeholders)) : undefined)
    ?? (use === 'resource' ? undefined : firstOf(statements, unprefixedAction))
  );
}

function firstOf(
  statements: readonly Statement[],
  mistakeOf: (statement: Statement) => string | undefined,
): string | undefined {
  return statements.map(mistakeOf).find(mistake => mistake !== undefined);
}

function unknownOperator({ Condition: conditions = {} }: Statement): string | undefined {
  const unknown = Object.entries(conditions).find(
    ([operator, keys]) => !isOperator(operator) && Object.keys(keys).length > 0,
  );
  return unknown && `Invalid Condition type : ${unknown[0]}.`;
}

function repeatedSid(statements: readonly Statement[]): string | undefined {
  const sids = statements.flatMap(({ Sid: sid }) => sid ?? []).filter(sid => sid !== '');
  return new Set(sids).size < sids.length ? 'Statement IDs (SID) in a single policy must be unique.' : undefined;
}

function missingAction({ Action: actions, NotAction: others }: Statement): string | undefined {
  return listOf(others ?? actions).length === 0 ? 'Policy statement must contain actions.' : undefined;
}

function unprefixedAction({ Action: actions, NotAction: others }: Statement): string | undefined {
  const isUnprefixed = listOf(others ?? actions).some(action => !action.includes(':') && !/^\*+$/.test(action));
  return isUnprefixed ? 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.' : undefined;
}

function resourceInTrust({ Resource: resources, NotResource: others }: Statement): string | undefined {
  return resources === undefined && others === undefined ? undefined : 'Has prohibited field Resource';
}

function wrongResource(
  { Resource: resources, NotResource: others }: Statement,
  placeholders: ReadonlySet<string>,
): string | undefined {
  const named = listOf(others ?? resources);
  if (named.length === 0) return 'Policy statement must contain resources.';
  const wrong = named.find(
    resource =>
      !resource.includes(':') && !/^\*+$/.test(resource) && ![...placeholders].some(text => resource.includes(text)),
  );
  return wrong === undefined ? undefined : `Resource ${wrong} must be in ARN format or "*".`;
}
