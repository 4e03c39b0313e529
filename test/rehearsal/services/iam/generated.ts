import * as fc from 'fast-check';
import type { PolicyDocument, Statement } from '../../../../rehearsal/core/policy-document';
import { listOf } from '../../../../rehearsal/core/policy-document';
import type { Policies } from '../../../../rehearsal/services/iam/evaluate/decide';
import type { AccessRequest, Principal } from '../../../../rehearsal/services/iam/evaluate/request';

/** A request and all policies that apply to it. */
export interface Case {
  readonly request: AccessRequest;
  readonly policies: Policies;
}

const HOME = '111111111111';
const OTHER = '222222222222';

const KEY = `arn:aws:kms:eu-west-1:${HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const ROLE = `arn:aws:iam::${HOME}:role/target`;

interface Target {
  readonly action: string;
  readonly resource: string;
  readonly patterns: readonly string[];
  /** Only the resource-based policy decides. */
  readonly decides?: boolean;
}

/** Few values, so that policies often match requests. */
const TARGETS: readonly Target[] = [
  {
    action: 's3:GetObject',
    resource: 'arn:aws:s3:::shop-assets/red/one.txt',
    patterns: [
      'arn:aws:s3:::shop-assets/*',
      'arn:aws:s3:::shop-*/red/*.txt',
      'arn:aws:s3:::shop-assets/${aws:PrincipalTag/team}/*',
      'arn:aws:s3:::*/on?.txt',
      'arn:aws:s3:::SHOP-assets/*',
    ],
  },
  {
    action: 's3:PutObject',
    resource: 'arn:aws:s3:::shop-assets/a$b',
    patterns: [
      'arn:aws:s3:::shop-assets/a${$}b',
      'arn:aws:s3:::shop-assets/a?b',
      'arn:aws:s3:::shop-assets',
      'arn:aws:s3:*',
    ],
  },
  {
    action: 'ssm:GetParameter',
    resource: `arn:aws:ssm:eu-west-1:${HOME}:parameter/shop/url`,
    patterns: [
      `arn:aws:ssm:*:${HOME}:parameter/shop/*`,
      `arn:aws:ssm:eu-west-?:${HOME}:parameter/*url`,
      'arn:aws:ssm:eu-*',
      `arn:aws:ssm:eu-west-1:${OTHER}:parameter/*`,
    ],
  },
  { action: 'kms:Decrypt', resource: KEY, patterns: [`arn:aws:kms:*:${HOME}:key/*`, 'arn:aws:kms:*'], decides: true },
  {
    action: 'sts:AssumeRole',
    resource: ROLE,
    patterns: [`arn:aws:iam::${HOME}:role/*`, 'arn:aws:iam::*:role/target'],
    decides: true,
  },
];
const ROLES = ['trusted', 'team/deployer'] as const;
const SERVICE = 'events.amazonaws.com';
const ACTIONS = [
  's3:*',
  's3:Get*',
  'S3:getobject',
  's3:GetObject',
  's3:PutObject',
  '*',
  'ssm:Get?arameter',
  'ssm:GetParameter*',
  'kms:*',
  'sts:*',
  'sts:Assume*',
];

const some = <T>(...items: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...items);
const oneOrMore = (item: fc.Arbitrary<string>): fc.Arbitrary<string | string[]> =>
  fc.oneof(item, fc.uniqueArray(item, { minLength: 1, maxLength: 3 }));

const principal: fc.Arbitrary<Principal> = fc
  .record({
    accountId: some(HOME, HOME, OTHER),
    name: some(...ROLES),
    kind: some('session', 'session', 'session', 'user', 'user', 'root', 'service'),
  })
  .map(({ accountId, name, kind }): Principal => {
    if (kind === 'service') return { kind, accountId: '', arn: SERVICE, sessionArn: SERVICE };
    if (kind === 'root') {
      return { kind, accountId, arn: `arn:aws:iam::${accountId}:root`, sessionArn: `arn:aws:iam::${accountId}:root` };
    }
    if (kind === 'user') {
      return {
        kind: 'user',
        accountId,
        arn: `arn:aws:iam::${accountId}:user/${name}`,
        sessionArn: `arn:aws:iam::${accountId}:user/${name}`,
      };
    }
    const session = `arn:aws:sts::${accountId}:assumed-role/${name.split('/').at(-1)}/session`;
    return {
      kind: 'session',
      accountId,
      arn: `arn:aws:iam::${accountId}:role/${name.split('/').at(-1)}`,
      sessionArn: session,
    };
  });

/** Condition keys with the values of requests and of conditions. */
const TEXT_KEYS = {
  'aws:PrincipalTag/team': ['red', 'blue', 'Red', 're*'],
  'aws:Referer': ['secret', 'Secret', ''],
  'aws:RequestedRegion': ['eu-west-1', 'us-east-1'],
};
const TEXT_PATTERNS = [
  'red',
  'RED',
  're?',
  '*',
  'eu-*',
  'secret',
  's*t',
  '',
  '${aws:PrincipalTag/team}',
  "${aws:RequestTag/none, 'red'}",
  '${aws:RequestTag/none}',
];
const NUMBERS = ['0', '5', '10', '5.0', '-3'];
const TIMES = ['2026-01-01T00:00:00Z', '2026-06-01T12:00:00Z', '2026-06-01'];
const ADDRESSES = ['203.0.113.9', '198.51.100.1'];
const NETWORKS = ['203.0.113.0/24', '203.0.113.9', '128.0.0.0/1', '198.51.100.0/30'];
const ARNS = [
  `arn:aws:iam::${HOME}:role/trusted`,
  `arn:aws:iam::${OTHER}:role/deployer`,
  'arn:aws:events:eu-west-1:111111111111:rule/moved:1',
];
const ARN_PATTERNS = [
  ...ARNS,
  `arn:aws:iam::${HOME}:role/*`,
  'arn:aws:iam::*:role/t?usted',
  'arn:aws:events:*:*:rule/*',
  `arn:*:iam::${HOME}:*`,
];
const TAG_KEYS = ['team', 'cost', 'owner'];

