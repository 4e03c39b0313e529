import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceUpdateEvent } from 'aws-lambda';
import type { Outside } from '../../lambda/entry/aws';
import { Entry } from '../../lambda/entry/entry';
import type { WaiterInput } from '../../src/kinds/contract';
import { FakeRegistry } from '../registry/fake-registry';

const SECRET = 'https://cloudformation-custom-resource-response.example/path?X-Amz-Signature=secret';
const STACK = 'arn:aws:cloudformation:eu-central-1:222222222222:stack/environments/0f3c';
const ACCOUNT_FUNCTION = 'arn:aws:lambda:eu-central-1:222222222222:function:account';

const common = {
  RequestId: 'request-1',
  ResponseURL: SECRET,
  StackId: STACK,
  LogicalResourceId: 'Dev',
  ResourceType: 'Custom::OrgEnvironmentsAccount',
  ServiceToken: 'arn:token',
  ResourceProperties: { ServiceToken: 'arn:token', ServiceTimeout: '3600', name: 'new', list: ['a'] },
};
const create: CloudFormationCustomResourceEvent = { ...common, RequestType: 'Create' };
const remove: CloudFormationCustomResourceEvent = { ...common, RequestType: 'Delete', PhysicalResourceId: 'Dev-0123456789abcdef' };
const update: CloudFormationCustomResourceUpdateEvent = {
  ...common, RequestType: 'Update', PhysicalResourceId: 'Dev-0123456789abcdef', OldResourceProperties: { ServiceToken: 'arn:token', name: 'old' },
};

class FakeOutside implements Outside {
  public readonly started: { name: string; input: WaiterInput }[] = [];
  public readonly answers: { url: string; body: Record<string, unknown> }[] = [];
  public refusal?: Error;

  public async start(name: string, input: WaiterInput): Promise<void> {
    if (this.refusal) throw this.refusal;
    this.started.push({ name, input });
  }

  public async put(url: string, body: string): Promise<void> {
    this.answers.push({ url, body: JSON.parse(body) });
  }
}

function world() {
  const outside = new FakeOutside();
  const registry = new FakeRegistry();
  const clock = { now: 0 };
  return { outside, registry, clock, entry: new Entry(registry, outside, { [common.ResourceType]: ACCOUNT_FUNCTION }, () => clock.now) };
}

async function requestOf(event: CloudFormationCustomResourceEvent) {
  const { entry, outside } = world();
  await entry.receive(event);
  return outside.started[0].input.request;
}

test('a request starts the waiter under its id, with the function of its kind and without the address of the answer', async () => {
  const { entry, outside } = world();
  await entry.receive(create);
  await entry.receive(create);
  expect(outside.started.map(({ name }) => name)).toEqual(['request-1', 'request-1']);
  const [{ input }] = outside.started;
  expect(input).toEqual({
    functionArn: ACCOUNT_FUNCTION,
    request: {
      requestId: 'request-1',
      requestType: 'Create',
      stackId: STACK,
      logicalId: 'Dev',
      properties: { name: 'new', list: ['a'] },
      ownerId: input.request.ownerId,
      physicalId: input.request.ownerId,
    },
  });
  expect(JSON.stringify(input)).not.toContain('secret');
});

test('the physical id is derived from stack and logical id, so it is the same however often Create is delivered', async () => {
  const { physicalId } = await requestOf(create);
  expect(physicalId).toMatch(/^Dev-[0-9a-f]{16}$/);
  expect((await requestOf({ ...create, RequestId: 'request-2' })).physicalId).toBe(physicalId);
  expect((await requestOf({ ...create, StackId: `${STACK}2` })).physicalId).not.toBe(physicalId);
  expect((await requestOf({ ...create, LogicalResourceId: 'Test' })).physicalId).not.toBe(physicalId);
  expect((await requestOf({ ...create, LogicalResourceId: 'L'.repeat(255) })).physicalId.length).toBeLessThanOrEqual(81);
});

test('the physical id never changes in an update or a removal', async () => {
  expect(await requestOf(update)).toMatchObject({
    physicalId: 'Dev-0123456789abcdef', ownerId: 'Dev-0123456789abcdef', oldProperties: { name: 'old' },
  });
  expect(await requestOf(remove)).toMatchObject({ physicalId: 'Dev-0123456789abcdef', ownerId: 'Dev-0123456789abcdef' });
});

test('a creation that CloudFormation gave up is deleted under the id that it would have had', async () => {
  const { ownerId } = await requestOf(create);
  const made = { ...remove, PhysicalResourceId: 'stack-Dev-1X2Y3Z4A5B6C' };
  expect(await requestOf(made)).toMatchObject({ ownerId, physicalId: made.PhysicalResourceId });
});

test('the answer goes to the address of its request, in the form that CloudFormation reads', async () => {
  const { entry, outside } = world();
  await entry.receive(create);
  const { request } = outside.started[0].input;
  await entry.answer({ request, outcome: { state: 'complete', data: { accountId: '111111111111' } } });
  await entry.answer({ request, outcome: { state: 'failed', reason: 'the e-mail is taken' } });
  const identity = { PhysicalResourceId: request.physicalId, StackId: STACK, RequestId: 'request-1', LogicalResourceId: 'Dev' };
  expect(outside.answers).toEqual([
    { url: SECRET, body: { ...identity, Status: 'SUCCESS', Data: { accountId: '111111111111' } } },
    { url: SECRET, body: { ...identity, Status: 'FAILED', Reason: 'the e-mail is taken' } },
  ]);
});

