import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { Entry } from '../../lambda/entry/entry';
import type { WaiterInput } from '../../src/kinds/contract';
import { RECORDS } from '../../src/registry/contract';
import { awsError } from '../fixtures/aws-error';
import { FakeRegistry } from '../registry/fake-registry';

const create: CloudFormationCustomResourceEvent = {
  RequestType: 'Create',
  RequestId: 'request-1',
  ResponseURL: 'https://example.com/response',
  StackId: 'arn:aws:cloudformation:eu-central-1:222222222222:stack/environments/0f3c',
  LogicalResourceId: 'Dev',
  ResourceType: 'Custom::Known',
  ServiceToken: 'arn:token',
  ResourceProperties: { ServiceToken: 'arn:token' },
};

function setUp(now = 0) {
  const registry = new FakeRegistry();
  const clock = { now };
  const started: WaiterInput[] = [];
  const responses: { url: string; body: { Status: string; Reason?: string } }[] = [];
  const refusals: Error[] = [];
  const outbound = {
    startWaiter: async (_name: string, input: WaiterInput) => {
      const refusal = refusals.shift();
      if (refusal) throw refusal;
      started.push(input);
    },
    putResponse: async (url: string, body: string) => {
      responses.push({ url, body: JSON.parse(body) });
    },
  };
  const history = { record: async () => {} };
  const entry = new Entry(registry, outbound, { 'Custom::Known': 'arn:function' }, history, () => clock.now);
  return { registry, clock, started, responses, refusals, entry };
}

/** Properties that have so many bytes as JSON. */
function propertiesOf(bytes: number) {
  return { ServiceToken: 'arn:token', name: 'x'.repeat(bytes - JSON.stringify({ name: '' }).length) };
}

test('properties of 100,000 bytes are passed on, and one byte more is rejected', async () => {
  const { entry, started, responses } = setUp();
  await entry.receive({ ...create, ResourceProperties: propertiesOf(100_000) });
  expect([started.length, responses.length]).toEqual([1, 0]);
  await entry.receive({ ...create, RequestId: 'request-2', ResourceProperties: propertiesOf(100_001) });
  expect(started).toHaveLength(1);
  expect(responses).toMatchObject([{ body: { Status: 'FAILED' } }]);
});

test('old properties of 100,000 bytes are passed on', async () => {
  const { entry, started } = setUp();
  await entry.receive({
    ...create,
    RequestType: 'Update',
    PhysicalResourceId: 'Dev-0123456789abcdef',
    OldResourceProperties: propertiesOf(100_000),
  });
  expect(started[0]?.request.oldProperties).toHaveProperty('name');
});

test('a denial is retried for a minute after the request arrived, whatever the time of day', async () => {
  const { entry, clock, refusals, responses } = setUp(1_700_000_000_000);
  const denial = awsError('AccessDeniedException', 'not authorized');
  refusals.push(denial, denial, denial);
  await expect(entry.receive(create)).rejects.toThrow('not authorized');
  clock.now += 59_999;
  await expect(entry.receive(create)).rejects.toThrow('not authorized');
  expect(responses).toEqual([]);
  clock.now += 1;
  await entry.receive(create);
  expect(responses).toMatchObject([{ url: create.ResponseURL, body: { Status: 'FAILED' } }]);
});

test('a request whose response URL has expired is not responded to', async () => {
  const { entry, started, registry, responses } = setUp();
  await entry.receive(create);
  const key = `${RECORDS.response}request-1`;
  const { version } = await registry.read(key) ?? { version: 0 };
  await registry.remove(key, version);
  const { request } = started[0];
  expect(await entry.respond({ request, outcome: { state: 'complete', data: {} } })).toBeUndefined();
  expect(responses).toEqual([]);
});

test('only a physical id that ends like one of ours is one of ours', async () => {
  const { entry, started } = setUp();
  const physicalIds = ['Dev-0123456789abcdef', 'Dev-0123456789abcdef-1A2B', 'Dev-0123456789ABCDEF'];
  for (const [index, PhysicalResourceId] of physicalIds.entries()) {
    await entry.receive({ ...create, RequestType: 'Delete', RequestId: `request-${index}`, PhysicalResourceId });
  }
  const derived = expect.stringMatching(/^Dev-[0-9a-f]{16}$/);
  expect(started.map(({ request }) => request.ownerId)).toEqual([physicalIds[0], derived, derived]);
  expect(started[1].request.ownerId).not.toBe(physicalIds[0]);
});
