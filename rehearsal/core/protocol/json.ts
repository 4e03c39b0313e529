import { AwsError, HttpResponse } from '../service';
import type { Protocol } from './protocol';

/** AWS JSON 1.0 and 1.1: the header `X-Amz-Target` names the operation. */
export const jsonProtocol: Protocol = {
  decode(_service, request) {
    const operation = request.headers['x-amz-target']?.split('.').at(-1);
    return operation === undefined ? undefined : { operation, input: parseJsonObject(request.body) };
  },

  encode(_service, _operation, output) {
    return new HttpResponse(200, toJson(output ?? {}), { 'content-type': 'application/x-amz-json-1.1' });
  },

  fail(_service, error) {
    const body = toJson({ ...error.details, __type: error.code, message: error.message });
    return new HttpResponse(
      error.statusCode,
      body,
      { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': error.code },
      error.code,
    );
  },
};

export function parseJsonObject(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  const value = parseJson(body);
  if (!isRecord(value)) throw new AwsError('SerializationException', 'the body of the request is not a JSON object');
  return value;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new AwsError(
      'SerializationException',
      `the body of the request is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Serializes as AWS does: times in seconds since 1970, binary values in Base64. */
export function toJson(value: unknown): string {
  return JSON.stringify(plain(value));
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
  return value;
}
