import { recordRequest } from '../../lambda/registry/request';
import { RecordChangedError } from '../../lambda/shared/errors';
import { DONE, done, checkAgainIn, IN_PROGRESS } from '../../lambda/shared/lifecycle';
import type { Lifecycle, Owner, Progress } from '../../lambda/shared/lifecycle';
import { serve } from '../../lambda/shared/serve';
import type { Outcome, ResourceRequest } from '../../src/kinds/contract';
import type { Drift } from '../../src/operations/contract';
import { FakeRegistry } from '../registry/fake-registry';

interface Wanted {
  readonly name: string;
}
interface Result {
  readonly value: string;
}

const STACK = 'arn:aws:cloudformation:eu-central-1:222222222222:stack/environments/0f3c';

class Recorder implements Lifecycle<Wanted, Result> {
  public readonly seen: { method: string; owner: Owner; request: Wanted; before?: Wanted }[] = [];
  public readonly errors: Error[] = [];
  public progress: Progress<Result> = IN_PROGRESS;
  public drifts: readonly Drift[] = [];
  public recover?: Lifecycle<Wanted, Result>['recover'];
  public requestFormer?: Lifecycle<Wanted, Result>['requestFormer'];

  public async requestCreate(owner: Owner, request: Wanted): Promise<void> {
    this.note('requestCreate', owner, request);
  }

  public async requestUpdate(owner: Owner, request: Wanted, before: Wanted): Promise<void> {
    this.note('requestUpdate', owner, request, before);
  }

  public async requestDelete(owner: Owner, request: Wanted): Promise<void> {
    this.note('requestDelete', owner, request);
  }

  public async reconcile(owner: Owner, request: Wanted): Promise<Progress<Result>> {
    this.note('reconcile', owner, request);
    return this.progress;
  }

  public async reconcileDelete(owner: Owner, request: Wanted): Promise<Progress<void>> {
    this.note('reconcileDelete', owner, request);
    return this.progress.done ? DONE : this.progress;
  }

  public async check(owner: Owner, request: Wanted): Promise<readonly Drift[]> {
    this.note('check', owner, request);
    return this.drifts;
  }

  public async requestRepair(owner: Owner, request: Wanted): Promise<void> {
    this.note('requestRepair', owner, request);
  }

  private note(method: string, owner: Owner, request: Wanted, before?: Wanted): void {
    this.seen.push({ method, owner, request, ...(before && { before }) });
    const error = this.errors.shift();
    if (error) throw error;
  }
}

const create: ResourceRequest = {
  requestId: 'request-1',
  requestType: 'Create',
  resourceType: 'Custom::OrgEnvironmentsBranch',
  stackId: STACK,
  logicalId: 'Dev',
  physicalId: 'Dev-0123456789abcdef',
  ownerId: 'Dev-0123456789abcdef',
  properties: { name: 'new' },
};
const update: ResourceRequest = {
  ...create,
  requestId: 'request-2',
  requestType: 'Update',
  oldProperties: { name: 'old' },
};
const remove: ResourceRequest = { ...create, requestId: 'request-3', requestType: 'Delete' };

/** A kind's handler over a registry in memory. */
class World {
  public readonly recorder = new Recorder();
  public readonly registry = new FakeRegistry();
  public time = 0;
  public readonly deletedStacks: string[] = [];
  private readonly handler = serve(
    this.recorder,
    this.registry,
    {
      isInProgress: async (_owner, type) => this.inProgress(type),
      stateOf: async ({ stackId }) => this.deletedStacks.includes(stackId) ? 'removed' : 'stable',
    },
    () => this.time,
  );

  public inProgress = async (_type: ResourceRequest['requestType']): Promise<boolean> => true;

  public async arrive(request: ResourceRequest): Promise<void> {
    await recordRequest(this.registry, { ...request, responseUrl: 'https://response.example' }, this.time);
  }

  public async step(request: ResourceRequest): Promise<Outcome> {
    return this.handler(request);
  }

  public get methods(): readonly string[] {
    return this.recorder.seen.map(({ method }) => method);
  }
}

let world: World;
beforeEach(() => {
  world = new World();
  for (const stream of [process.stdout, process.stderr]) jest.spyOn(stream, 'write').mockImplementation(() => true);
});
afterEach(() => jest.restoreAllMocks());

test('records each request once, and does one step in every invocation', async () => {
  for (const request of [create, update, remove]) {
    await world.arrive(request);
    await world.step(request);
    await world.step(request);
  }
  expect(world.methods).toEqual([
    'requestCreate',
    'reconcile',
    'reconcile',
    'requestUpdate',
    'reconcile',
    'reconcile',
    'requestDelete',
    'reconcileDelete',
    'reconcileDelete',
  ]);
  const owner = { id: create.ownerId, stackId: STACK, logicalId: 'Dev' };
  expect(world.recorder.seen[3]).toEqual({
    method: 'requestUpdate',
    owner,
    request: { name: 'new' },
    before: { name: 'old' },
  });
});

