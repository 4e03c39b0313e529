import * as v from 'valibot';
import { JsonValue } from './json-text';

const ListOrText = v.union([v.string(), v.array(v.string())]);
const Scalar = v.pipe(v.union([v.string(), v.boolean(), v.number()]), v.transform(String));
const Principals = v.optional(v.union([v.literal('*'), v.record(v.string(), ListOrText)]));

const SYNTAX_ERROR = 'Syntax errors in policy.';

/** Elements of a statement. AWS rejects a policy with others, for example `Conditions`. */
const Statement = v.strictObject({
  Sid: v.optional(v.string()),
  Effect: v.picklist(['Allow', 'Deny'], SYNTAX_ERROR),
  Principal: Principals,
  NotPrincipal: Principals,
  Action: v.optional(ListOrText),
  NotAction: v.optional(ListOrText),
  Resource: v.optional(ListOrText),
  NotResource: v.optional(ListOrText),
  Condition: v.optional(v.record(v.string(), v.record(v.string(), v.union([Scalar, v.array(Scalar)])))),
}, SYNTAX_ERROR);

export const PolicyDocument = v.pipe(
  JsonValue,
  v.object({
    Version: v.optional(v.string()),
    Statement: v.pipe(v.unknown(), v.transform(given => Array.isArray(given) ? given : [given]), v.array(Statement)),
  }),
);

export type Statement = v.InferOutput<typeof Statement>;
export type PolicyDocument = v.InferOutput<typeof PolicyDocument>;

/**
 * The condition keys of a request and their values; IAM ignores the case of keys. A list is a key with several values.
 */
export type ConditionContext = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Returns the principals of a policy that are roles or users. */
export function namedPrincipals(document: PolicyDocument): string[] {
  const principals = document.Statement.flatMap(({ Principal: principal }) =>
    typeof principal === 'object' ? listOf(principal.AWS) : [],
  );
  return principals.filter(principal => /^arn:[^:]*:iam::[^:]*:(role|user)\//.test(principal));
}

export function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
