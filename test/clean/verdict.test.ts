import { meaningOf } from '../../lambda/clean/verdict';

const meaning = (code: string, message = '') => meaningOf({ code, message });

test.each([
  ['NotFound', 'Resource of type AWS::SQS::Queue was not found'],
  ['NoSuchEntity', 'The role cannot be found'],
  ['InvalidVolume.NotFound', "The volume 'vol-1' does not exist."],
])('%s means that the resource is deleted', (code, message) => {
  expect(meaning(code, message)).toEqual({ kind: 'deleted' });
});

test.each([
  'Throttling', 'ThrottlingException', 'ConcurrentOperationException', 'ServiceInternalError', 'NotStabilized',
])('%s is transient', code => {
  expect(meaning(code, 'x')).toEqual({ kind: 'transient' });
});

test.each([
  ['DependencyViolation', 'subnet has dependencies and cannot be deleted'],
  ['DeleteConflict', 'Cannot delete entity, must detach all policies first.'],
  ['GeneralServiceException', 'The vault cannot be deleted because it is not empty'],
  ['InvalidParameterValue', 'Network interface eni-1 is currently in use.'],
])('%s: %s waits for other resources', (code, message) => {
  expect(meaning(code, message)).toEqual({ kind: 'blocked' });
});

test.each([
  ['ManagedRuleException', 'Rule x is managed by Auto Scaling'],
  ['ConflictException', 'WorkloadIdentity is linked to a service and cannot be deleted'],
])('%s: %s is managed', (code, message) => {
  expect(meaning(code, message)).toMatchObject({ kind: 'refused', verdict: 'managed' });
});

test('a lock with a date waits until then, one without a date is locked', () => {
  expect(meaning('AccessDenied', 'protected by Object Lock until 2027-03-01T00:00:00Z'))
    .toEqual({ kind: 'refused', verdict: 'waits', until: '2027-03-01T00:00:00Z' });
  expect(meaning('AccessDenied', 'Object Lock is on')).toEqual({ kind: 'refused', verdict: 'locked' });
});

test('a date that the cleaner knows is used', () => {
  expect(meaningOf({ code: 'InvalidRequest', message: 'x', until: '2027-01-01' }))
    .toEqual({ kind: 'refused', verdict: 'waits', until: '2027-01-01' });
});

test('any other rejection is a lock', () => {
  expect(meaning('AccessDeniedException', 'explicit deny in a service control policy'))
    .toEqual({ kind: 'refused', verdict: 'locked' });
});
