import {
  RecordChangedError, isAccessDenied, isNamed, isNotSignedUp, isPermanentAwsError, isTransient,
} from '../../lambda/shared/errors';

function errorOf(name: string, details: object = {}, message = 'because'): Error {
  return Object.assign(new Error(message), { name, ...details });
}

const rejected = { $metadata: { httpStatusCode: 400 } };

describe('an error', () => {
  test.each<[string, unknown]>([
    ['of a concurrent writer', new RecordChangedError('account#1')],
    ['of throttling', errorOf('TooManyRequestsException', rejected)],
    ['of the network', errorOf('Error', { code: 'ECONNRESET' })],
    ['with status 500', errorOf('Unknown', { $metadata: { httpStatusCode: 500 } })],
    ['that the SDK calls retryable', errorOf('Unknown', { $retryable: {} })],
  ])('%s is transient, and not permanent', (_, error) => {
    expect([isTransient(error), isPermanentAwsError(error)]).toEqual([true, false]);
  });

  test.each<[string, unknown, boolean]>([
    ['that AWS rejects', errorOf('ValidationException', rejected), true],
    ['with status 499', errorOf('Unknown', { $metadata: { httpStatusCode: 499 } }), true],
    ['of our own', new Error('wrong'), false],
    ['of the file system', errorOf('Error', { code: 'ENOENT' }), false],
    ['with a code that is a number', errorOf('Error', { code: 42 }), false],
    ['that is a text', 'TooManyRequestsException', false],
    ['that is an object', { name: 'TooManyRequestsException', $metadata: { httpStatusCode: 500 } }, false],
  ])('%s is not transient', (_, error, isPermanent) => {
    expect([isTransient(error), isPermanentAwsError(error)]).toEqual([false, isPermanent]);
  });

  test('is denied by its name', () => {
    const names = ['AccessDenied', 'AccessDeniedException', 'ValidationException'];
    expect(names.map(name => isAccessDenied(errorOf(name)))).toEqual([true, true, false]);
    expect(isNamed({ name: 'AccessDenied' }, 'AccessDenied')).toBe(false);
  });

  test.each<[unknown, boolean]>([
    [errorOf('OptInRequired'), true],
    [errorOf('SubscriptionRequiredException'), true],
    [errorOf('InvalidAction', {}, 'The account is not signed up for the service'), true],
    [errorOf('AccessDenied', {}, 'not authorized'), false],
    [{ name: 'OptInRequired', message: '' }, false],
  ])('%p of an account that is not signed up is recognized: %p', (error, expected) => {
    expect(isNotSignedUp(error)).toBe(expected);
  });
});
