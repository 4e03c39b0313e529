import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceUpdateEvent } from 'aws-lambda';
import type { Outbound } from '../../lambda/entry/aws';
import { Entry } from '../../lambda/entry/entry';
import { RegistryHistory } from '../../lambda/history/history';
import type { WaiterInput } from '../../src/kinds/contract';
import { FakeEvents } from '../history/fake-events';
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
const remove: CloudFormationCustomResourceEvent = {
  ...common,
  RequestType: 'Delete',
  PhysicalResourceId: 'Dev-0123456789abcdef',
};
const update: CloudFormationCustomResourceUpdateEvent = {
  ...common,
  RequestType: 'Update',
  PhysicalResourceId: 'Dev-0123456789abcdef',
  OldResourceProperties: { ServiceToken: 'arn:token', name: 'old' },
};

class FakeOutside implements Outbound {
  public readonly started: { name: string; input: WaiterInput }[] = [];
  public readonly responses: { url: string; body: Record<string, unknown> }[] = [];
  public refusal?: Error;

  public async startWaiter(name: string, input: WaiterInput): Promise<void> {
    if (this.refusal) throw this.refusal;
    this.started.push({ name, input });
  }

  public async putResponse(url: string, body: string): Promise<void> {
    this.responses.push({ url, body: JSON.parse(body) });
  }
}

function world() {
  const outside = new FakeOutside();
  const registry = new FakeRegistry();
  const clock = { now: 0 };
  const functions = { [common.ResourceType]: ACCOUNT_FUNCTION };
  return {
    outside,
    registry,
    clock,
    entry: new Entry(registry, outside, functions, new RegistryHistory(registry, new FakeEvents()), () => clock.now),
  };
}

async function requestOf(event: CloudFormationCustomResourceEvent) {
  const { entry, outside } = world();
  await entry.receive(event);
  return outside.started[0].input.request;
}

test('starts the waiter under the request id, with the function of the kind, without the response URL', async () => {
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
      resourceType: common.ResourceType,
      stackId: STACK,
      logicalId: 'Dev',
      properties: { name: 'new', list: ['a'] },
      ownerId: input.request.ownerId,
      physicalId: input.request.ownerId,
    },
  });
  expect(JSON.stringify(input)).not.toContain('secret');
});

test('derives the same physical id from stack and logical id if Create is delivered twice', async () => {
  const { physicalId } = await requestOf(create);
  expect(physicalId).toMatch(/^Dev-[0-9a-f]{16}$/);
  expect((await requestOf({ ...create, RequestId: 'request-2' })).physicalId).toBe(physicalId);
  expect((await requestOf({ ...create, StackId: `${STACK}2` })).physicalId).not.toBe(physicalId);
  expect((await requestOf({ ...create, LogicalResourceId: 'Test' })).physicalId).not.toBe(physicalId);
  expect((await requestOf({ ...create, LogicalResourceId: 'L'.repeat(255) })).physicalId.length).toBeLessThanOrEqual(
    81,
  );
});

test('keeps the physical id in updates and deletions', async () => {
  expect(await requestOf(update)).toMatchObject({
    physicalId: 'Dev-0123456789abcdef',
    ownerId: 'Dev-0123456789abcdef',
    oldProperties: { name: 'old' },
  });
  expect(await requestOf(remove)).toMatchObject({
    physicalId: 'Dev-0123456789abcdef',
    ownerId: 'Dev-0123456789abcdef',
  });
});

test('derives the id of a deletion after a creation that timed out', async () => {
  const { ownerId } = await requestOf(create);
  const made = { ...remove, PhysicalResourceId: 'stack-Dev-1X2Y3Z4A5B6C' };
  expect(await requestOf(made)).toMatchObject({ ownerId, physicalId: made.PhysicalResourceId });
});

test('sends the response to the URL of its request, in the format of CloudFormation', async () => {
  const { entry, outside } = world();
  await entry.receive(create);
  const { request } = outside.started[0].input;
  await entry.respond({ request, outcome: { state: 'complete', data: { accountId: '111111111111' } } });
  await entry.respond({ request, outcome: { state: 'failed', reason: 'the e-mail is taken' } });
  const identity = {
    PhysicalResourceId: request.physicalId,
    StackId: STACK,
    RequestId: 'request-1',
    LogicalResourceId: 'Dev',
  };
  expect(outside.responses).toEqual([
    { url: SECRET, body: { ...identity, Status: 'SUCCESS', Data: { accountId: '111111111111' } } },
    { url: SECRET, body: { ...identity, Status: 'FAILED', Reason: 'the e-mail is taken' } },
  ]);
});

