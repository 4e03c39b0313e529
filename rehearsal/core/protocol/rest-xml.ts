import { HttpResponse } from '../service';
import { isRecord } from './json';
import type { Protocol } from './protocol';
import { matchRoute } from './routes';
import { toXml } from './xml';

const XML = { 'content-type': 'application/xml' };

/** REST with XML bodies, as S3 speaks it: the output is one document, named by the single member of what the operation answers. */
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
    // A HEAD request has no body in its answer: the SDK reads the status alone.
    const body = request.method === 'HEAD' ? '' : toXml('Error', undefined, { Code: error.code, Message: error.message, ...error.details });
    return new HttpResponse(error.statusCode, body, XML, error.code);
  },
};