test('returns the waiting time of the lifecycle, and the attributes when the resource is complete', async () => {
  await world.arrive(create);
  world.recorder.progress = checkAgainIn(45, 'AWS');
  expect(await world.step(create)).toMatchObject({ state: 'waiting', seconds: 45 });
  world.recorder.progress = done({ value: '5' });
  expect(await world.step(create)).toEqual({ state: 'complete', data: { value: '5' } });
  await world.arrive(remove);
  expect(await world.step(remove)).toEqual({ state: 'complete', data: {} });
});

test('fails a request that a newer one supersedes, even if it is delivered again', async () => {
  await world.arrive(create);
  await world.step(create);
  await world.arrive(update);
  await world.step(update);
  await world.arrive(create);
  const before = world.methods.length;
  expect(await world.step(create)).toEqual({
    state: 'failed',
    reason: "superseded by a newer request of CloudFormation for 'Dev', such as a rollback: "
      + 'when its stack is stable, deploy again if the change is missing',
  });
  expect(world.methods).toHaveLength(before);
  await world.step(update);
  expect(world.methods.at(-1)).toBe('reconcile');
});

test('neither starts an old request that arrives after a newer one, nor stops the newer one', async () => {
  let isInProgress = true;
  world.inProgress = async () => isInProgress;
  await world.arrive(remove);
  await world.step(remove);
  await world.arrive(create);
  isInProgress = false;
  world.time = 61_000;
  expect(await world.step(create)).toMatchObject({ state: 'failed' });
  world.recorder.progress = done({ value: '5' });
  expect(await world.step(remove)).toEqual({ state: 'complete', data: {} });
  expect(world.methods).toEqual(['requestDelete', 'reconcileDelete', 'reconcileDelete']);
});

test('limits the waiting time, so that one more step comes before CloudFormation stops waiting', async () => {
  await world.arrive(create);
  world.recorder.progress = checkAgainIn(3000, 'AWS');
  expect(await world.step(create)).toMatchObject({ state: 'waiting', seconds: 3000 });
  world.time = 50 * 60_000;
  expect(await world.step(create)).toMatchObject({ state: 'waiting', seconds: 301 });
  world.time += 301_000;
  expect(await world.step(create)).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('is not complete after 55 minutes'),
  });
});

test.each([create, update, remove])(
  'starts a request of type $requestType only while CloudFormation waits for it',
  async request => {
    let isInProgress = false;
    world.inProgress = async () => isInProgress;
    await world.arrive(request);
    expect(await world.step(request)).toMatchObject({ state: 'waiting' });
    expect(world.methods).toEqual([]);
    isInProgress = true;
    await world.step(request);
    isInProgress = false;
    await world.step(request);
    const reconcile = request.requestType === 'Delete' ? 'reconcileDelete' : 'reconcile';
    expect(world.methods).toEqual([`request${request.requestType}`, reconcile, reconcile]);
  },
);

test.each([create, remove])(
  'fails a request of type $requestType for which CloudFormation does not wait, after a minute and without starting it',
  async request => {
    world.inProgress = async () => false;
    await world.arrive(request);
    world.time = 50_000;
    // a second delivery is not a new request
    await world.arrive(request);
    expect(await world.step(request)).toMatchObject({ state: 'waiting' });
    world.time = 61_000;
    expect(await world.step(request)).toEqual({
      state: 'failed',
      reason: 'nothing was started, because CloudFormation does not wait for the '
        + `${request.requestType === 'Delete' ? 'deletion' : 'creation'} of 'Dev' (it was cancelled or has timed out): `
        + 'deploy again to apply what the app declares now',
    });
    expect(world.methods).toEqual([]);
  },
);

test('retries for a minute while the permission to call CloudFormation propagates', async () => {
  world.inProgress = async () => {
    throw Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
  };
  await world.arrive(create);
  expect(await world.step(create)).toMatchObject({ state: 'waiting' });
  world.time = 61_000;
  expect(await world.step(create)).toEqual({ state: 'failed', reason: 'not authorized' });
});

test('waits after a transient error, and fails with the message of a permanent one', async () => {
  await world.arrive(create);
  const transient = ['TooManyRequestsException', 'ConflictException'].map(name => Object.assign(new Error(), { name }));
  world.recorder.errors.push(new RecordChangedError('account#a'), ...transient, new Error('the e-mail is taken'));
  for (let times = 0; times < 3; times++) expect(await world.step(create)).toMatchObject({ state: 'waiting' });
  expect(await world.step(create)).toEqual({ state: 'failed', reason: 'the e-mail is taken' });
});

test.each([
  [
    'the resource is never complete',
    undefined,
    "'Dev' is not complete after 55 minutes: it waits for a concurrent step; deploy again in a few minutes",
  ],
  [
    'AWS is not available',
    Object.assign(new Error('no'), { name: 'ServiceUnavailable' }),
    "'Dev' is not complete after 55 minutes; the last error was ServiceUnavailable: no; deploy again in a few minutes",
  ],
])('fails before CloudFormation stops waiting when %s', async (_, error, reason) => {
  await world.arrive(create);
  await world.step(create);
  world.time = 56 * 60_000;
  if (error) world.recorder.errors.push(error);
  expect(await world.step(create)).toEqual({ state: 'failed', reason });
});