test('reports the crash of a function as a failure with its error and what to do', async () => {
  const { entry, outside } = world();
  await entry.receive(create);
  const Cause = JSON.stringify({ errorMessage: 'RequestId: 1 Error: Task timed out after 60.00 seconds' });
  await entry.respond({ request: outside.started[0].input.request, crash: { Error: 'Sandbox.Timedout', Cause } });
  expect(outside.responses[0].body).toMatchObject({
    Status: 'FAILED',
    Reason:
      'the function failed several times: Sandbox.Timedout: RequestId: 1 Error: Task timed out after 60.00 seconds; '
      + 'deploy again; if it fails again, see its log',
  });
});

test('accepts a response of 4096 bytes, and fails one that is a byte longer with an explanation', async () => {
  const { entry, outside } = world();
  await entry.receive(create);
  const { request } = outside.started[0].input;
  await entry.respond({ request, outcome: { state: 'complete', data: { value: '' } } });
  const room = 4096 - JSON.stringify(outside.responses[0].body).length;
  await entry.respond({ request, outcome: { state: 'complete', data: { value: 'x'.repeat(room) } } });
  await entry.respond({ request, outcome: { state: 'complete', data: { value: 'x'.repeat(room + 1) } } });
  expect(outside.responses[1].body).toMatchObject({ Status: 'SUCCESS' });
  expect(outside.responses[2].body).toMatchObject({
    Status: 'FAILED',
    Reason:
      "the attributes of 'Dev' make a response of 4097 bytes, but CloudFormation accepts 4096: "
      + 'read fewer or shorter values',
  });
});

test('shortens a reason so that it fits into the response', async () => {
  const { entry, outside } = world();
  await entry.receive(create);
  const reason = 'äöü"\n'.repeat(5000);
  await entry.respond({ request: outside.started[0].input.request, outcome: { state: 'failed', reason } });
  expect(Buffer.byteLength(JSON.stringify(outside.responses[0].body))).toBeLessThanOrEqual(4096);
  expect(outside.responses[0].body.Reason).toMatch(/ …$/);
});

test('fails a request of an unknown type immediately', async () => {
  const { entry, outside } = world();
  await entry.receive({ ...create, ResourceType: 'Custom::OrgEnvironmentsPool' });
  expect(outside.started).toEqual([]);
  expect(outside.responses[0]).toMatchObject({
    url: SECRET,
    body: {
      Status: 'FAILED',
      Reason:
        "unknown type of custom resource 'Custom::OrgEnvironmentsPool' (known are Custom::OrgEnvironmentsAccount): "
        + 'deploy the Organization with the version of the library that the app uses',
    },
  });
});

test('fails the request if AWS rejects the start of the waiter, and throws a transient error for a retry', async () => {
  const { entry, outside } = world();
  outside.refusal = Object.assign(new Error('no machine'), {
    name: 'StateMachineDoesNotExist',
    $metadata: { httpStatusCode: 400 },
  });
  await entry.receive(create);
  expect(outside.responses[0].body).toMatchObject({
    Status: 'FAILED',
    Reason: 'cannot start the waiter: StateMachineDoesNotExist: no machine; deploy the Organization again',
  });
  outside.refusal = Object.assign(new Error('busy'), {
    name: 'ThrottlingException',
    $metadata: { httpStatusCode: 400 },
  });
  await expect(entry.receive({ ...create, RequestId: 'request-2' })).rejects.toThrow('busy');
});

test('retries for a minute while the permission to start the waiter propagates', async () => {
  const { entry, outside, clock } = world();
  outside.refusal = Object.assign(new Error('not authorized'), {
    name: 'AccessDeniedException',
    $metadata: { httpStatusCode: 400 },
  });
  await expect(entry.receive(create)).rejects.toThrow('not authorized');
  expect(outside.responses).toEqual([]);
  clock.now = 61_000;
  await entry.receive(create);
  expect(outside.responses[0].body).toMatchObject({
    Status: 'FAILED',
    Reason: expect.stringContaining('AccessDeniedException: not authorized'),
  });
});

describe('properties that are too long for a state machine', () => {
  const long = { name: 'x'.repeat(100_001) };

  test('are rejected before anything is created, and their deletion succeeds', async () => {
    const { entry, outside, registry } = world();
    await entry.receive({ ...create, ResourceProperties: { ...common.ResourceProperties, ...long } });
    await entry.receive({ ...remove, ResourceProperties: { ...common.ResourceProperties, ...long } });
    expect(outside.responses.map(({ body }) => body.Status)).toEqual(['FAILED', 'SUCCESS']);
    expect(outside.responses[0].body.Reason).toMatch(
      /^the properties of 'Dev' have 1000\d\d bytes, but the limit is 100000: shorten/,
    );
    expect(outside.started).toEqual([]);
    expect(registry.keys).toEqual([]);
  });

  test('do not fail the rollback of the update to them', async () => {
    const request = await requestOf({ ...update, OldResourceProperties: { ...update.OldResourceProperties, ...long } });
    expect(request.oldProperties).toEqual(request.properties);
  });
});
