import { owner, poolRequest } from './world';
import { Pools } from '../../lambda/account/pool/pools';
import type { PoolRecord } from '../../lambda/registry/pool';
import { FakeRegistry } from '../registry/fake-registry';

const declared = owner('Pool');
const stackId = declared.stackId.replace('environments', 'others');
const elsewhere = { ...declared, id: 'Pool-elsewhere', stackId };

test('a pool belongs to its stack until CloudFormation does not have its owner there any more', async () => {
  const registry = new FakeRegistry();
  const pools = new Pools({ registry, now: () => 0, refill: async () => undefined });
  const request = poolRequest();
  await pools.requestCreate(elsewhere, request);
  await expect(pools.requestCreate(declared, request)).rejects.toThrow(
    `the account pool '${request.poolName}' belongs to 'Pool' of stack 'others': choose another poolName, or lease `
      + 'from that pool with AccountPool.fromAccountPoolName()',
  );
  await pools.requestCreate({ ...declared, formerOwners: [elsewhere.id] }, request);
  const records = await Promise.all(pools.ownedKeys(request).map(async key => registry.read<PoolRecord>(key)));
  expect(records.map(record => record?.owners)).toEqual([[{ ...declared, request }]]);
});
