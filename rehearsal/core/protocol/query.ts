import { HttpResponse } from '../service';
import { isRecord } from './json';
import type { Protocol } from './protocol';
import { toXml } from './xml';

const REQUEST_ID = '00000000-0000-4000-8000-000000000000';
const XML = { 'content-type': 'text/xml' };

/** AWS Query: the request is a form, the response is XML. */
export const queryProtocol: Protocol = {
  decode(_service, request) {
    const form = new URLSearchParams(request.body.toString('utf8'));
    const operation = form.get('Action');
    return operation === null ? undefined : { operation, input: nested(form) };
  },

  encode(service, operation, output) {
    const content = { [`${operation}Result`]: output ?? {}, ResponseMetadata: { RequestId: REQUEST_ID } };
    const { namespace, restNames } = service;
    return new HttpResponse(200, toXml(`${operation}Response`, namespace, content, 'member', restNames?.items), XML);
  },

  fail(service, error) {
    const content = {
      Error: {
        Type: error.statusCode < 500 ? 'Sender' : 'Receiver',
        Code: error.code,
        Message: error.message,
        ...error.details,
      },
      RequestId: REQUEST_ID,
    };
    return new HttpResponse(
      error.statusCode,
      toXml('ErrorResponse', service.namespace, content, 'member'),
      XML,
      error.code,
    );
  },
};

/** Converts an input to what the same input decoded from a form would be: text leaves, and no empty values. */
export function asQuery(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given = Object.entries(input).filter(
    ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(given.map(([name, value]) => [name, leaf(value)]));
}

function leaf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(leaf);
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  }
  if (!isRecord(value)) return String(value);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, leaf(member)]),
  );
}

function nested(form: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries(Object.entries(placed(form)).map(([name, value]) => [name, withLists(value)]));
}

/** Returns the parameters of a form as objects, by the parts of their names. */
export function placed(form: URLSearchParams): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [name, value] of form) {
    // An empty list is sent as an empty value; AWS treats an empty top-level value as absent.
    if (name !== 'Action' && name !== 'Version' && !(value === '' && !name.includes('.'))) {
      place(root, name.split('.'), value);
    }
  }
  return root;
}

function place(target: Record<string, unknown>, path: readonly string[], value: string): void {
  const [head, ...rest] = path;
  if (rest.length === 0) {
    target[head] = value;
    return;
  }
  const known = target[head];
  const child = isRecord(known) ? known : {};
  target[head] = child;
  place(child, rest, value);
}

function withLists(value: unknown): unknown {
  if (!isRecord(value)) return value;
  if (isRecord(value.member)) return byNumber(value.member).map(withLists);
  if (isRecord(value.entry)) {
    return Object.fromEntries(
      byNumber(value.entry)
        .filter(isRecord)
        // the attributes of messages of SNS have other names
        .map(({ key, value: item, Name, Value }) => [String(key ?? Name), withLists(item ?? Value)]),
    );
  }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withLists(member)]));
}

function byNumber(items: Record<string, unknown>): unknown[] {
  return Object.entries(items).sort(([one], [other]) => Number(one) - Number(other)).map(([, item]) => item);
}
