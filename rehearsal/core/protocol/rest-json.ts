import { HttpResponse } from '../service';
import { isRecord, toJson } from './json';
import type { Protocol } from './protocol';
import { matchRoute, responseHeaders } from './routes';

/** REST with JSON bodies: method and path determine the operation. */
export const restJsonProtocol: Protocol = {
  decode(service, request) {
    const matched = matchRoute(service, request);
    return matched && { operation: matched.operation, input: { ...bodyMembers(request.body), ...matched.input } };
  },

  encode(service, _operation, output) {
    const headers = { ...responseHeaders(service, output), 'content-type': 'application/json' };
    return new HttpResponse(200, toJson(output ?? {}), headers);
  },

  fail(_service, error) {
    const body = toJson({ ...error.details, message: error.message });
    return new HttpResponse(
      error.statusCode,
      body,
      { 'content-type': 'application/json', 'x-amzn-errortype': error.code },
      error.code,
    );
  },
};

/** A body that is not a JSON object is a payload, which the operation reads from the request. */
function bodyMembers(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
