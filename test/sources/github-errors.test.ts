import { generateKeyPairSync } from 'node:crypto';
import { asPerson, CREDENTIALS_ARN, HostWorld } from './host-world';
import { isTransient } from '../../lambda/shared/errors';
import { parseCredentials } from '../../lambda/sources/credentials';
import type { HostCredentials } from '../../lambda/sources/credentials';
import { BranchMovedError, HostError } from '../../lambda/sources/source';
import { HostResponse, REHEARSAL_TOKEN, rehearsalCredentials } from '../../rehearsal/hosts/host';

const repositoryName = 'acme/shop';
const RIGHTS = "give the token or the GitHub App the permissions 'Contents: read and write', 'Metadata: read', for "
  + "backports and the removal of branches 'Pull requests: read and write', and for reviews and checks "
  + "'Administration: read and write'";

let world: HostWorld;
afterEach(() => world.stop());

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

async function start(credentials?: HostCredentials): Promise<void> {
  world = await HostWorld.start('github', { credentials });
}

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(() => undefined, (error: unknown) => error);
}

const create = async () => world.host.createBranch(repositoryName, 'env/dev', await world.head('main'));

test('a token that is wrong or has expired is reported with its secret', async () => {
  await start({ token: 'expired' });
  const error = await errorOf(world.host.head(repositoryName, 'main'));
  expect(error).toBeInstanceOf(HostError);
  expect(String(error)).toContain(
    `GitHub rejected the credentials in secret ${CREDENTIALS_ARN} for repository 'acme/shop', because they are wrong `
      + 'or have expired (Bad credentials): store new ones in the secret',
  );
  expect(String(error)).not.toContain('token expired');
});

test('a token that may only read is reported with the permissions that are needed, and changes nothing', async () => {
  await start({ token: 'reader' });
  world.simulation.hostConditions.tokens.reader = { level: 'read' };
  expect(await world.host.head(repositoryName, 'main')).toBe(await world.head('main'));
  const error = await errorOf(create());
  expect(error).toBeInstanceOf(HostError);
  expect(String(error)).toContain(`the credentials in secret ${CREDENTIALS_ARN} do not allow what is needed in `
    + `repository 'acme/shop' of GitHub (Resource not accessible by personal access token): ${RIGHTS}`);
  expect((await world.git.branches()).map(({ name }) => name)).toEqual(['main']);
});

test('a repository that the token may not see is reported like a missing one', async () => {
  await start({ token: 'narrow' });
  world.simulation.hostConditions.tokens.narrow = { level: 'write', repositories: ['acme/other'] };
  expect(String(await errorOf(world.host.branches(repositoryName)))).toContain(
    `GitHub has no repository 'acme/shop', or the credentials in secret ${CREDENTIALS_ARN} give no access to it`,
  );
});

test.each([
  ['is down', new HostResponse(503, { message: 'Service Unavailable' }), 'GitHub does not answer: Service Unavailable'],
  [
    'limits the rate', new HostResponse(429, { message: 'slow down' }, { 'retry-after': '60' }),
    'GitHub limits the rate of requests: slow down',
  ],
  [
    'has a secondary limit', new HostResponse(403, { message: 'You have exceeded a secondary rate limit' }),
    'GitHub limits the rate of requests: You have exceeded a secondary rate limit',
  ],
  [
    'counts no more requests', new HostResponse(403, { message: 'enough' }, { 'x-ratelimit-remaining': '0' }),
    'GitHub limits the rate of requests: enough',
  ],
])('while GitHub %s, the error is transient', async (_, failure, message) => {
  await start();
  world.simulation.hostConditions.failure = failure;
  const error = await errorOf(world.host.head(repositoryName, 'main'));
  expect(isTransient(error)).toBe(true);
  expect(String(error)).toContain(message);
  world.simulation.hostConditions.failure = undefined;
  expect(await world.host.head(repositoryName, 'main')).toBe(await world.head('main'));
});

test('a branch that has moved is not deleted at the expected commit', async () => {
  await start();
  await create();
  const [expected, moved] = [await world.head('env/dev'), await world.commit('env/dev', { 'a.txt': 'a' })];
  const error = await errorOf(world.host.deleteBranch(repositoryName, 'env/dev', expected));
  expect(error).toBeInstanceOf(BranchMovedError);
  expect(await world.head('env/dev')).toBe(moved);
  expect(String(await errorOf(world.host.deleteBranch(repositoryName, 'main', await world.head('main'))))).toContain(
    "GitHub rejected the deletion of branch 'main': Cannot delete the default branch",
  );
});

