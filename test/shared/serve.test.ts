import { noteRequest } from '../../lambda/registry/request';
import { RecordChangedError } from '../../lambda/shared/errors';
import { DONE, done, lookAgainIn, NOT_YET } from '../../lambda/shared/lifecycle';
import type { Lifecycle, Owner, Progress } from '../../lambda/shared/lifecycle';
import { serve } from '../../lambda/shared/serve';
import type { Outcome, ResourceRequest } from '../../src/kinds/contract';
import { FakeRegistry } from '../registry/fake-registry';

interface Wanted { readonly name: string }
interface Result { readonly value: string }

const STACK = 'arn:aws:cloudformation:eu-central-1:222222222222:stack/environments/0f3c';

class Recorder implements Lifecycle<Wanted, Result> {
  public readonly seen: { method: string; owner: Owner; request: Wanted; before?: Wanted }[] = [];
  public readonly errors: Error[] = [];
  public progress: Progress<Result> = NOT_YET;

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

  private note(method: string, owner: Owner, request: Wanted, before?: Wanted): void {
    this.seen.push({ method, owner, request, ...(before && { before }) });
    const error = this.errors.shift();
    if (error) throw error;
  }
}

const create: ResourceRequest = {
  requestId: 'request-1',
  requestType: 'Create',
  stackId: STACK,
  logicalId: 'Dev',
  physicalId: 'Dev-0123456789abcdef',
  ownerId: 'Dev-0123456789abcdef',
  properties: { name: 'new' },
};
const update: ResourceRequest = { ...create, requestId: 'request-2', requestType: 'Update', oldProperties: { name: 'old' } };
const remove: ResourceRequest = { ...create, requestId: 'request-3', requestType: 'Delete' };

/** A kind's handler over a registry in memory. */
class World {
  public readonly recorder = new Recorder();
  public readonly registry = new FakeRegistry();
  public time = 0;
  private readonly handler = serve(this.recorder, this.registry, async () => this.awaited(), () => this.time);

  public awaited = async (): Promise<boolean> => true;

  public async arrive(request: ResourceRequest): Promise<void> {
    await noteRequest(this.registry, { ...request, responseUrl: 'https://answer.example' }, this.time);
  }

