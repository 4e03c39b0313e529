import { STSClient } from '@aws-sdk/client-sts';
import { AwsPipelineControl } from '../../lambda/pipeline-control/aws';
import { assumeRole, newSession } from '../../lambda/shared/assume-role';
import { MemberPipelines } from '../../lambda/trigger/aws';
import { withEndpoint } from '../fixtures/endpoint';

const MINUTE = 60_000;
const START = Date.parse('2030-01-01T00:00:00Z');

/** STS that gives sessions of an hour; and a clock that the test moves. */
async function withSessions(
  work: (clock: { now: number }, enter: (roleName: string) => Promise<string>) => Promise<void>,
): Promise<void> {
  const clock = { now: START };
  let sessions = 0;
  const tags = (values: Record<string, string>) =>
    Object.entries(values)
      .map(([name, value]) => `<${name}>${value}</${name}>`)
      .join('');
  await withEndpoint(
    (_, response) => {
      const credentials = tags({
        AccessKeyId: `key-${++sessions}`,
        SecretAccessKey: 'secret',
        SessionToken: 'token',
        Expiration: new Date(clock.now + 60 * MINUTE).toISOString(),
      });
      response
        .writeHead(200, { 'content-type': 'text/xml' })
        .end(
          '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>'
            + `<Credentials>${credentials}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
        );
    },
    () =>
      work(clock, async roleName => {
        const { accessKeyId } = await assumeRole(
          { roleArn: `arn:aws:iam::111111111111:role/${roleName}` },
          () => clock.now,
        );
        return accessKeyId;
      }),
  );
}

test('caches a session until five minutes before it expires', async () => {
  await withSessions(async (clock, enter) => {
    expect(await enter('renewed')).toBe('key-1');
    clock.now = START + 55 * MINUTE - 1;
    expect(await enter('renewed')).toBe('key-1');
    clock.now = START + 55 * MINUTE;
    expect(await enter('renewed')).toBe('key-2');
    clock.now += 55 * MINUTE - 1;
    expect(await enter('renewed')).toBe('key-2');
  });
});

test('caches a session for each role', async () => {
  await withSessions(async (_, enter) => {
    expect(await enter('one')).toBe('key-1');
    expect(await enter('other')).toBe('key-2');
    expect(await enter('one')).toBe('key-1');
  });
});

test('does not cache a session of a role that may be deleted and created again', async () => {
  await withSessions(async (_, enter) => {
    const role = { roleArn: 'arn:aws:iam::111111111111:role/made-anew' };
    expect((await newSession(role)).accessKeyId).toBe('key-1');
    expect((await newSession(role)).accessKeyId).toBe('key-2');
    expect(await enter('made-anew')).toBe('key-3');
  });
});

test('sends the external id, and uses the credentials of a role that was assumed before', async () => {
  const send = jest
    .spyOn(STSClient.prototype, 'send')
    .mockResolvedValue({ Credentials: { AccessKeyId: 'key', SecretAccessKey: 'secret' } } as never);
  const roleArn = 'arn:aws:iam::111111111111:role/entrance';
  const from = { accessKeyId: 'earlier', secretAccessKey: 'secret' };
  expect(await newSession({ roleArn, externalId: 'o-123', from })).toEqual({
    accessKeyId: 'key',
    secretAccessKey: 'secret',
  });
  await newSession({ roleArn, from });
  expect(send.mock.calls.map(([{ input }]) => input)).toEqual([
    { RoleArn: roleArn, RoleSessionName: 'org-environments', ExternalId: 'o-123' },
    { RoleArn: roleArn, RoleSessionName: 'org-environments' },
  ]);
  const [client] = send.mock.contexts;
  expect(await client?.config.credentials()).toMatchObject(from);
  send.mockRestore();
});

test('assumes the role of a pipeline for every operation, because it is recreated with the pipeline', async () => {
  const used: string[] = [];
  await withEndpoint(
    (request, response) => {
      const key = /Credential=([^/]*)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      if (!request.headers['x-amz-target']) {
        const keys =
          `<AccessKeyId>key-${used.length}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>`
          + '<SessionToken>token</SessionToken>'
          + '<Expiration>2099-01-01T00:00:00Z</Expiration>';
        response.end(
          `<AssumeRoleResponse><AssumeRoleResult><Credentials>${keys}</Credentials>`
            + '</AssumeRoleResult></AssumeRoleResponse>',
        );
        return;
      }
      used.push(key);
      response.end('{}');
    },
    async () => {
      const pipeline = { accountId: '111111111111', region: 'eu-central-1', pipelineName: 'dev' };
      for (let times = 0; times < 2; times++) {
        await new MemberPipelines('aws').start({ ...pipeline, commitId: 'abc', token: 'token' });
      }
      for (let times = 0; times < 2; times++) {
        await new AwsPipelineControl('aws').enable({ ...pipeline, gate: 'Synth' });
      }
    },
  );
  expect(used).toEqual(['key-0', 'key-1', 'key-2', 'key-3']);
});
