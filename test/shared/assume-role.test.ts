import { assumeRole } from '../../lambda/shared/assume-role';
import { withEndpoint } from '../fixtures/endpoint';

const MINUTE = 60_000;
const START = Date.parse('2030-01-01T00:00:00Z');

/** STS that gives sessions of an hour; and a clock that the test moves. */
async function withSessions(work: (clock: { now: number }, enter: (roleName: string) => Promise<string>) => Promise<void>): Promise<void> {
  const clock = { now: START };
  let sessions = 0;
  const tags = (values: Record<string, string>) => Object.entries(values).map(([name, value]) => `<${name}>${value}</${name}>`).join('');
  await withEndpoint((_, response) => {
    const credentials = tags({
      AccessKeyId: `key-${++sessions}`, SecretAccessKey: 'secret', SessionToken: 'token', Expiration: new Date(clock.now + 60 * MINUTE).toISOString(),
    });
    response.writeHead(200, { 'content-type': 'text/xml' }).end('<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>'
      + `<Credentials>${credentials}</Credentials></AssumeRoleResult></AssumeRoleResponse>`);
  }, () => work(clock, async roleName => {
    const { accessKeyId } = await assumeRole({ roleArn: `arn:aws:iam::111111111111:role/${roleName}` }, () => clock.now);
    return accessKeyId;
  }));
}

test('a session is kept until five minutes before it ends, and renewed then', async () => {
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

test('each role has a session of its own', async () => {
  await withSessions(async (_, enter) => {
    expect(await enter('one')).toBe('key-1');
    expect(await enter('other')).toBe('key-2');
    expect(await enter('one')).toBe('key-1');
  });
});
