import { awsError, FakeApi } from './fake-api';
import { FunctionCleaner } from '../../lambda/clean/aws/function-cleaner';

const functionArn = 'arn:aws:lambda:eu-west-1:222222222222:function:lakes';
const type = 'Example::Data::Lake';
const INVOKE = `lambda:POST /2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`;

function cleanerWith(answer: Record<string, unknown> | Error) {
  const api = new FakeApi({ [INVOKE]: answer });
  return { api, cleaner: new FunctionCleaner({ functionArn, types: [type] }, api, '333333333333') };
}

const lake = { type, region: 'us-east-1', id: 'lake-1', cleaner: functionArn, tags: { team: 'a' } };

test('a function of the user lists its types in the region of the account', async () => {
  const { api, cleaner } = cleanerWith({ resources: [{ id: 'lake-1', tags: { team: 'a' } }] });
  expect(cleaner.types()).toEqual([{ type, cleaner: functionArn, isGlobal: false, isAlwaysListed: true }]);
  expect(await cleaner.list({ type, region: 'us-east-1', cleaner: functionArn })).toEqual({ resources: [lake] });
  expect(api.calls[0]).toMatchObject({
    region: 'eu-west-1', input: { accountId: '333333333333', region: 'us-east-1', type, action: 'list' },
  });
});

test.each([
  [{ state: 'deleted' }, { state: 'deleted' }],
  [{ state: 'running' }, { state: 'running', request: 'started' }],
  [
    { state: 'failed', code: 'Locked', message: 'a lock', until: '2027-01-01' },
    { state: 'failed', failure: { code: 'Locked', message: 'a lock', until: '2027-01-01' } },
  ],
  [
    { errorType: 'Error', errorMessage: 'it has thrown' },
    { state: 'failed', failure: { code: 'Error', message: 'it has thrown' } },
  ],
])('the response %j of a deletion means %j', async (answer, expected) => {
  expect(await cleanerWith(answer).cleaner.delete(lake)).toEqual(expected);
});

test('a function that cannot be invoked is an error, and no empty list', async () => {
  const { cleaner } = cleanerWith(awsError('ResourceNotFoundException', 'Function not found'));
  await expect(cleaner.list({ type, region: 'us-east-1', cleaner: functionArn })).rejects
    .toThrow(`cannot invoke the cleaner '${functionArn}': ResourceNotFoundException: Function not found`);
});
