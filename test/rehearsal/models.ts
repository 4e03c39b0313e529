import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { HttpResponse } from '../../rehearsal/core/service';

/** Packages of the SDK by the name of the service in signatures. */
const CLIENTS: Readonly<Record<string, string>> = {
  'account': 'account',
  'cloudfront-keyvaluestore': 'cloudfront-keyvaluestore',
  'cloudfront': 'cloudfront',
  'events': 'eventbridge',
  'globalaccelerator': 'global-accelerator',
  'monitoring': 'cloudwatch',
  'route53': 'route-53',
  's3': 's3',
  'cloudformation': 'cloudformation',
  'cloudtrail': 'cloudtrail',
  'codebuild': 'codebuild',
  'codecommit': 'codecommit',
  'codepipeline': 'codepipeline',
  'dynamodb': 'dynamodb',
  'ecr': 'ecr',
  'iam': 'iam',
  'lambda': 'lambda',
  'organizations': 'organizations',
  'servicequotas': 'service-quotas',
  'ssm': 'ssm',
  'states': 'sfn',
  'sts': 'sts',
};

/** Errors that any operation of AWS can raise, and that no operation declares. */
const COMMON = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'InternalFailure',
  'InvalidClientTokenId',
  'OptInRequired',
  'SerializationException',
  'ServiceUnavailable',
  'Throttling',
  'ThrottlingException',
  'UnrecognizedClientException',
  'ValidationError',
  'ValidationException',
]);

/** S3 documents them for all operations, and declares them for none. */
const COMMON_IN_S3 = new Set(['NoSuchBucketPolicy', 'NoSuchTagSet', 'SlowDown']);

type Schema = readonly unknown[];

const load = createRequire(__filename);

/** Whether the SDK has a client of the service, and with it a model. */
export function isModelled(service: string): boolean {
  return Object.hasOwn(CLIENTS, service);
}

/** Returns the errors that AWS declares for an operation. */
export function declaredErrors(service: string, operation: string): Set<string> {
  const folder = path.join(path.dirname(require.resolve(`@aws-sdk/client-${CLIENTS[service]}`)), '..');
  const text = readFileSync(path.join(folder, `dist-types/commands/${operation}Command.d.ts`), 'utf8');
  return new Set([...text.matchAll(/@throws \{@link (\w+)\}/g)].map(([, name]) => name));
}

export function isDeclared(service: string, operation: string, code: string): boolean {
  const isCommon = COMMON.has(code) || (service === 's3' && COMMON_IN_S3.has(code));
  return isCommon || declaredErrors(service, operation).has(code);
}

/** Returns the paths of the members of an answer that the model of AWS does not have. */
export function unknownMembers(service: string, operation: string, answer: unknown): string[] {
  const model: unknown = load(`@aws-sdk/client-${CLIENTS[service]}`)[`${operation}$`];
  if (!isSchema(model)) return [`the SDK has no operation ${service}:${operation}`];
  return answer instanceof HttpResponse ? [] : unknownIn(model[5], withoutRoot(service, answer), operation);
}

/** The answers of S3 have a root element, which the model does not name. */
function withoutRoot(service: string, answer: unknown): unknown {
  if (service !== 's3' || typeof answer !== 'object' || answer === null) return answer;
  const [[root, content] = ['', undefined], ...others] = Object.entries(answer);
  return root.endsWith('Result') && others.length === 0 ? content : answer;
}

function unknownIn(given: unknown, value: unknown, at: string): string[] {
  const schema = resolved(given);
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return [];
  if (!isSchema(schema)) return [];
  const [kind] = schema;
  if (kind === 1 && Array.isArray(value)) {
    return value.flatMap(member => unknownIn(schema[4], member, `${at}[]`));
  }
  if (kind === 2) return Object.values(value).flatMap(member => unknownIn(schema[5], member, `${at}{}`));
  if (kind !== 3 && kind !== 4) return [];
  const [names, members] = [schema[4], schema[5]];
  if (!Array.isArray(names) || !Array.isArray(members)) return [];
  return Object.entries(value).filter(([, member]) => member !== undefined).flatMap(([name, member]) => {
    const index = names.indexOf(name);
    return index < 0 ? [`${at}.${name}`] : unknownIn(members[index], member, `${at}.${name}`);
  });
}

/** A schema can be a function that returns it, and have traits beside it. */
function resolved(given: unknown): unknown {
  if (typeof given === 'function') return resolved(given());
  return Array.isArray(given) && typeof given[0] !== 'number' ? resolved(given[0]) : given;
}

function isSchema(value: unknown): value is Schema {
  return Array.isArray(value) && typeof value[0] === 'number';
}