test('a rule that rejects a change is reported with the bypass that is needed', async () => {
  await start();
  await create();
  await asPerson('POST', 'https://api.github.com/repos/acme/shop/rulesets', {
    name: 'all',
    target: 'branch',
    enforcement: 'active',
    conditions: { ref_name: { include: ['~ALL'], exclude: [] } },
    rules: [{ type: 'pull_request', parameters: { required_approving_review_count: 1 } }],
  });
  const parentCommitId = await world.head('env/dev');
  const change = { repositoryName, branchName: 'env/dev', parentCommitId, path: 'a', text: 'a', message: 'a' };
  expect(String(await errorOf(world.host.commitFile(change)))).toContain(
    "a rule of repository 'acme/shop' in GitHub rejected a change of a branch (Repository rule violations found "
      + `Changes must be made through a pull request.): add the owner of the credentials in secret ${CREDENTIALS_ARN} `
      + 'to the bypass list of the rule',
  );
});

describe('the key of a GitHub App', () => {
  const app = { appId: '42', installationId: '7', privateKey };

  test('signs in to the installation', async () => {
    await start(app);
    world.simulation.hostConditions.apps['42'] = { publicKey, installations: { 7: REHEARSAL_TOKEN } };
    await create();
    expect(await world.head('env/dev')).toBe(await world.head('main'));
  });

  test('gives tokens for one repository only', async () => {
    await start(app);
    const { hostConditions } = world.simulation;
    hostConditions.apps['42'] = { publicKey, installations: { 7: REHEARSAL_TOKEN } };
    await create();
    expect(Object.keys(hostConditions.tokens)).toEqual([REHEARSAL_TOKEN, `${REHEARSAL_TOKEN}#shop`]);
    hostConditions.tokens[REHEARSAL_TOKEN] = { level: 'read' };
    expect(await world.host.head(repositoryName, 'main')).toBe(await world.head('main'));
  });

  test('that cannot be read is reported with its secret, and not shown', () => {
    const text = JSON.stringify({ ...app, privateKey: '-----BEGIN PRIVATE KEY-----hidden' });
    const parse = () => parseCredentials('arn:secret', text);
    expect(parse).toThrow('the private key of the GitHub App in secret arn:secret cannot be read: "privateKey" must be '
      + "the text of the file that GitHub has generated, from '-----BEGIN' on, with its line ends as \\n");
    expect(parse).not.toThrow('hidden');
  });

  test('of another App is rejected', async () => {
    await start({ ...app, appId: '43' });
    world.simulation.hostConditions.apps['42'] = { publicKey, installations: { 7: REHEARSAL_TOKEN } };
    expect(String(await errorOf(create()))).toContain('because they are wrong or have expired');
  });
});

test('the secrets of a rehearsal have a token, and the key of an App with a token of its own', async () => {
  await start();
  const { hostConditions } = world.simulation;
  const secret = rehearsalCredentials(hostConditions);
  expect(parseCredentials('arn', secret())).toMatchObject({ token: REHEARSAL_TOKEN, appId: '1', installationId: '1' });
  expect(secret()).toBe(secret());
  expect(hostConditions.tokens[hostConditions.apps['1']?.installations['1'] ?? '']).toEqual({ level: 'write' });
});

describe('a secret', () => {
  beforeEach(async () => start());

  test.each([
    ['a token', ' ghp_token\n', { token: 'ghp_token' }],
    ['JSON with a token', '{"token":"ghp_token"}', { token: 'ghp_token' }],
    [
      'the key of an App', `{"appId":42,"installationId":"7","privateKey":${JSON.stringify(privateKey)}}`,
      { appId: '42', installationId: '7', privateKey },
    ],
    [
      'both', `{"token":"x","appId":42,"installationId":"7","privateKey":${JSON.stringify(privateKey)}}`,
      { token: 'x', appId: '42', installationId: '7', privateKey },
    ],
  ])('may be %s', (_, text, credentials) => {
    expect(parseCredentials('arn', text)).toEqual(credentials);
  });

  test.each([undefined, '', '{"user":"hidden"}', '{"appId":"42","privateKey":"hidden"}', '{"token":"hidden'])(
    'with other content is rejected without showing it (%#)',
    text => {
      const parse = () => parseCredentials('arn:secret', text);
      expect(parse).toThrow('the secret arn:secret has no credentials: it must be a token, or JSON with "token", or '
        + 'JSON with "appId", "installationId" and "privateKey"');
      expect(parse).not.toThrow('hidden');
    },
  );
});
