import { knownResources } from '../../lambda/operations/resources';
import { resourceKey } from '../../lambda/registry/resource';
import type { ResourceRecord } from '../../lambda/registry/resource';
import { RESOURCE_TYPES } from '../../src/private/contract';
import { FakeRegistry } from '../registry/fake-registry';

const ACCOUNT = '111111111111';

test('each resource is known with the environment that uses it', async () => {
  const registry = new FakeRegistry();
  const put = async (ownerId: string, resourceType: string, properties: Readonly<Record<string, unknown>>) => {
    const record = { ownerId, resourceType, properties, requestId: 'r', stackId: 's', logicalId: ownerId };
    await registry.write<ResourceRecord>(resourceKey(ownerId), record, undefined);
  };
  const { pipeline, branch, account, stack, blueGreen, organizationalUnit } = RESOURCE_TYPES;
  await put('Pipeline', pipeline, { accountId: ACCOUNT, environment: { environmentName: 'prod' } });
  await put('Branch', branch, { environmentName: 'prod' });
  await put('Account', account, { kind: 'existing', accountId: ACCOUNT });
  await put('Stack', stack, { accountId: ACCOUNT });
  await put('Releases', blueGreen, { kind: 'blueGreen', environmentName: 'prod' });
  await put('Unit', organizationalUnit, { kind: 'unit', unitName: 'Workloads' });
  const known = await knownResources(registry);
  expect(Object.fromEntries(known.map(({ logicalId, environmentName }) => [logicalId, environmentName]))).toEqual({
    Pipeline: 'prod', Branch: 'prod', Account: 'prod', Stack: 'prod', Releases: 'prod', Unit: undefined,
  });
});
