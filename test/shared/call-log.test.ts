import { Logger } from '@aws-lambda-powertools/logger';
import { OrganizationsClient, MoveAccountCommand, DescribeAccountCommand } from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { clientDefaults } from '../../lambda/shared/clients';
import { loggedApi } from '../../lambda/shared/logged-api';
import { withSessionName } from '../../lambda/shared/session-name';
import { withEndpoint } from '../fixtures/endpoint';

const ACCOUNT = '333333333333';
const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
const options = () => ({ ...clientDefaults(), region: 'eu-west-1', credentials, maxAttempts: 1 });

/** Returns the entries of the log that the work writes for calls. AWS answers each call with a status. */
async function entriesOf(work: () => Promise<unknown>, status = 200) {
  const write = jest.spyOn(Logger.prototype, 'info').mockImplementation();
  try {
    const body = '<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>';
    await withEndpoint(
      ({ headers }, response) => {
        const isJson = String(headers['content-type']).includes('json');
        response.writeHead(status).end(isJson ? '{}' : body);
      },
      async () => withSessionName('prod', 'request-1', async () => work().catch(() => undefined)),
    );
    return write.mock.calls.filter(([message]) => message === 'call').map(([, entry]) => entry);
  } finally {
    write.mockRestore();
  }
}

const move = async () => new OrganizationsClient(options()).send(new MoveAccountCommand({
  AccountId: ACCOUNT, SourceParentId: 'r-ab12', DestinationParentId: 'ou-ab12-cdefgh34',
}));

test('a change is logged with what it changes, and with the session that leads to the request', async () => {
  expect(await entriesOf(move)).toEqual([expect.objectContaining({
    operation: 'Organizations:MoveAccount',
    session: 'prod.request-1',
    AccountId: ACCOUNT,
    SourceParentId: 'r-ab12',
    DestinationParentId: 'ou-ab12-cdefgh34',
  })]);
});

test('the entry into an account is logged, without the external id and the credentials', async () => {
  const [entry, ...others] = await entriesOf(async () => new STSClient(options()).send(new AssumeRoleCommand({
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/Access`, RoleSessionName: 'prod.request-1', ExternalId: 'a secret',
  })));
  expect(entry).toMatchObject({ operation: 'STS:AssumeRole', RoleArn: `arn:aws:iam::${ACCOUNT}:role/Access` });
  expect(JSON.stringify(entry)).not.toContain('secret');
  expect(others).toEqual([]);
});

test('neither a read nor a call that has failed is logged', async () => {
  expect(await entriesOf(async () => new OrganizationsClient(options()).send(
    new DescribeAccountCommand({ AccountId: ACCOUNT }),
  ))).toEqual([]);
  expect(await entriesOf(move, 400)).toEqual([]);
});

test('a change without a client of the SDK is logged, a read is not', async () => {
  const call = (operation: string) => async () => loggedApi(async () => credentials, 'aws').call({
    service: 'account', region: 'us-east-1', operation, input: { AccountId: ACCOUNT, Title: 'Finance' },
  });
  const [entry] = await entriesOf(call('POST /putAlternateContact'));
  expect(entry).toMatchObject({ operation: 'account:POST /putAlternateContact', AccountId: ACCOUNT });
  expect(entry).not.toHaveProperty('Title');
  expect(await entriesOf(call('GET /something'))).toEqual([]);
});
