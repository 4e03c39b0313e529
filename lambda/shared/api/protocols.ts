import { createHash } from 'node:crypto';
import { XMLParser } from 'fast-xml-parser';
import type { ApiService } from './services';

export interface EncodedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
  readonly body: string;
}

type Input = Readonly<Record<string, unknown>>;

const xml = new XMLParser({ ignoreAttributes: true, parseTagValue: false });

/** In REST protocols, a GET or DELETE has its input in the query, and `body` is XML that is sent as it is. */
export function encodeRequest(service: ApiService, operation: string, input: Input): EncodedRequest {
  switch (service.protocol) {
    case 'json': return post(`application/x-amz-json-${service.version}`, JSON.stringify(input), {
      'x-amz-target': `${service.target}.${operation}`,
    });
    case 'query':
    case 'ec2': {
      const action: [string, string][] = [['Action', operation], ['Version', service.version]];
      const parameters = [...action, ...parametersOf(service, input)];
      return post('application/x-www-form-urlencoded', new URLSearchParams(parameters).toString());
    }
    case 'rest-json':
    case 'rest-xml': return rest(service.protocol, operation, input);
  }
}

function post(type: string, body: string, headers: Record<string, string> = {}): EncodedRequest {
  return { method: 'POST', path: '/', query: {}, headers: { 'content-type': type, ...headers }, body };
}

function rest(protocol: 'rest-json' | 'rest-xml', operation: string, input: Input): EncodedRequest {
  const [method = 'GET', target = '/'] = operation.split(' ');
  const [path = '/', search = ''] = target.split('?');
  const query = Object.fromEntries(new URLSearchParams(search));
  if (method === 'GET' || method === 'DELETE') {
    const values = Object.entries(input).filter(([, value]) => value !== undefined);
    Object.assign(query, Object.fromEntries(values.map(([name, value]) => [name, String(value)])));
    return { method, path, query, headers: {}, body: '' };
  }
  if (protocol === 'rest-json') {
    return { method, path, query, headers: { 'content-type': 'application/json' }, body: JSON.stringify(input) };
  }
  const body = String(input.body ?? '');
  const sum = createHash('sha256').update(body).digest('base64');
  return { method, path, query, headers: { 'content-type': 'application/xml', 'x-amz-checksum-sha256': sum }, body };
}

/** The names of lists are as in the API: `Filter: [{ Name, Value: [] }]` for EC2. */
function parametersOf(service: ApiService, value: unknown, name = ''): [string, string][] {
  if (value === undefined) return [];
  if (Array.isArray(value)) {
    const member = service.protocol === 'ec2' ? '' : '.member';
    return value.flatMap((item, index) => parametersOf(service, item, `${name}${member}.${index + 1}`));
  }
  if (typeof value !== 'object' || value === null) return [[name, String(value)]];
  const prefix = name === '' ? '' : `${name}.`;
  return Object.entries(value).flatMap(([key, inner]) => parametersOf(service, inner, `${prefix}${key}`));
}

export function decodeResponse({ protocol }: ApiService, operation: string, text: string): Input {
  if (text.trim() === '') return {};
  if (protocol === 'json' || protocol === 'rest-json') return objectOf(JSON.parse(text));
  const [root] = Object.values(rootsOf(text));
  const outer = objectOf(root);
  return protocol === 'query' ? objectOf(outer[`${operation}Result`]) : outer;
}

/** An error as the SDK throws it: with the name that AWS gives it, and the status. */
export function decodeError({ protocol }: ApiService, response: Response, text: string): Error {
  const { code, message } = protocol === 'json' || protocol === 'rest-json'
    ? jsonError(response, text)
    : xmlError(text);
  const error = new Error(message);
  error.name = code ?? `Status${response.status}`;
  return Object.assign(error, { $metadata: { httpStatusCode: response.status } });
}

function jsonError(response: Response, text: string) {
  const body = text.startsWith('{') ? objectOf(JSON.parse(text)) : {};
  const type = response.headers.get('x-amzn-errortype') ?? body.__type ?? body.code ?? body.Code;
  const code = type === undefined ? undefined : String(type).split(':')[0]?.split('#').at(-1);
  return { code, message: String(body.message ?? body.Message ?? text.slice(0, 300)) };
}

function xmlError(text: string) {
  const [root] = text.startsWith('<') ? Object.values(rootsOf(text)) : [];
  const outer = objectOf(root);
  const error = outer.Code === undefined ? objectOf(outer.Error ?? objectOf(outer.Errors).Error) : outer;
  const code = error.Code === undefined ? undefined : String(error.Code);
  return { code, message: String(error.Message ?? text.slice(0, 300)) };
}

function rootsOf(text: string): Record<string, unknown> {
  const { '?xml': _, ...roots } = objectOf(xml.parse(text));
  return roots;
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? value as Record<string, unknown> : {};
}

/** Returns the value at a path of a response, for example `snapshotSet.item`. */
export function valueAt(value: unknown, path: string): unknown {
  if (path === '') return value;
  return path.split('.').reduce<unknown>((inner, key) => objectOf(inner)[key], value);
}

/**
 * Returns the items at a path, also of lists in lists. In XML, a list of one item is the item, and an empty one is
 * missing.
 */
export function itemsAt(value: unknown, path: string): readonly unknown[] {
  const keys = path === '' ? [] : path.split('.');
  return keys.reduce((items, key) => items.flatMap(item => listOf(objectOf(item)[key])), listOf(value));
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === '' || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

export function textAt(value: unknown, path: string): string | undefined {
  const found = valueAt(value, path);
  return found === undefined || found === null || typeof found === 'object' ? undefined : String(found);
}

/** Text in an XML document. */
export function xmlText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