test('reads the request and the records of the kind in one call', async () => {
  const prefetch = jest.spyOn(world.registry, 'prefetch');
  Object.assign(world.recorder, { recordKeys: ({ name }: Wanted) => [`thing#${name}`] });
  await world.arrive(create);
  await world.step(create);
  expect(prefetch.mock.calls).toEqual([
    [['request#Dev-0123456789abcdef', 'resource#Dev-0123456789abcdef', 'drift#Dev-0123456789abcdef', 'thing#new']],
  ]);
});

describe('records that may be lost are restored before', () => {
  const recovered: (readonly (string | boolean)[])[] = [];
  const changed = { ...update, requestId: 'request-4', properties: { name: 'newest' }, oldProperties: { name: 'new' } };
  beforeEach(() => {
    recovered.length = 0;
    world.recorder.recover = async (_owner, { name }, change) => {
      recovered.push(change ? [name, change.next.name, change.isRollback] : [name]);
    };
  });

  async function handle(...requests: readonly ResourceRequest[]): Promise<void> {
    for (const request of requests) {
      await world.arrive(request);
      await world.step(request);
    }
  }

  test('a deletion', async () => {
    await handle(create, remove);
    expect(recovered).toEqual([['new']]);
  });

  test('an update, whose resource may move away from its former place', async () => {
    await handle(create, changed);
    expect(recovered).toEqual([['new', 'newest', false]]);
  });

  test('the update of an unknown resource, and the rollback of an update', async () => {
    await handle(update);
    world.inProgress = async () => false;
    await handle(changed);
    world.inProgress = async () => true;
    const [before, after] = [{ name: 'newest' }, { name: 'new' }];
    await handle({ ...changed, requestId: 'request-5', properties: after, oldProperties: before });
    expect(recovered).toEqual([['old', 'new', false], ['newest', 'new', true]]);
  });
});

describe('what a restored registry knows is requested to be deleted', () => {
  const formers: (readonly string[])[] = [];
  beforeEach(() => {
    formers.length = 0;
    world.recorder.requestFormer = async (_owner, { name }, former, isCreation) => {
      formers.push([name, former.name, ...isCreation ? ['creation'] : []]);
    };
  });

  async function handle(request: ResourceRequest): Promise<void> {
    await world.arrive(request);
    await world.step(request);
  }

  const named = (name: string, oldName: string) => ({ properties: { name }, oldProperties: { name: oldName } });

  test('with an update, and with a deletion', async () => {
    await handle(create);
    await handle({ ...update, ...named('latest', 'newest') });
    expect(formers).toEqual([['latest', 'new']]);
    await handle({ ...remove, properties: { name: 'last' } });
    expect(formers).toEqual([['latest', 'new'], ['last', 'latest']]);
  });

  test('with a creation: CloudFormation has deleted the resource since', async () => {
    await handle(create);
    await handle({ ...create, requestId: 'request-5' });
    await handle({ ...create, requestId: 'request-6', properties: { name: 'other' } });
    expect(formers).toEqual([['other', 'new', 'creation']]);
  });

  test('and not if the resource had another type', async () => {
    await handle(create);
    await handle({ ...create, requestId: 'request-5', resourceType: 'Custom::Other', properties: { name: 'other' } });
    expect(formers).toEqual([]);
  });

  test('and not if CloudFormation knows the same request, or rolls back an update that was not started', async () => {
    await handle(create);
    await handle({ ...update, ...named('newest', 'new') });
    await handle({ ...update, requestId: 'request-5', ...named('newest', 'never started') });
    await handle({ ...remove, properties: { name: 'newest' } });
    expect(formers).toEqual([]);
  });
});

test('a request takes the place of an owner in a deleted stack, and of no other', async () => {
  const stackId = `${STACK}-deleted`;
  Object.assign(world.recorder, { recordKeys: ({ name }: Wanted) => [`thing#${name}`] });
  await world.registry.write('thing#new', { owners: [{ id: 'gone', logicalId: 'Gone', stackId }] }, undefined);
  for (const deleted of [false, true]) {
    if (deleted) world.deletedStacks.push(stackId);
    const request = { ...create, requestId: `request-${deleted}` };
    world.recorder.errors.push(new Error("it belongs to 'Gone'"));
    await world.arrive(request);
    expect(await world.step(request)).toMatchObject(
      deleted ? { state: 'waiting' } : { state: 'failed', reason: "it belongs to 'Gone'" });
  }
  expect(world.recorder.seen.map(({ method, owner: { formerOwners } }) => [method, formerOwners])).toEqual([
    ['requestCreate', undefined], ['requestCreate', undefined], ['requestCreate', ['gone']], ['reconcile', undefined],
  ]);
});
