import * as v from 'valibot';
import { conditionsHold } from './conditions';
import type { ConditionContext } from './conditions';
import { glob } from './glob';

const ListOrText = v.union([v.string(), v.array(v.string())]);
const Scalar = v.pipe(v.union([v.string(), v.boolean(), v.number()]), v.transform(String));

const Statement = v.object({
  Sid: v.optional(v.string()),
  Effect: v.picklist(['Allow', 'Deny']),
  Principal: v.optional(v.union([v.literal('*'), v.record(v.string(), ListOrText)])),
  Action: v.optional(ListOrText),
  NotAction: v.optional(ListOrText),
  Resource: v.optional(ListOrText),
  NotResource: v.optional(ListOrText),
  Condition: v.optional(v.record(v.string(), v.record(v.string(), v.union([Scalar, v.array(Scalar)])))),
});

export const PolicyDocument = v.object({
  Version: v.optional(v.string()),
  Statement: v.union([v.pipe(Statement, v.transform(statement => [statement])), v.array(Statement)]),
});

export type Statement = v.InferOutput<typeof Statement>;
export type PolicyDocument = v.InferOutput<typeof PolicyDocument>;

/** Who asks: `arn` is that of the role or user itself, `sessionArn` that of the session. */
export interface Principal {
  readonly accountId: string;
  readonly arn: string;
  readonly sessionArn: string;
}

export interface PolicyRequest {
  readonly principal: Principal;
  readonly action: string;
  readonly resource?: string;
  readonly context: ConditionContext;
}

/** Whether a policy that belongs to a resource (a trust policy, a bucket policy) admits the request: a Deny wins over every Allow. */
export function admits(document: PolicyDocument, request: PolicyRequest): boolean {
  const applying = document.Statement.filter(statement => applies(statement, request));
  return applying.length > 0 && applying.every(statement => statement.Effect === 'Allow');
}

/** Every principal of a policy that names a role or a user. */
export function namedPrincipals(document: PolicyDocument): string[] {
  const principals = document.Statement.flatMap(({ Principal: principal }) => typeof principal === 'object' ? listOf(principal.AWS) : []);
  return principals.filter(principal => /^arn:[^:]*:iam::[^:]*:(role|user)\//.test(principal));
}

function applies(statement: Statement, request: PolicyRequest): boolean {
  return principalMatches(statement, request.principal)
    && actionMatches(statement, request.action)
    && resourceMatches(statement, request.resource)
    && conditionsHold(statement.Condition ?? {}, request.context);
}

function principalMatches(statement: Statement, principal: Principal): boolean {
  if (statement.Principal === '*') return true;
  const accountRoot = new RegExp(`^arn:[^:]*:iam::${principal.accountId}:root$`);
  return listOf(statement.Principal?.AWS).some(named =>
    ['*', principal.accountId, principal.arn, principal.sessionArn].includes(named) || accountRoot.test(named));
}

function actionMatches(statement: Statement, action: string): boolean {
  if (statement.NotAction !== undefined) return !listOf(statement.NotAction).some(pattern => glob(pattern, 'i').test(action));
  return listOf(statement.Action).some(pattern => glob(pattern, 'i').test(action));
}

function resourceMatches(statement: Statement, resource: string | undefined): boolean {
  if (resource === undefined) return true;
  if (statement.NotResource !== undefined) return !listOf(statement.NotResource).some(pattern => glob(pattern).test(resource));
  return listOf(statement.Resource).some(pattern => glob(pattern).test(resource));
}

function listOf(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
