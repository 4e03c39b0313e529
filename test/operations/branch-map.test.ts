import { BranchMap } from '../../lambda/operations/map/branch-map';
import type { BranchRecord } from '../../lambda/registry/branch';
import { branchKey } from '../../lambda/registry/branch';
import { SourceError } from '../../lambda/sources/source';
import type { BranchRequest } from '../../src/branch/contract';
import { FakeRegistry } from '../registry/fake-registry';

/** @param headMilliseconds time that the first call takes */
async function world(count: number, headMilliseconds = 0) {
  const registry = new FakeRegistry();
  const heads = new Map<string, string>([['main', 'm1']]);
  const calls: string[] = [];
  let time = 0;
  for (let index = 0; index < count; index++) {
    const request: BranchRequest = {
      host: 'codecommit',
      repositoryName: 'shop',
      repositoryArn: 'arn',
      branchName: `env/e${index}`,
      parentName: index === 0 ? 'main' : `env/e${Math.floor((index - 1) / 3)}`,
      environmentName: `e${index}`,
      accountId: '111111111111',
      region: 'eu-central-1',
    };
    const owners = [{ id: `o${index}`, logicalId: 'l', stackId: 's', request }];
    const record: BranchRecord = { owners, environmentName: `e${index}`, parents: [] };
    await registry.write<BranchRecord>(branchKey(request), record, undefined);
    heads.set(request.branchName, `c${index}`);
  }
  const host = {
    head: async (_: string, name: string) => {
      if (calls.length === 0) time += headMilliseconds;
      calls.push(`head ${name}`);
      return heads.get(name);
    },
    compare: async (_: string, head: string) => {
      calls.push(`compare ${head}`);
      if (head === 'bad') throw new SourceError('the key is disabled');
      return { ahead: 2, behind: 1 };
    },
  };
  return { map: new BranchMap(registry, () => host, () => time), heads, calls };
}

test('100 branches are compared with at most 2 calls each, and with 1 as long as nothing moves', async () => {
  const { map, calls } = await world(100);
  const branches = await map.read();
  expect(branches).toHaveLength(100);
  expect(branches.every(({ ahead, behind }) => ahead === 2 && behind === 1)).toBe(true);
  expect(calls.length).toBeLessThanOrEqual(201);
  calls.length = 0;
  await map.read();
  expect(calls.filter(call => call.startsWith('compare'))).toEqual([]);
  expect(calls).toHaveLength(101);
});

test('a branch that has moved is compared again, and so are those that come from it', async () => {
  const { map, heads, calls } = await world(5);
  await map.read();
  heads.set('env/e1', 'moved');
  calls.length = 0;
  await map.read();
  expect(calls.filter(call => call.startsWith('compare')).sort()).toEqual(['compare c4', 'compare moved']);
});

test('a branch that was deleted, and one that the host refuses, are named', async () => {
  const { map, heads } = await world(3);
  heads.delete('env/e1');
  heads.set('env/e2', 'bad');
  expect((await map.read()).map(({ problem }) => problem)).toEqual([
    undefined, "branch 'env/e1' does not exist", 'the key is disabled',
  ]);
});

test('what cannot be compared in the time of one call is left to the next one', async () => {
  const { map } = await world(1, 121_000);
  expect((await map.read())[0]?.ahead).toBeUndefined();
  expect((await map.read())[0]?.ahead).toBe(2);
});
