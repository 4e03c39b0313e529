import type { Lifecycle } from '../../lambda/shared/lifecycle';
import { done, DONE } from '../../lambda/shared/lifecycle';
import { TwoLifecycles } from '../../lambda/shared/two-lifecycles';

const OWNER = { id: 'id', stackId: 'stack', logicalId: 'Prod' };

interface One { readonly kind: 'one' }
interface Other { readonly kind: 'other' }

function lifecycle<Request>(name: string, calls: string[]): Lifecycle<Request, { readonly name: string }> {
  const call = (method: string) => void calls.push(`${name}.${method}`);
  return {
    recordKeys: () => [name],
    ...name === 'other' && { ownedKeys: () => ['owned'] },
    subjectOf: () => `the ${name}`,
    requestCreate: async () => call('requestCreate'),
    requestUpdate: async () => call('requestUpdate'),
    requestDelete: async () => call('requestDelete'),
    requestFormer: async () => call('requestFormer'),
    requestRepair: async () => call('requestRepair'),
    check: async () => [{ resource: name, what: 'is wrong' }] as never,
    reconcile: async () => done({ name }),
    reconcileDelete: async () => DONE,
  };
}

function pair(isChecked = true) {
  const calls: string[] = [];
  const { check, requestRepair, ...unchecked } = lifecycle<Other>('other', calls);
  const both = new TwoLifecycles<One, Other, { readonly name: string }, { readonly name: string }>({
    one: lifecycle<One>('one', calls),
    other: isChecked ? { ...unchecked, check, requestRepair } : unchecked,
    isOther: (request): request is Other => request.kind === 'other',
    nameOf: ({ kind }) => `the kind ${kind}`,
  });
  return { both, calls };
}

test.each(['one', 'other'] as const)('a request of kind %s is served by its lifecycle', async kind => {
  const { both, calls } = pair();
  const request = { kind } as One | Other;
  expect(both.recordKeys(request)).toEqual([kind]);
  expect(both.ownedKeys(request)).toEqual([kind === 'one' ? 'one' : 'owned']);
  expect(both.subjectOf(request)).toBe(`the ${kind}`);
  await both.requestCreate(OWNER, request);
  await both.requestUpdate(OWNER, request, request);
  await both.requestDelete(OWNER, request);
  await both.requestFormer(OWNER, request, request, false);
  await both.requestRepair(OWNER, request);
  expect(await both.reconcile(OWNER, request)).toEqual({ done: true, result: { name: kind } });
  expect(await both.reconcileDelete(OWNER, request)).toEqual(DONE);
  expect(await both.check(OWNER, request)).toHaveLength(1);
  const methods = ['requestCreate', 'requestUpdate', 'requestDelete', 'requestFormer', 'requestRepair'];
  expect(calls).toEqual(methods.map(method => `${kind}.${method}`));
});

test('a request of a lifecycle without checks differs in nothing, and is not repaired', async () => {
  const { both, calls } = pair(false);
  expect(await both.check(OWNER, { kind: 'other' })).toEqual([]);
  await both.requestRepair(OWNER, { kind: 'other' });
  expect(calls).toEqual([]);
});

test('a former request of the other kind is left alone', async () => {
  const { both, calls } = pair();
  await both.requestFormer(OWNER, { kind: 'other' }, { kind: 'one' }, false);
  expect(calls).toEqual([]);
});

test('a resource cannot become one of the other kind', async () => {
  const { both, calls } = pair();
  await expect(both.requestUpdate(OWNER, { kind: 'other' }, { kind: 'one' })).rejects.toThrow(
    "resource 'Prod' cannot change from the kind one to the kind other: give the construct another id",
  );
  expect(calls).toEqual([]);
});
