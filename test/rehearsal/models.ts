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
  'logs': 'cloudwatch-logs',
  'organizations': 'organizations',
  'secretsmanager': 'secrets-manager',
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

/**
 * The model of S3 declares few errors; the others are documented.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const COMMON_IN_S3 = new Set([
  'BucketNotEmpty', 'MalformedPolicy', 'NoSuchBucket', 'NoSuchBucketPolicy', 'NoSuchObjectLockConfiguration',
  'NoSuchTagSet', 'NotImplemented', 'SlowDown',
]);

const IN_QUERY_PROTOCOL = new Set(['cloudformation', 'iam', 'sts']);

type Schema = readonly unknown[];

const load = createRequire(__filename);

/** Whether the SDK has a client of the service, and with it a model. */
export function isModelled(service: string): boolean {
  return Object.hasOwn(CLIENTS, service);
}

/** Returns the errors that AWS declares for an operation. */
export function declaredErrors(service: string, operation: string): Set<string> {
  const client = `@aws-sdk/client-${CLIENTS[service]}`;
  const folder = path.join(path.dirname(require.resolve(client)), '..');
  const text = readFileSync(path.join(folder, `dist-types/commands/${operation}Command.d.ts`), 'utf8');
  const names = [...text.matchAll(/@throws \{@link (\w+)\}/g)].map(([, name]) => name);
  return new Set(IN_QUERY_PROTOCOL.has(service) ? names.map(name => codeOf(load(client)[`${name}$`], name)) : names);
}

/** The code of an error in the query protocol can differ from its name. */
function codeOf(error: unknown, name: string): string {
  const traits: unknown = isSchema(error) ? error[3] : undefined;
  if (typeof traits !== 'object' || traits === null || !('awsQueryError' in traits)) return name;
  return Array.isArray(traits.awsQueryError) ? String(traits.awsQueryError[0]) : name;
}

export function isDeclared(service: string, operation: string, code: string): boolean {
  const isCommon = COMMON.has(code) || (service === 's3' && COMMON_IN_S3.has(code));
  return isCommon || declaredErrors(service, operation).has(code);
}

/** Returns the paths of the members of an answer that the model of AWS does not have. */
export function unknownMembers(service: string, operation: string, answer: unknown): string[] {
  const model: unknown = load(`@aws-sdk/client-${CLIENTS[service]}`)[`${operation}$`];
  if (!isSchema(model)) return [`the SDK has no operation ${service}:${operation}`];
  // dynalite answers; in one process, its attributes are values and no documents
  if (service === 'dynamodb') return [];
  return answer instanceof HttpResponse ? [] : unknownIn(model[5], withoutRoot(service, answer), operation);
}

/** The answers of S3 have a root element, which the model does not name. */
function withoutRoot(service: string, answer: unknown): unknown {
  if (service !== 's3' || typeof answer !== 'object' || answer === null) return answer;
  const [[root, content] = ['', undefined], ...others] = Object.entries(answer);
  return /(Result|Tagging)$/.test(root) && others.length === 0 ? content : answer;
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
    const index = indexOf(name, names, members);
    return index < 0 ? [`${at}.${name}`] : unknownIn(members[index], member, `${at}.${name}`);
  });
}

/** In XML, a member can have another name. */
function indexOf(name: string, names: readonly unknown[], members: readonly unknown[]): number {
  const index = names.indexOf(name);
  return index >= 0 ? index : members.findIndex(member => Array.isArray(member) && hasXmlName(member[1], name));
}

function hasXmlName(traits: unknown, name: string): boolean {
  return typeof traits === 'object' && traits !== null && 'xmlName' in traits && traits.xmlName === name;
}

/** A schema can be a function that returns it, and have traits beside it. */
function resolved(given: unknown): unknown {
  if (typeof given === 'function') return resolved(given());
  return Array.isArray(given) && typeof given[0] !== 'number' ? resolved(given[0]) : given;
}

function isSchema(value: unknown): value is Schema {
  return Array.isArray(value) && typeof value[0] === 'number';
}
