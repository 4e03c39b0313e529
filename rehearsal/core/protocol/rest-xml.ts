import { HttpResponse } from '../service';
import { isRecord } from './json';
import type { Protocol } from './protocol';
import { matchRoute } from './routes';
import { toXml } from './xml';

const XML = { 'content-type': 'application/xml' };

/** REST with XML bodies, as S3 uses it. The single member of the output is the root element of the response. */
export const restXmlProtocol: Protocol = {
  decode(service, request) {
    return matchRoute(service, request);
  },

  encode(service, _operation, output) {
    const [name, content] = isRecord(output) ? Object.entries(output)[0] ?? [] : [];
    if (name === undefined) return new HttpResponse(200);
    return new HttpResponse(200, toXml(name, service.namespace, content), XML);
  },

  fail(_service, error, request) {
    // The response to a HEAD request has no body; the SDK reads only the status.
    const body =
      request.method === 'HEAD'
        ? ''
        : toXml('Error', undefined, { Code: error.code, Message: error.message, ...error.details });
    return new HttpResponse(error.statusCode, body, XML, error.code);
  },
};
