import * as v from 'valibot';
import { JsonValue } from './json-text';

const ListOrText = v.union([v.string(), v.array(v.string())]);
const Scalar = v.pipe(v.union([v.string(), v.boolean(), v.number()]), v.transform(String));
const Principals = v.optional(v.union([v.literal('*'), v.record(v.string(), ListOrText)]));

const Statement = v.object({
  Sid: v.optional(v.string()),
  Effect: v.picklist(['Allow', 'Deny']),
  Principal: Principals,
  NotPrincipal: Principals,
  Action: v.optional(ListOrText),
  NotAction: v.optional(ListOrText),
  Resource: v.optional(ListOrText),
  NotResource: v.optional(ListOrText),
  Condition: v.optional(v.record(v.string(), v.record(v.string(), v.union([Scalar, v.array(Scalar)])))),
});

export const PolicyDocument = v.pipe(
  JsonValue,
  v.object({
    Version: v.optional(v.string()),
    Statement: v.union([v.pipe(Statement, v.transform(statement => [statement])), v.array(Statement)]),
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
