import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { Entry } from '../../lambda/entry/entry';
import { RegistryHistory } from '../../lambda/history/history';
import { readHistory } from '../../lambda/registry/history';
import type { Outcome, WaiterInput } from '../../src/kinds/contract';
import { RESOURCE_TYPES } from '../../src/private/contract';
import { FakeEvents } from '../history/fake-events';
import { FakeRegistry } from '../registry/fake-registry';

const STACK = 'arn:aws:cloudformation:eu-central-1:222222222222:stack/environments/0f3c';
const NOW = Date.parse('2026-01-01T12:00:00Z');
const FUNCTIONS = Object.fromEntries(Object.values(RESOURCE_TYPES).map(type => [type, 'arn:function']));
const COMPLETE: Outcome = { state: 'complete', data: {} };

/** Receives a request, answers it, and returns the history. */
async function historyOf(
  requestType: 'Create' | 'Update' | 'Delete', type: string, properties: object, outcome: Outcome = COMPLETE,
) {
  const registry = new FakeRegistry();
  const started: WaiterInput[] = [];
  const outbound = {
    startWaiter: async (_name: string, input: WaiterInput) => void started.push(input),
    putResponse: async () => {},
  };
  const entry = new Entry(registry, outbound, FUNCTIONS, new RegistryHistory(registry, new FakeEvents()), () => NOW);
  await entry.receive({
    RequestType: requestType,
    RequestId: 'request-1',
    ResponseURL: 'https://response.example/?secret',
    StackId: STACK,
    LogicalResourceId: 'Dev',
    PhysicalResourceId: 'Dev-0123456789abcdef',
    ResourceType: `Custom::OrgEnvironments${type}`,
    ServiceToken: 'arn:token',
    ResourceProperties: { ServiceToken: 'arn:token', ...properties },
    OldResourceProperties: {},
  } as CloudFormationCustomResourceEvent);
  await entry.respond({ request: started[0].request, outcome });
  // Step Functions may invoke the function again
  await entry.respond({ request: started[0].request, outcome });
  return readHistory(registry, 10);
}

const COMMON = { at: '2026-01-01T12:00:00.000Z', by: STACK, requestId: 'request-1' };

test('the creation of an account is in the history once, with its id and name', async () => {
  const outcome: Outcome = { state: 'complete', data: { accountId: '111111111111' } };
  expect(await historyOf('Create', 'Account', { kind: 'vended', accountName: 'shop-dev' }, outcome)).toEqual([
    { ...COMMON, change: 'Account Creation', outcome: 'succeeded', accountId: '111111111111', subject: 'shop-dev' },
  ]);
});

test('a branch and its commit are in the history of their environment', async () => {
  const properties = { environmentName: 'dev', branchName: 'env/dev', accountId: '111111111111' };
  const outcome: Outcome = { state: 'complete', data: { branchName: 'env/dev', commitId: 'abc' } };
  expect(await historyOf('Create', 'Branch', properties, outcome)).toEqual([
    {
      ...COMMON,
      change: 'Branch Creation',
      outcome: 'succeeded',
      environmentName: 'dev',
      accountId: '111111111111',
      subject: 'env/dev',
      commitId: 'abc',
    },
  ]);
});

test('the failure of a pipeline is in the history with its reason', async () => {
  const properties = { environment: { environmentName: 'dev' }, accountId: '111111111111', stackName: 'pipeline-dev' };
  const outcome: Outcome = { state: 'failed', reason: 'no access' };
  expect(await historyOf('Update', 'Pipeline', properties, outcome)).toMatchObject([
    { change: 'Pipeline Update', outcome: 'failed', environmentName: 'dev', reason: 'no access' },
  ]);
});

test('an update that was deferred, a success for CloudFormation, is in the history with the reason', async () => {
  const outcome: Outcome = { state: 'complete', data: {}, deferred: 'account 111111111111 is suspended' };
  expect(await historyOf('Update', 'Stack', { accountId: '111111111111', stackName: 'vpc' }, outcome)).toMatchObject([
    { change: 'Stack Update', outcome: 'deferred', subject: 'vpc', reason: 'account 111111111111 is suspended' },
  ]);
});

