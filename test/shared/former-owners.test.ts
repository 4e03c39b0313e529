import { foreignOwner, withOwner } from '../../lambda/registry/owners';
import type { CustomResourceStatus } from '../../lambda/shared/cfn-status';
import { withFormerOwners } from '../../lambda/shared/former-owners';
import type { Lifecycle, Owner } from '../../lambda/shared/lifecycle';
import { FakeRegistry } from '../registry/fake-registry';

const ownerIn = (logicalId: string, stack: string): Owner => ({
  id: `${logicalId}-${stack}`,
  logicalId,
  stackId: `arn:aws:cloudformation:eu-central-1:222222222222:stack/${stack}/0f3c`,
});
const owner = ownerIn('Dev', 'environments');
const [deleted, present] = [ownerIn('Dev', 'deleted'), ownerIn('Dev', 'present')];
const taken = new Error('it belongs to another stack');

interface World {
  readonly keys?: Partial<Pick<Lifecycle<string, object>, 'recordKeys' | 'ownedKeys'>>;
  readonly stateOf?: CustomResourceStatus['stateOf'];
  readonly error?: Error;
}

/** Runs an action that fails unless the first owner of the record is a former one. Returns with whom it ran. */
async function run(owners: readonly Owner[], { keys, stateOf, error = taken }: World = {}): Promise<readonly Owner[]> {
  const registry = new FakeRegistry();
  await registry.write('thing#dev', { owners }, undefined);
  const status = { stateOf: stateOf ?? (async ({ stackId }) => stackId === deleted.stackId ? 'removed' : 'stable') };
  const lifecycle = keys ?? { recordKeys: (name: string) => [`thing#${name}`, 'thing#missing'] };
  const seen: Owner[] = [];
  await withFormerOwners({ lifecycle, registry, status }, owner, 'dev', async of => {
    seen.push(of);
    if (!of.formerOwners) throw error;
  });
  return seen;
}

beforeEach(() => {
  for (const stream of [process.stdout, process.stderr]) jest.spyOn(stream, 'write').mockImplementation(() => true);
});
afterEach(() => jest.restoreAllMocks());

test('a rejected request is made again in the place of owners that CloudFormation does not have any more', async () => {
  expect(await run([deleted])).toEqual([owner, { ...owner, formerOwners: [deleted.id] }]);
  expect(await run([present, deleted])).toEqual([owner, { ...owner, formerOwners: [deleted.id] }]);
  const ownedKeys = (name: string) => [`thing#${name}`];
  expect(await run([deleted], { keys: { ownedKeys, recordKeys: () => [] } })).toHaveLength(2);
});

test('a request that is not rejected asks CloudFormation for nothing', async () => {
  const stateOf = jest.fn();
  const registry = new FakeRegistry();
  expect(await withFormerOwners({ lifecycle: {}, registry, status: { stateOf } }, owner, 'dev', async of => of))
    .toEqual(owner);
  expect(stateOf).not.toHaveBeenCalled();
});

const removed = async () => 'removed' as const;
const inAccount = (accountId: string): Owner =>
  ({ ...deleted, stackId: deleted.stackId.replace('222222222222', accountId) });
const inRegion = (region: string): Owner => ({ ...deleted, stackId: deleted.stackId.replace('eu-central-1', region) });

test.each<[string, readonly Owner[], World]>([
  ['whose owner is in a stack that exists', [present], {}],
  ['whose owner is in the same stack', [{ ...deleted, stackId: owner.stackId }], { stateOf: removed }],
  ['of a pool, which is not in a stack', [{ ...deleted, stackId: 'pool/dev' }], { stateOf: removed }],
  ['whose owner is being changed', [present], { stateOf: async () => 'in progress' }],
  ['without owners', [], { stateOf: removed }],
  ['that no record has', [deleted], { keys: {} }],
  ['whose owner is in another account', [inAccount('333333333333')], { stateOf: removed }],
  ['whose owner is in another region', [inRegion('eu-west-1')], { stateOf: removed }],
])('a rejected request for something %s is not made again', async (_, owners, world) => {
  await expect(run(owners, world)).rejects.toBe(taken);
});

test('an error that may pass is reported as it is, whether of the request or of CloudFormation', async () => {
  const error = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
  await expect(run([deleted], { error })).rejects.toBe(error);
  await expect(run([deleted], { stateOf: async () => Promise.reject(error) })).rejects.toBe(error);
});

test('an owner takes the place of its former owners, and of no other', () => {
  const successor = { ...owner, formerOwners: [deleted.id] };
  const owners = [deleted, present].map(each => ({ ...each, request: 'old' }));
  expect(foreignOwner(owners, successor)).toMatchObject(present);
  expect(foreignOwner(owners.slice(0, 1), successor)).toBeUndefined();
  expect(foreignOwner(owners.slice(0, 1), owner)).toMatchObject(deleted);
  expect(withOwner(owners, successor, 'new')).toEqual([{ ...present, request: 'old' }, { ...owner, request: 'new' }]);
});
