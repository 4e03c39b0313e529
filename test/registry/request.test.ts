import { FakeRegistry } from './fake-registry';
import type { RequestRecord } from '../../lambda/registry/request';
import { currentRequest, recordRequest, requestKey, responseKey } from '../../lambda/registry/request';

const NOW = 1_700_000_000_500;
const arrivalOf = (requestId: string, isFirst = false) => ({
  ownerId: 'Dev-1', requestId, responseUrl: `https://example.com/${requestId}`, isFirst,
});

async function recordOf(registry: FakeRegistry) {
  return registry.read<RequestRecord>(requestKey('Dev-1'));
}

describe('a request of CloudFormation', () => {
  test('is recorded with its response URL, which is kept for a day', async () => {
    const registry = new FakeRegistry();
    expect(await recordRequest(registry, arrivalOf('one', true), NOW)).toEqual({ arrivedAt: NOW });
    expect(await recordOf(registry)).toEqual({ ids: ['one'], arrivedAt: NOW, version: 1 });
    expect(await registry.read(responseKey('one')))
      .toEqual({ responseUrl: 'https://example.com/one', deleteAfter: 1_700_000_000 + 24 * 3600, version: 1 });
  });

  test('of a new resource is recorded without a read', async () => {
    const registry = new FakeRegistry();
    const read = jest.spyOn(registry, 'read');
    await recordRequest(registry, arrivalOf('one', true), NOW);
    expect(read).not.toHaveBeenCalled();
    await recordRequest(registry, arrivalOf('two'), NOW);
    expect(read).toHaveBeenCalledTimes(1);
  });

  test.each([true, false])('that is delivered twice is recorded once (first request: %s)', async isFirst => {
    const registry = new FakeRegistry();
    await recordRequest(registry, arrivalOf('one', isFirst), NOW);
    const before = await recordOf(registry);
    expect(await recordRequest(registry, arrivalOf('one', isFirst), NOW + 5000)).toEqual({ arrivedAt: NOW });
    expect(await recordOf(registry)).toEqual(before);
  });

  test('follows the earlier ones of its resource, of which the last twenty are kept', async () => {
    const registry = new FakeRegistry();
    const ids = Array.from({ length: 25 }, (_, index) => `request-${index}`);
    for (const id of ids) await recordRequest(registry, arrivalOf(id), NOW);
    expect((await recordOf(registry))?.ids).toEqual(ids.slice(5));
  });

  test('keeps which request was started', async () => {
    const registry = new FakeRegistry();
    await registry.write<RequestRecord>(requestKey('Dev-1'), { ids: ['one'], started: 'one', arrivedAt: 0 }, undefined);
    await recordRequest(registry, arrivalOf('two', true), NOW);
    expect(await recordOf(registry)).toEqual({ ids: ['one', 'two'], started: 'one', arrivedAt: NOW, version: 2 });
  });

  test('that loses against a concurrent writer fails, so that Lambda delivers it again', async () => {
    const registry = new FakeRegistry();
    await recordRequest(registry, arrivalOf('one'), NOW);
    const { read } = registry;
    jest.spyOn(registry, 'read').mockImplementationOnce(async key => {
      const record = await read.call(registry, key);
      await recordRequest(registry, arrivalOf('two'), NOW);
      return record as never;
    });
    await expect(recordRequest(registry, arrivalOf('three'), NOW))
      .rejects.toMatchObject({ name: 'RecordChangedError' });
    expect((await recordOf(registry))?.ids).toEqual(['one', 'two']);
    expect(await registry.read(responseKey('three'))).toBeUndefined();
  });

  test('fails with the error of the registry', async () => {
    const registry = new FakeRegistry();
    const write = jest.spyOn(registry, 'write').mockRejectedValue(new Error('no table'));
    await expect(recordRequest(registry, arrivalOf('one', true), NOW)).rejects.toThrow('no table');
    expect(write).toHaveBeenCalledTimes(1);
  });
});

describe('the current request', () => {
  const record = { ids: ['one', 'two', 'three'], started: 'two', arrivedAt: NOW, version: 3 };

  test.each(['two', 'three'])('is the one that was started, or the last one: %s', id => {
    expect(currentRequest(record, id, 'Dev')).toBe(record);
  });

  test.each(['one', 'four'])('is no other: %s', id => {
    expect(() => currentRequest(record, id, 'Dev')).toThrow(
      "superseded by a newer request of CloudFormation for 'Dev', such as a rollback: "
      + 'when its stack is stable, deploy again if the change is missing',
    );
  });

  test('is none if no request is recorded', () => {
    expect(() => currentRequest(undefined, 'one', 'Dev')).toThrow('superseded');
  });
});