const sparse = fc.record({
  ...Object.fromEntries(Object.entries(TEXT_KEYS).map(([key, values]) => [key, some(...values)])),
  'aws:MultiFactorAuthAge': some(...NUMBERS),
  'aws:CurrentTime': some(...TIMES),
  'aws:SecureTransport': some('true', 'false'),
  'aws:SourceIp': some(...ADDRESSES),
  'aws:SourceArn': some(...ARNS),
  'aws:TagKeys': fc.uniqueArray(some(...TAG_KEYS), { minLength: 1, maxLength: 3 }),
}, { requiredKeys: [] });
const contexts: fc.Arbitrary<Record<string, string | string[]>> = sparse.map(
  context =>
    Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined)) as Record<
      string,
      string | string[]
    >,
);

const casing = (key: string): fc.Arbitrary<string> => some(key, key, key.toLowerCase(), key.toUpperCase());
/** The combination of ForAnyValue and IfExists is undocumented. */
const ifExists = (operator: string): fc.Arbitrary<string> =>
  operator.startsWith('ForAny') ? some(operator) : some(operator, operator, `${operator}IfExists`);

type Condition = Record<string, Record<string, string | string[]>>;

function condition(
  operators: readonly string[],
  keys: readonly string[],
  values: readonly string[],
): fc.Arbitrary<Condition> {
  return fc
    .tuple(some(...operators).chain(ifExists), some(...keys).chain(casing), oneOrMore(some(...values)))
    .map(([operator, key, expected]) => ({ [operator]: { [key]: expected } }));
}

const STRINGS = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
];
const COMPARISONS = ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'];
const conditions = fc.oneof(
  { weight: 4, arbitrary: condition(STRINGS, Object.keys(TEXT_KEYS), TEXT_PATTERNS) },
  condition(
    COMPARISONS.map(name => `Numeric${name}`),
    ['aws:MultiFactorAuthAge'],
    NUMBERS,
  ),
  condition(
    COMPARISONS.map(name => `Date${name}`),
    ['aws:CurrentTime'],
    TIMES,
  ),
  condition(['Bool'], ['aws:SecureTransport'], ['true', 'false', 'True']),
  condition(['IpAddress', 'NotIpAddress'], ['aws:SourceIp'], NETWORKS),
  condition(['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'], ['aws:SourceArn'], ARN_PATTERNS),
  condition(
    STRINGS.slice(0, 2)
      .concat('StringLike', 'StringNotLike')
      .flatMap(name => [`ForAllValues:${name}`, `ForAnyValue:${name}`]),
    ['aws:TagKeys'],
    [...TAG_KEYS, 't*'],
  ),
  fc
    .tuple(some(...Object.keys(TEXT_KEYS), 'aws:TagKeys', 'aws:SourceArn').chain(casing), some('true', 'false'))
    .map(([key, value]) => ({ Null: { [key]: value } })),
);

function statement(target: Target, extra: fc.Arbitrary<Partial<Statement>>): fc.Arbitrary<Statement> {
  const resources = oneOrMore(some('*', '*', target.resource, ...target.patterns));
  return fc.record({
    Effect: some('Allow' as const, 'Allow' as const, 'Allow' as const, 'Deny' as const),
    actions: oneOrMore(some(...ACTIONS, target.action, target.action)),
    resources,
    notAction: fc.integer({ min: 0, max: 9 }),
    notResource: fc.integer({ min: 0, max: 9 }),
    condition: fc.option(fc.array(conditions, { minLength: 1, maxLength: 2 }), { nil: undefined, freq: 2 }),
    extra,
  }).map(({ Effect, actions, resources: named, notAction, notResource, condition: held, extra: more }) => ({
    Effect,
    ...notAction === 0 ? { NotAction: actions } : { Action: actions },
    ...notResource === 0 ? { NotResource: named } : { Resource: named },
    ...held && { Condition: Object.assign({}, ...held) },
    ...more,
  }));
}

