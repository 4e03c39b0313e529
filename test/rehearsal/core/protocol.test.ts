import { asQuery, queryProtocol } from '../../../rehearsal/core/protocol/query';
import { restJsonProtocol } from '../../../rehearsal/core/protocol/rest-json';
import { restXmlProtocol } from '../../../rehearsal/core/protocol/rest-xml';
import type { HttpRequest, Service } from '../../../rehearsal/core/service';

function request(method: string, target: string, body = ''): HttpRequest {
  const [path, query] = target.split('?');
  return { method, path, query: new URLSearchParams(query), headers: {}, body: Buffer.from(body) };
}

const service = (routes: Record<string, string>): Service => ({
  name: 'x',
  protocol: 'rest-json',
  namespace: 'urn:x',
  operations: {},
  routes,
});

describe('the query protocol', () => {
  test('parses lists, structures and maps from the names of a form', () => {
    const form =
      'Action=CreateStack&Version=1&StackName=one&Tags.member.2.Key=b&Tags.member.1.Key=a&Tags.member.1.Value=x%20y&'
      + 'Empty=&Limits.entry.1.key=k&Limits.entry.1.value=v';
    expect(queryProtocol.decode(service({}), request('POST', '/', form))).toEqual({
      operation: 'CreateStack',
      input: { StackName: 'one', Tags: [{ Key: 'a', Value: 'x y' }, { Key: 'b' }], Limits: { k: 'v' } },
    });
  });

  test('parses the attributes of messages of SNS', () => {
    const form = 'Action=Publish&MessageAttributes.entry.1.Name=kind&MessageAttributes.entry.1.Value.DataType=String&'
      + 'MessageAttributes.entry.1.Value.StringValue=sale';
    expect(queryProtocol.decode(service({}), request('POST', '/', form))?.input).toEqual({
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'sale' } },
    });
  });

  test('encodes binary values with base64', () => {
    expect(asQuery({ Value: { BinaryValue: Buffer.from('hello') } })).toEqual({ Value: { BinaryValue: 'aGVsbG8=' } });
  });

  test('keeps the order of long lists', () => {
    const names = Array.from({ length: 12 }, (_item, index) => `Names.member.${index + 1}=${index}`);
    const form = `Action=List&${names.join('&')}`;
    expect(queryProtocol.decode(service({}), request('POST', '/', form))?.input.Names).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      '10',
      '11',
    ]);
  });

  test('serializes lists as members and escapes text', () => {
    const { body } = queryProtocol.encode(service({}), 'List', {
      Names: ['a<b', 'c&d'],
      At: new Date(0),
      Missing: undefined,
    });
    expect(body).toContain(
      '<ListResult><Names><member>a&lt;b</member><member>c&amp;d</member></Names>'
        + '<At>1970-01-01T00:00:00.000Z</At></ListResult>',
    );
  });
});

describe('the REST protocols', () => {
  const routes = {
    Location: 'GET /{Bucket}?location',
    Get: 'GET /{Bucket}/{Key+}',
    Invoke: 'POST /2015-03-31/functions/{FunctionName}/invocations',
    List: 'GET /',
  };

  test.each([
    ['GET', '/bucket?location=', 'Location', { Bucket: 'bucket', location: '' }],
    [
      'GET',
      '/bucket/a/b%20c.txt?x-id=GetObject',
      'Get',
      { 'Bucket': 'bucket', 'Key': 'a/b c.txt', 'x-id': 'GetObject' },
    ],
    ['POST', '/2015-03-31/functions/arn%3Aaws%3Alambda/invocations', 'Invoke', { FunctionName: 'arn:aws:lambda' }],
    ['GET', '/', 'List', {}],
  ])('%s %s is %s', (method, target, operation, input) => {
    expect(restXmlProtocol.decode(service(routes), request(method, target))).toEqual({ operation, input });
  });

  test('a path without a route is not an operation', () => {
    expect(restXmlProtocol.decode(service(routes), request('DELETE', '/bucket'))).toBeUndefined();
  });

  test('labels of the path take precedence over members of the body', () => {
    const decoded = restJsonProtocol.decode(
      service(routes),
      request('POST', '/2015-03-31/functions/one/invocations', '{"FunctionName":"two","Other":1}'),
    );
    expect(decoded?.input).toEqual({ FunctionName: 'one', Other: 1 });
  });
});
