import { describeFailures, firstLineOf } from '../../../cli/output/failures';

const reason = 'Received response status [FAILED] from custom resource. Message returned: Error: it broke\n\n'
  + 'Logs: /aws/lambda/Shop-Handler-123\n\n'
  + '    at Runtime.handler (/var/task/framework.js:1:2) (RequestId: 4cf0e5d4-17fc-4faa-b74f-8859c74be0c3)';
const failure = { stackName: 'Shop', accountId: '111111111111', logicalId: 'A', type: 'Custom::A', reason };

test('the first line of a reason is the message, without stack trace and request id, and is not cut', () => {
  expect(firstLineOf(reason))
    .toBe('Error: it broke');
  expect(firstLineOf('x'.repeat(500))).toHaveLength(500);
});

test('a failure has the path of its construct as the app names it', () => {
  const path = 'Cicd/OrgEnvironmentsPreconditions/Resource/Default/Default';
  expect(describeFailures([{ ...failure, path }])).toEqual([
    '✗ Cicd/OrgEnvironmentsPreconditions (Custom::A in account 111111111111): Error: it broke',
  ]);
});

test('failures are described once, without the resources that were cancelled because of them', () => {
  const cancelled = { ...failure, logicalId: 'B', reason: 'Resource creation cancelled' };
  expect(describeFailures([failure, failure]))
    .toEqual(['✗ Shop/A (Custom::A in account 111111111111): Error: it broke']);
  expect(describeFailures([cancelled, failure])).toEqual([expect.stringMatching(/it broke$/)]);
  expect(describeFailures([cancelled])).toEqual([expect.stringMatching(/Resource creation cancelled$/)]);
});