test('the removal of an environment is in its history', async () => {
  expect(await historyOf('Delete', 'Pipeline', { environment: { environmentName: 'dev' } })).toMatchObject([
    { change: 'Pipeline Deletion', outcome: 'succeeded', environmentName: 'dev' },
  ]);
});

test('a check of preconditions, which changes nothing, is not in the history', async () => {
  expect(await historyOf('Create', 'Preconditions', { kind: 'preconditions' })).toEqual([]);
});

const ROLE = 'arn:aws:iam::111111111111:role/network-org-environments-dev';
const TABLE = 'arn:aws:dynamodb:eu-central-1:111111111111:table/OrgEnvironmentsAddresses';
const ATTACHMENT = { networkName: 'Cicd/Dev/Network', roleArn: ROLE, hubRoleArn: 'arn:aws:iam::333333333333:role/hub' };

test.each([
  [
    'the attachment of a network to a transit gateway', 'Create', 'TransitAttachment', ATTACHMENT,
    { change: 'Network Attachment', subject: 'Cicd/Dev/Network', accountId: '111111111111' },
  ],
  [
    'the detachment of a network', 'Delete', 'TransitAttachment', ATTACHMENT,
    { change: 'Network Detachment', subject: 'Cicd/Dev/Network', accountId: '111111111111' },
  ],
  [
    'the creation of a network', 'Create', 'Network', { networkName: 'Cicd/Dev/Network', roleArn: ROLE },
    { change: 'Network Creation', subject: 'Cicd/Dev/Network', accountId: '111111111111' },
  ],
  [
    'a change of an address space', 'Update', 'AddressSpace', { kind: 'table', spaceName: 'shop', tableArn: TABLE },
    { change: 'Address Space Update', subject: 'shop', accountId: '111111111111' },
  ],
  [
    'the release of an address range', 'Delete', 'AddressRange', { kind: 'range', name: 'Cicd/Dev/Range' },
    { change: 'Address Range Release', subject: 'Cicd/Dev/Range' },
  ],
  [
    'the rollout of a baseline', 'Update', 'AccountBaseline', { kind: 'baseline', target: 'organization' },
    { change: 'Account Baseline Update', subject: 'organization' },
  ],
  [
    'the creation of a repository', 'Create', 'Repository', { host: 'codecommit', repositoryName: 'shop' },
    { change: 'Repository Creation', subject: 'shop' },
  ],
  [
    'the creation of a pool', 'Create', 'AccountPool', { kind: 'pool', poolName: 'sandbox' },
    { change: 'Account Pool Creation', subject: 'sandbox' },
  ],
  [
    'the creation of a blue/green environment', 'Create', 'BlueGreen', { kind: 'blueGreen', environmentName: 'prod' },
    { change: 'Blue/Green Environment Creation', environmentName: 'prod' },
  ],
] as const)('%s is in the history', async (_, requestType, type, properties, expected) => {
  expect(await historyOf(requestType, type, properties)).toEqual([{ ...COMMON, outcome: 'succeeded', ...expected }]);
});

test('the allocation of an address range is in the history with the range that was given', async () => {
  const outcome: Outcome = { state: 'complete', data: { cidr: '10.0.16.0/20' } };
  expect(await historyOf('Create', 'AddressRange', { kind: 'range', name: 'Cicd/Dev/Range' }, outcome)).toMatchObject([
    { change: 'Address Range Allocation', subject: 'Cicd/Dev/Range 10.0.16.0/20' },
  ]);
});

test('the changes of all types of resources but preconditions are in the history', async () => {
  const types = Object.values(RESOURCE_TYPES).map(type => type.replace('Custom::OrgEnvironments', ''));
  const changes = await Promise.all(types.flatMap(type => (['Create', 'Update', 'Delete'] as const).map(
    async requestType => [type, (await historyOf(requestType, type, {})).length] as const,
  )));
  expect([...new Set(changes.filter(([, count]) => count === 0).map(([type]) => type))]).toEqual(['Preconditions']);
});