  public async look(request: ResourceRequest): Promise<Outcome> {
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

test('each request is written down once, and every look takes one step', async () => {
  for (const request of [create, update, remove]) {
    await world.arrive(request);
    await world.look(request);
    await world.look(request);
  }
  expect(world.methods).toEqual([
    'requestCreate', 'reconcile', 'reconcile', 'requestUpdate', 'reconcile', 'reconcile', 'requestDelete', 'reconcileDelete', 'reconcileDelete',
  ]);
  const owner = { id: create.ownerId, stackId: STACK, logicalId: 'Dev' };
  expect(world.recorder.seen[3]).toEqual({ method: 'requestUpdate', owner, request: { name: 'new' }, before: { name: 'old' } });
});

test('the waiter waits as long as the lifecycle says, and gets the attributes when all is done', async () => {
  await world.arrive(create);
  world.recorder.progress = lookAgainIn(45);
  expect(await world.look(create)).toEqual({ state: 'waiting', seconds: 45 });
  world.recorder.progress = done({ value: '5' });
  expect(await world.look(create)).toEqual({ state: 'complete', data: { value: '5' } });
  await world.arrive(remove);
  expect(await world.look(remove)).toEqual({ state: 'complete', data: {} });
});

test('a request that a newer one has superseded does nothing any more, even if it is delivered again', async () => {
  await world.arrive(create);
  await world.look(create);
  await world.arrive(update);
  await world.look(update);
  await world.arrive(create);
  const before = world.methods.length;
  expect(await world.look(create)).toEqual({ state: 'failed', reason: "this request for 'Dev' was not completed, because CloudFormation has sent a newer one for the same resource: deploy again" });
  expect(world.methods).toHaveLength(before);
  await world.look(update);
  expect(world.methods.at(-1)).toBe('reconcile');
});

test('an old request that arrives after a newer one neither begins nor stops it', async () => {
  let isAwaited = true;
  world.awaited = async () => isAwaited;
  await world.arrive(remove);
  await world.look(remove);
  await world.arrive(create);
  isAwaited = false;
  world.time = 61_000;
  expect(await world.look(create)).toMatchObject({ state: 'failed' });
  world.recorder.progress = done({ value: '5' });
  expect(await world.look(remove)).toEqual({ state: 'complete', data: {} });
  expect(world.methods).toEqual(['requestDelete', 'reconcileDelete', 'reconcileDelete']);
});

test('the waiter looks once more before CloudFormation stops to listen, however long the lifecycle wants to wait', async () => {
  await world.arrive(create);
  world.recorder.progress = lookAgainIn(3000);
  expect(await world.look(create)).toEqual({ state: 'waiting', seconds: 3000 });
  world.time = 50 * 60_000;
  expect(await world.look(create)).toEqual({ state: 'waiting', seconds: 301 });
  world.time += 301_000;
  expect(await world.look(create)).toMatchObject({ state: 'failed', reason: expect.stringContaining('is not complete after 55 minutes') });
});

test('a creation is not begun unless CloudFormation waits for it, a removal always is', async () => {
  let isAwaited = false;
  world.awaited = async () => isAwaited;
  await world.arrive(create);
  expect(await world.look(create)).toMatchObject({ state: 'waiting' });
  expect(world.methods).toEqual([]);
  isAwaited = true;
  await world.look(create);
  isAwaited = false;
  await world.look(create);
  expect(world.methods).toEqual(['requestCreate', 'reconcile', 'reconcile']);
  await world.arrive(remove);
  await world.look(remove);
  expect(world.methods.slice(3)).toEqual(['requestDelete', 'reconcileDelete']);
});

test('a creation that CloudFormation has given up fails after a minute and never begins', async () => {
  world.awaited = async () => false;
  await world.arrive(create);
  world.time = 50_000;
  // a second delivery is no new request
  await world.arrive(create);
  expect(await world.look(create)).toMatchObject({ state: 'waiting' });
  world.time = 61_000;
  expect(await world.look(create)).toEqual({
    state: 'failed',
    reason: "CloudFormation no longer waits for 'Dev' (cancelled or timed out); nothing was started: deploy again",
  });
  expect(world.methods).toEqual([]);
});

test('a right to look at CloudFormation that is not known everywhere yet is awaited for a minute', async () => {
  world.awaited = async () => { throw Object.assign(new Error('not authorized'), { name: 'AccessDenied' }); };
  await world.arrive(create);
  expect(await world.look(create)).toMatchObject({ state: 'waiting' });
  world.time = 61_000;
  expect(await world.look(create)).toEqual({ state: 'failed', reason: 'not authorized' });
});

test('a transient error means waiting, a final one is the reason of the failure', async () => {
  await world.arrive(create);
  const transient = ['TooManyRequestsException', 'ConflictException'].map(name => Object.assign(new Error(), { name }));
  world.recorder.errors.push(new RecordChangedError('account#a'), ...transient, new Error('the e-mail is taken'));
  for (let times = 0; times < 3; times++) expect(await world.look(create)).toMatchObject({ state: 'waiting' });
  expect(await world.look(create)).toEqual({ state: 'failed', reason: 'the e-mail is taken' });
});

test.each([
  ['nothing fails', undefined, "'Dev' is not complete after 55 minutes; deploy again in some minutes"],
  ['AWS is not available', Object.assign(new Error('no'), { name: 'ServiceUnavailable' }),
    "'Dev' is not complete after 55 minutes; the last error was ServiceUnavailable: no; deploy again in some minutes"],
])('no resource waits without end: when %s, it fails before CloudFormation stops to listen', async (_, error, reason) => {
  await world.arrive(create);
  await world.look(create);
  world.time = 56 * 60_000;
  if (error) world.recorder.errors.push(error);
  expect(await world.look(create)).toEqual({ state: 'failed', reason });
});

test('a look reads the request and the records of the kind in one call', async () => {
  const prefetch = jest.spyOn(world.registry, 'prefetch');
  Object.assign(world.recorder, { recordsOf: ({ name }: Wanted) => [`thing#${name}`] });
  await world.arrive(create);
  await world.look(create);
  expect(prefetch.mock.calls).toEqual([[['request#Dev-0123456789abcdef', 'thing#new']]]);
});
