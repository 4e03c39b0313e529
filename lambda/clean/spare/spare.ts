import { SPARED_RESOURCES, SPARED_STACKS, STACK } from './rules';
import type { SpareRule } from './rules';
import type { Resource } from '../model';
import type { Stack } from '../ports';

/** What is spared in an account besides what the rules name. */
export interface SpareContext {
  readonly protectingTag: string;
  /** Rules of the user. */
  readonly rules: readonly SpareRule[];
  /** Ids of the resources of spared stacks, in any region. */
  readonly stackResources: ReadonlySet<string>;
  /** Ids of the default VPC and of what belongs to it. */
  readonly defaults: ReadonlySet<string>;
  /** ARNs of what carries the protecting tag. */
  readonly protectedArns: readonly string[];
}

/** Returns the rule that spares a stack, or undefined. */
export function sparedStack(stack: Stack, { protectingTag, rules }: SpareContext): string | undefined {
  if (stack.tags[protectingTag] !== undefined) return `has the tag '${protectingTag}'`;
  const type = STACK;
  return ruleFor([...SPARED_STACKS, ...rules], { type, region: stack.region, id: stack.stackName, cleaner: '' });
}

/** Returns the rule that spares a resource, or undefined. */
export function sparedResource(resource: Resource, context: SpareContext): string | undefined {
  const { protectingTag } = context;
  if (resource.tags?.[protectingTag] !== undefined) return `has the tag '${protectingTag}'`;
  if (context.protectedArns.some(arn => isArnOf(arn, resource))) return `has the tag '${protectingTag}'`;
  const { managedBy, owner } = resource.facts ?? {};
  if (managedBy !== undefined && managedBy !== '') return `managed by ${managedBy}`;
  if (owner === 'amazon' || owner === 'AWS') return 'belongs to AWS';
  const [last] = nameParts(resource.id);
  if (belongsToSparedStack(resource, context)) {
    return 'belongs to a stack that is spared';
  }
  if (context.defaults.has(resource.id) || (last !== undefined && context.defaults.has(last))) {
    return 'default network of the region';
  }
  return ruleFor([...SPARED_RESOURCES, ...context.rules], resource);
}

/** The ids of the resources of a stack are names or ARNs. */
function belongsToSparedStack({ id, arn }: Resource, { stackResources }: SpareContext): boolean {
  const [, , , , , ...rest] = arn?.split(':') ?? [];
  const [, separator, name] = /^[\w-]+([/:])(.+)$/.exec(rest.join(':')) ?? [];
  const names = [id, arn, name, name !== undefined && separator === '/' ? `/${name}` : undefined];
  return names.some(one => one !== undefined && stackResources.has(one));
}

function ruleFor(rules: readonly SpareRule[], resource: Resource): string | undefined {
  const { type, id, arn, facts } = resource;
  const all = [id, arn, facts?.name].filter(name => name !== undefined);
  const names = all.flatMap(name => [name, ...nameParts(name)]);
  return rules.find(rule => matches(rule.type, type) && names.some(name => matches(rule.id, name)))?.why;
}

/** An id of several parts begins with the most important one; an ARN or a path ends with the name. */
function nameParts(id: string): readonly string[] {
  const [first] = id.split('|');
  const last = id.split(/[:/]/).at(-1);
  return [...last === undefined ? [] : [last], ...first === undefined || first === id ? [] : [first]];
}

const patterns = new Map<string, RegExp>();

function matches(pattern: string, text: string): boolean {
  const known = patterns.get(pattern) ?? new RegExp(
    `^${pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`,
  );
  patterns.set(pattern, known);
  return known.test(text);
}

/** Whether an ARN names a resource: it is its id, or ends with it, and belongs to its service. */
export function isArnOf(arn: string, { type, id, arn: own }: Pick<Resource, 'type' | 'id' | 'arn'>): boolean {
  if (arn === id || arn === own) return true;
  const [, , service = '', , , ...rest] = arn.split(':');
  const name = rest.join(':');
  const isPath = id.startsWith('/') && name.replace(/^[\w-]+/, '') === id;
  const isSameName = name === id || isPath || name.endsWith(`/${id}`) || name.endsWith(`:${id}`);
  return isSameName && servicesOf(type).includes(service);
}

/** Prefixes of ARNs that differ from the names of services in types. */
const ARN_SERVICES: Readonly<Record<string, readonly string[]>> = {
  elasticloadbalancingv2: ['elasticloadbalancing'],
  stepfunctions: ['states'],
  opensearchservice: ['es'],
  elasticsearch: ['es'],
  efs: ['elasticfilesystem'],
  emr: ['elasticmapreduce'],
  certificatemanager: ['acm'],
  docdb: ['rds'],
  neptune: ['rds'],
  cloudwatch: ['cloudwatch', 'monitoring'],
  apigatewayv2: ['apigateway'],
  cognito: ['cognito-idp', 'cognito-identity'],
  msk: ['kafka'],
  kinesisfirehose: ['firehose'],
};

function servicesOf(type: string): readonly string[] {
  const service = (type.split('::')[1] ?? '').toLowerCase();
  return [service, ...ARN_SERVICES[service] ?? []];
}
