import { HttpResponse } from '../service';
import { isRecord } from './json';
import type { Protocol } from './protocol';
import { matchRoute, responseHeaders } from './routes';
import { fromXml, toXml, withItems } from './xml';

const XML = { 'content-type': 'application/xml' };

/**
 * REST with XML bodies. As S3 uses it, the single member of the output is the root element of the response. A service
 * with `restNames` uses the members of the SDK instead.
 */
export const restXmlProtocol: Protocol = {
  decode(service, request) {
    const matched = matchRoute(service, request);
    if (matched === undefined || service.restNames === undefined) return matched;
    const body = fromXml(request.body, service.restNames.items ?? {});
    return { operation: matched.operation, input: { ...body, ...matched.input } };
  },

  encode(service, operation, output) {
    if (service.restNames !== undefined) {
      const content = withItems(output ?? {}, service.restNames.items ?? {});
      const headers = { ...responseHeaders(service, output), ...XML };
      return new HttpResponse(200, toXml(`${operation}Response`, service.namespace, content), headers);
    }
    const [name, content] = isRecord(output) ? Object.entries(output)[0] ?? [] : [];
    if (name === undefined) return new HttpResponse(200);
    return new HttpResponse(200, toXml(name, service.namespace, content), XML);
  },

  fail(service, error, request) {
    const content = { Code: error.code, Message: error.message, ...error.details };
    const document =
      service.restNames === undefined
        ? toXml('Error', undefined, content)
        : toXml('ErrorResponse', service.namespace, {
          Error: { Type: error.statusCode < 500 ? 'Sender' : 'Receiver', ...content },
        });
    // The response to a HEAD request has no body; the SDK reads only the status.
    return new HttpResponse(error.statusCode, request.method === 'HEAD' ? '' : document, XML, error.code);
  },
};