test('a function that crashed is a failure with its error and a way out', async () => {
  const { entry, outside } = world();
  await entry.receive(create);
  const Cause = JSON.stringify({ errorMessage: 'RequestId: 1 Error: Task timed out after 60.00 seconds' });
  await entry.answer({ request: outside.started[0].input.request, crash: { Error: 'Sandbox.Timedout', Cause } });
  expect(outside.answers[0].body).toMatchObject({
    Status: 'FAILED',
    Reason: 'the handler failed several times: Sandbox.Timedout: RequestId: 1 Error: Task timed out after 60.00 seconds; '
      + 'deploy again, and look into its log if it fails again',
  });
});

test('attributes of exactly 4096 bytes are answered, one byte more fails with words', async () => {
  const { entry, outside } = world();
  await entry.receive(create);
  const { request } = outside.started[0].input;
  await entry.answer({ request, outcome: { state: 'complete', data: { value: '' } } });
  const room = 4096 - JSON.stringify(outside.answers[0].body).length;
  await entry.answer({ request, outcome: { state: 'complete', data: { value: 'x'.repeat(room) } } });
  await entry.answer({ request, outcome: { state: 'complete', data: { value: 'x'.repeat(room + 1) } } });
  expect(outside.answers[1].body).toMatchObject({ Status: 'SUCCESS' });
  expect(outside.answers[2].body).toMatchObject({
    Status: 'FAILED',
    Reason: "the attributes of 'Dev' make an answer of 4097 bytes, but CloudFormation accepts 4096: read fewer or shorter values",
  });
});

test('a reason of any length fits into an answer', async () => {
  const { entry, outside } = world();
  await entry.receive(create);
  const reason = 'äöü"\n'.repeat(5000);
  await entry.answer({ request: outside.started[0].input.request, outcome: { state: 'failed', reason } });
  expect(Buffer.byteLength(JSON.stringify(outside.answers[0].body))).toBeLessThanOrEqual(4096);
  expect(outside.answers[0].body.Reason).toMatch(/ …$/);
});

test('a type that the organization does not know is answered at once', async () => {
  const { entry, outside } = world();
  await entry.receive({ ...create, ResourceType: 'Custom::OrgEnvironmentsPool' });
  expect(outside.started).toEqual([]);
  expect(outside.answers[0]).toMatchObject({
    url: SECRET,
    body: {
      Status: 'FAILED',
      Reason: "this organization has no custom resource of type 'Custom::OrgEnvironmentsPool': it has Custom::OrgEnvironmentsAccount; "
        + 'deploy the Organization of the version that the app uses',
    },
  });
});

test('a waiter that AWS refuses to start is answered at once, a transient error is thrown for another try', async () => {
  const { entry, outside } = world();
  outside.refusal = Object.assign(new Error('no machine'), { name: 'StateMachineDoesNotExist', $metadata: { httpStatusCode: 400 } });
  await entry.receive(create);
  expect(outside.answers[0].body).toMatchObject({
    Status: 'FAILED', Reason: 'the waiter could not be started: StateMachineDoesNotExist: no machine; deploy the Organization again',
  });
  outside.refusal = Object.assign(new Error('busy'), { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } });
  await expect(entry.receive({ ...create, RequestId: 'request-2' })).rejects.toThrow('busy');
});

test('a right to start the waiter that is not known everywhere yet is awaited for a minute', async () => {
  const { entry, outside, clock } = world();
  outside.refusal = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } });
  await expect(entry.receive(create)).rejects.toThrow('not authorized');
  expect(outside.answers).toEqual([]);
  clock.now = 61_000;
  await entry.receive(create);
  expect(outside.answers[0].body).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('AccessDeniedException: not authorized') });
});

describe('properties that are longer than a state machine passes on', () => {
  const long = { name: 'x'.repeat(100_001) };

  test('are refused before anything is done, and their removal has nothing to remove', async () => {
    const { entry, outside, registry } = world();
    await entry.receive({ ...create, ResourceProperties: { ...common.ResourceProperties, ...long } });
    await entry.receive({ ...remove, ResourceProperties: { ...common.ResourceProperties, ...long } });
    expect(outside.answers.map(({ body }) => body.Status)).toEqual(['FAILED', 'SUCCESS']);
    expect(outside.answers[0].body.Reason).toMatch(/^the properties of 'Dev' have 1000\d\d bytes, but at most 100000 are allowed: shorten/);
    expect(outside.started).toEqual([]);
    expect(registry.keys).toEqual([]);
  });

  test('are no reason to fail when an update to them is rolled back', async () => {
    const request = await requestOf({ ...update, OldResourceProperties: { ...update.OldResourceProperties, ...long } });
    expect(request.oldProperties).toEqual(request.properties);
  });
});
