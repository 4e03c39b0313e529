import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { AcceptHandshakeCommand, ListRootsCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { AwsError } from '../../../rehearsal/core/service';
import { CICD, MANAGEMENT, REGION, World } from '../services/world';

let world: World;

beforeEach(async () => { world = await World.start(); });
afterEach(async () => {
  jest.restoreAllMocks();
  await world.stop();
});

test('returns the identity of a caller and records its calls', async () => {
  const seen: string[] = [];
  world.server.onCall = call => seen.push(`${call.service}:${call.operation}`);
  const identity = await new STSClient(world.as(CICD)).send(new GetCallerIdentityCommand({}));
  expect(identity).toMatchObject({ Account: CICD, Arn: `arn:aws:sts::${CICD}:assumed-role/admin/session` });
  expect(seen).toEqual(['sts:GetCallerIdentity']);
  expect(world.server.calls).toMatchObject([
    { service: 'sts', operation: 'GetCallerIdentity', accountId: CICD, region: REGION },
  ]);
});

test('serves a client that takes the endpoint and the keys from the environment, as functions do', async () => {
  const { endpoint, region, credentials } = world.as(CICD);
  const before = { ...process.env };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  });
  try {
    await expect(new STSClient({}).send(new GetCallerIdentityCommand({}))).resolves.toMatchObject({ Account: CICD });
  } finally {
    process.env = before;
  }
});

test('rejects keys that it has not issued', async () => {
  const credentials = { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' };
  const stranger = { ...world.as(CICD), credentials };
  await expect(new STSClient(stranger).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    name: 'InvalidClientTokenId',
  });
  await expect(new SSMClient(stranger).send(new GetParameterCommand({ Name: 'x' }))).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  });
});

test('names the operation or service that is not supported', async () => {
  const organizations = new OrganizationsClient(world.as(MANAGEMENT));
  await expect(organizations.send(new AcceptHandshakeCommand({ HandshakeId: 'h-12345678' })))
    .rejects.toThrow('the rehearsal does not support organizations:AcceptHandshake');
  await expect(new CloudFormationClient(world.as(MANAGEMENT)).send(new ListStacksCommand({}))).rejects.toThrow(
    'the rehearsal does not support the service cloudformation',
  );
});

test('lets a hook reject a call before the operation runs', async () => {
  const takeAway = world.server.intercept(async call => {
    if (call.operation === 'ListRoots') throw new AwsError('ServiceException', 'AWS Organizations is down', 500);
  });
  const organizations = new OrganizationsClient(world.as(MANAGEMENT));
  await expect(organizations.send(new ListRootsCommand({}))).rejects.toMatchObject({ name: 'ServiceException' });
  takeAway();
  await expect(organizations.send(new ListRootsCommand({}))).resolves.toHaveProperty('Roots');
});

test('does not make a client with a different clock retry its errors', async () => {
  const realNow = Date.now;
  jest.spyOn(Date, 'now').mockImplementation(() => realNow() + 40 * 24 * 3600 * 1000);
  const ssm = new SSMClient({ ...world.as(CICD), maxAttempts: 3 });
  await expect(ssm.send(new GetParameterCommand({ Name: 'missing' }))).rejects.toMatchObject({
    name: 'ParameterNotFound',
  });
  expect(world.server.calls).toHaveLength(1);
});

test('serves unsigned routes', async () => {
  world.server.route('/answers/', async request => ({
    status: 201,
    body: `${request.method} ${request.path} ${request.body.toString()}`,
  }));
  const answer = await fetch(`${world.server.endpoint}/answers/one`, { method: 'PUT', body: 'hello' });
  expect([answer.status, await answer.text()]).toEqual([201, 'PUT /answers/one hello']);
});

test('rejects an unsigned request', async () => {
  const answer = await fetch(world.server.endpoint, { method: 'POST' });
  expect(answer.status).toBe(403);
});