function documents(
  target: Target,
  extra: fc.Arbitrary<Partial<Statement>> = fc.constant({}),
): fc.Arbitrary<PolicyDocument> {
  return (
    fc
      .record({
        version: some('2012-10-17', '2012-10-17', '2008-10-17', undefined),
        Statement: fc.array(statement(target, extra), { minLength: 1, maxLength: 3 }),
      })
      // the other implementation resolves variables in every policy version
      .map(({ version, Statement: statements }) =>
        JSON.stringify(statements).includes('${')
          ? { Version: '2012-10-17', Statement: statements }
          : { ...(version !== undefined && { Version: version }), Statement: statements },
      )
  );
}

function naming(who: Principal): fc.Arbitrary<Partial<Statement>> {
  // whether { AWS: '*' } includes services is undocumented
  const own =
    who.kind === 'service' ? [] : [who.arn, who.sessionArn, `arn:aws:iam::${who.accountId}:root`, who.accountId, '*'];
  const names = oneOrMore(some(...own, `arn:aws:iam::${OTHER}:role/somebody`, `arn:aws:iam::${HOME}:root`));
  const services = oneOrMore(some(SERVICE, SERVICE, 'lambda.amazonaws.com'));
  const principals = fc.oneof(
    { arbitrary: some<Statement['Principal']>('*'), weight: 1 },
    { arbitrary: names.map(AWS => ({ AWS })), weight: who.kind === 'service' ? 1 : 4 },
    { arbitrary: services.map(Service => ({ Service })), weight: who.kind === 'service' ? 4 : 1 },
    { arbitrary: fc.record({ AWS: names, Service: services }), weight: 1 },
  );
  return fc
    .tuple(principals, fc.integer({ min: 0, max: 4 }))
    .map(([named, choice]) => (choice === 0 ? { Effect: 'Deny', NotPrincipal: named } : { Principal: named }));
}

const wholeArn = (pattern: string): string => pattern.split(':').length < 6 ? '*' : pattern;

/**
 * A resource control policy only denies, for all principals; AWS allows no wildcard action, no NotAction and no
 * shortened ARN.
 */
function fences(target: Target): fc.Arbitrary<PolicyDocument> {
  return documents(target, fc.constant({ Effect: 'Deny', Principal: '*' })).map(
    ({ Version: _version, Statement: statements }) => ({
      Version: '2012-10-17',
      Statement: statements.map(({ Action, NotAction, Resource, NotResource, ...rest }) => ({
        ...rest,
        Action: listOf(Action ?? NotAction).map(action => (action === '*' ? 'ssm:*' : action)),
        ...(Resource === undefined
          ? { NotResource: listOf(NotResource).map(wholeArn) }
          : { Resource: listOf(Resource).map(wholeArn) }),
      })),
    }),
  );
}

/** A trust policy has actions of STS, no resource and no NotPrincipal. */
function trust(document: PolicyDocument | undefined): PolicyDocument | undefined {
  return (
    document && {
      ...document,
      Statement: document.Statement.map(({ Resource, NotResource, NotPrincipal, ...rest }) => ({
        ...rest,
        Principal: rest.Principal ?? NotPrincipal,
      })),
    }
  );
}

/** Generated cases that combine all kinds of policies. */
export const cases: fc.Arbitrary<Case> = fc
  .tuple(some(...TARGETS), principal, contexts)
  .chain(([target, who, context]) => {
    const own = documents(target);
    const request: AccessRequest = {
      principal: who,
      action: target.action,
      resource: target.resource,
      resourceAccountId: HOME,
      context,
    };
    const fence = fc.option(fc.array(own, { minLength: 1, maxLength: 2 }), { nil: undefined, freq: 2 });
    const levels = (document: fc.Arbitrary<PolicyDocument>, minLength: number) =>
      fc.option(fc.array(fc.array(document, { minLength, maxLength: 2 }), { minLength: 1, maxLength: 2 }), {
        nil: undefined,
        freq: 2,
      });
    const isBound = who.kind === 'session' || who.kind === 'user';
    return fc
      .record({
        identity: isBound ? fc.array(own, { maxLength: 3 }) : fc.constant([]),
        boundary: isBound ? fence : fc.constant(undefined),
        session:
          who.kind === 'session'
            ? fc.option(
              own.map(document => [document]),
              { nil: undefined, freq: 2 },
            )
            : fc.constant(undefined),
        serviceControl: who.kind === 'service' ? fc.constant(undefined) : levels(own, 1),
        resourceControl: levels(fences(target), 0),
        resource: target.decides
          ? documents(target, naming(who))
          : fc.option(documents(target, naming(who)), { nil: undefined, freq: 3 }),
      })
      .map(({ resource, session, ...policies }) => ({
        request,
        // the other implementation limits a resource-based grant to a session by the session policy
        policies: {
          ...policies,
          session: resource && who.accountId === HOME ? undefined : session,
          resourceDecides: target.decides,
          resource: target.resource === ROLE ? trust(resource) : resource,
        },
      }));
  });
