import { HttpResponse } from '../service';
import { isRecord } from './json';
import type { Protocol } from './protocol';
import { placed } from './query';
import { toXml } from './xml';

const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';
const REQUEST_ID = '00000000-0000-4000-8000-000000000000';
const XML = { 'content-type': 'text/xml' };

/** The query protocol of EC2: lists have no `member`, and the members of the output are the response. */
export const ec2Protocol: Protocol = {
  decode(_service, request) {
    const form = new URLSearchParams(request.body.toString('utf8'));
    const operation = form.get('Action');
    if (operation === null) return undefined;
    const input = Object.entries(placed(form)).map(([name, value]) => [name, withLists(value)]);
    return { operation, input: Object.fromEntries(input) };
  },

  encode(_service, operation, output) {
    const content = { requestId: REQUEST_ID, ...isRecord(output) ? output : {} };
    return new HttpResponse(200, toXml(`${operation}Response`, NAMESPACE, content, 'item'), XML);
  },

  fail(_service, error) {
    const content = { Errors: { Error: { Code: error.code, Message: error.message } }, RequestID: REQUEST_ID };
    return new HttpResponse(error.statusCode, toXml('Response', undefined, content), XML, error.code);
  },
};

/** Members with numbers as names are lists. */
function withLists(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([name, inner]): [string, unknown] => [name, withLists(inner)]);
  if (!entries.every(([name]) => /^\d+$/.test(name))) return Object.fromEntries(entries);
  return entries.sort(([one], [other]) => Number(one) - Number(other)).map(([, inner]) => inner);
}
