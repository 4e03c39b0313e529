import { errorIn, isTransient, objectPath } from '../../../rehearsal/core/protocol/client';
import { authorizationOf, credentialScope } from '../../../rehearsal/core/protocol/signature';

test.each([
  [400, 'Throttling', true],
  [400, 'ThrottlingException', true],
  [503, 'SlowDown', true],
  [400, 'TooManyRequestsException', true],
  [400, 'RequestLimitExceeded', true],
  [429, 'Unknown', true],
  [500, '', true],
  [403, 'AccessDenied', false],
  [404, 'NoSuchKey', false],
])('whether a client retries a response %i %s: %s', (status, code, expected) => {
  expect(isTransient(status, code)).toBe(expected);
});

test.each([
  ['<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>a &quot;b&quot;</Message></Error>'],
  ['<ErrorResponse xmlns="x"><Error><Code>SlowDown</Code><Message>a "b"</Message></Error></ErrorResponse>'],
  ['{"__type":"SlowDown","message":"a \\"b\\""}'],
])('the error in %s is read', body => {
  expect(errorIn(Buffer.from(body))).toEqual({ code: 'SlowDown', message: 'a "b"' });
});

test('the path of an object keeps its slashes', () => {
  expect(objectPath('site', '/a b/c+d')).toBe('/site//a%20b/c%2Bd');
});

test('the signer of a request is found in its header', () => {
  const signer = { accessKeyId: 'AKIA', region: 'eu-west-1', service: 's3' };
  const headers = { authorization: authorizationOf(signer) };
  expect(credentialScope({ method: 'GET', path: '/', query: new URLSearchParams(), headers, body: Buffer.alloc(0) }))
    .toEqual(signer);
});
