import { withDeletionAdvice, withReconcileAdvice } from '../../lambda/shared/advice';

const AGAIN = 'delete it again (if it is no longer in the app, put it back and deploy first)';

test.each([
  ['remove the cause, then deploy again', `remove the cause, then ${AGAIN}`],
  ['it waits for AWS; deploy again in a few minutes', `it waits for AWS; in a few minutes, ${AGAIN}`],
  ['deploy the Organization again', 'deploy the Organization again'],
  ['deploy again to apply what the app declares now', 'deploy again to apply what the app declares now'],
  ['deploy again, or declare it as before', 'deploy again, or declare it as before'],
])('the error of a deletion does not advise only to deploy again: %s', (message, expected) => {
  expect(withDeletionAdvice(message)).toBe(expected);
});

test('the error of a repair names the command that repairs', () => {
  expect(withReconcileAdvice('remove it, then deploy again')).toBe(
    'remove it, then run: org-environments reconcile --all',
  );
  expect(withReconcileAdvice('remove it, then deploy again', 'dev')).toBe(
    'remove it, then run: org-environments reconcile --environment dev',
  );
});
