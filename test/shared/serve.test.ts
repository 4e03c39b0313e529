import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { RecordChangedError } from '../../lambda/shared/errors';
import { NOT_YET } from '../../lambda/shared/lifecycle';
import type { Lifecycle, Owner, Progress } from '../../lambda/shared/lifecycle';
import { serve as serveWith } from '../../lambda/shared/serve';
import { FakeRegistry } from '../registry/fake-registry';

interface Request { readonly name: string; readonly list: readonly string[] }
interface Result { readonly value: string }

const SECRET = 'https://cloudformation-custom-resource-response.example/whoever-knows-this-answers-for-us';
const STACK = 'arn:aws:cloudformation:eu-central-1:222222222222:stack/environments/0f3c';

class Recorder implements Lifecycle<Request, Result> {
  public readonly seen: { method: string; owner: Owner; request: Request; before?: Request }[] = [];
  public readonly errors: Error[] = [];
  public progress: Progress<Result> = NOT_YET;

  public async create(owner: Owner, request: Request): Promise<void> {
    this.note('create', owner, request);
  }

  public async update(owner: Owner, request: Request, before: Request): Promise<void> {
    this.note('update', owner, request, before);
  }

  public async remove(owner: Owner, request: Request): Promise<void> {
    this.note('remove', owner, request);
  }

  public async advance(owner: Owner, request: Request): Promise<Progress<Result>> {
    this.note('advance', owner, request);
    return this.progress;
  }

  public async finishRemoval(owner: Owner, request: Request): Promise<boolean> {
    this.note('finishRemoval', owner, request);
    return this.progress.done;
  }

  private note(method: string, owner: Owner, request: Request, before?: Request): void {
    this.seen.push({ method, owner, request, ...(before && { before }) });
    const error = this.errors.shift();
    if (error) throw error;
  }
}

const common = {
  RequestId: 'request-1',
  ResponseURL: SECRET,
  StackId: STACK,
  LogicalResourceId: 'Dev',
  ResourceType: 'Custom::Account',
  ServiceToken: 'arn:token',
  ResourceProperties: { ServiceToken: 'arn:token', ServiceTimeout: '3600', name: 'new', list: ['a'] },
};
const create: CloudFormationCustomResourceEvent = { ...common, RequestType: 'Create' };
const update: CloudFormationCustomResourceEvent = {
  ...common, RequestType: 'Update', PhysicalResourceId: 'Dev-0123456789abcdef', OldResourceProperties: { ServiceToken: 'arn:token', name: 'old', list: [] },
};
const remove: CloudFormationCustomResourceEvent = { ...common, RequestType: 'Delete', PhysicalResourceId: 'Dev-0123456789abcdef' };

const awaited = async () => true;
const serve = (recorder: Recorder, isAwaited = awaited) => serveWith(recorder, new FakeRegistry(), isAwaited);

/** The logger writes to the streams themselves. */
const logged: string[] = [];
const keep = (text: string | Uint8Array): boolean => logged.push(String(text)) > 0;

beforeEach(() => {
  logged.length = 0;
  jest.spyOn(process.stdout, 'write').mockImplementation(keep);
  jest.spyOn(process.stderr, 'write').mockImplementation(keep);
});

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

test('the physical id is derived from stack and logical id, so it is the same however often Create comes', async () => {
  const { onEvent } = serve(new Recorder());
  const { PhysicalResourceId: id } = await onEvent(create);
  expect(id).toMatch(/^Dev-[0-9a-f]{16}$/);
  expect(await onEvent({ ...create, RequestId: 'request-2' })).toEqual({ PhysicalResourceId: id });
  expect((await onEvent({ ...create, StackId: `${STACK}2` })).PhysicalResourceId).not.toBe(id);
  expect((await onEvent({ ...create, LogicalResourceId: 'Test' })).PhysicalResourceId).not.toBe(id);
});

test('the physical id never changes, and fits a logical id of any length', async () => {
  const { onEvent } = serve(new Recorder());
  expect(await onEvent(update)).toEqual({ PhysicalResourceId: 'Dev-0123456789abcdef' });
  expect(await onEvent(remove)).toEqual({ PhysicalResourceId: 'Dev-0123456789abcdef' });
  expect((await onEvent({ ...create, LogicalResourceId: 'L'.repeat(255) })).PhysicalResourceId.length).toBeLessThanOrEqual(81);
});

test('a creation that nobody waited for is deleted under the id that it would have had', async () => {
  const recorder = new Recorder();
  const { onEvent, isComplete } = serve(recorder);
  const { PhysicalResourceId: id } = await onEvent(create);
  await isComplete(create);
  const made = { ...remove, RequestId: 'request-3', PhysicalResourceId: 'stack-Dev-1X2Y3Z4A5B6C' };
  expect(await onEvent(made)).toEqual({ PhysicalResourceId: made.PhysicalResourceId });
  await isComplete(made);
  expect(recorder.seen.at(-1)).toMatchObject({ method: 'finishRemoval', owner: { id } });
});

test('the lifecycle gets its request without what CloudFormation adds, once, in isComplete', async () => {
  const recorder = new Recorder();
  const { onEvent, isComplete } = serve(recorder);
  const requests = [create, { ...update, RequestId: 'request-2' }, { ...remove, RequestId: 'request-3' }];
  for (const event of requests) {
    await onEvent(event);
    await isComplete(event);
    await isComplete(event);
  }
  expect(recorder.seen.map(({ method }) => method))
    .toEqual(['create', 'advance', 'advance', 'update', 'advance', 'advance', 'remove', 'finishRemoval', 'finishRemoval']);
  for (const { request } of recorder.seen) expect(request).toEqual({ name: 'new', list: ['a'] });
  expect(recorder.seen[3]).toMatchObject({ owner: { id: 'Dev-0123456789abcdef', stackId: STACK, logicalId: 'Dev' }, before: { name: 'old', list: [] } });
});

test('isComplete of a Create finds the physical id that onEvent answered', async () => {
  const recorder = new Recorder();
  const { onEvent, isComplete } = serve(recorder);
  const { PhysicalResourceId: id } = await onEvent(create);
  await isComplete(create);
  expect(recorder.seen.map(({ owner }) => owner.id)).toEqual([id, id]);
});

test('what was asked before the last request does nothing any more, even if it comes again', async () => {
  const recorder = new Recorder();
  const { onEvent, isComplete } = serve(recorder);
  const { PhysicalResourceId } = await onEvent(create);
  await isComplete(create);
  const later = { ...update, RequestId: 'request-2', PhysicalResourceId };
  await onEvent(later);
  await onEvent(create);
  const before = recorder.seen.length;
  await expect(isComplete(create)).rejects.toThrow("something else was asked of 'Dev' meanwhile");
  expect(recorder.seen).toHaveLength(before);
  await isComplete(later);
  expect(recorder.seen.at(-1)?.method).toBe('advance');
});

test('what CloudFormation does not wait for is not begun, unless it is a removal', async () => {
  const recorder = new Recorder();
  let isAwaited = false;
  const { onEvent, isComplete } = serve(recorder, async () => isAwaited);
  const { PhysicalResourceId } = await onEvent(create);
  expect(await isComplete(create)).toEqual({ IsComplete: false });
  expect(recorder.seen).toEqual([]);
  isAwaited = true;
  await isComplete(create);
  isAwaited = false;
  await isComplete(create);
  expect(recorder.seen.map(({ method }) => method)).toEqual(['create', 'advance', 'advance']);
  const gone = { ...remove, RequestId: 'request-2', PhysicalResourceId };
  await onEvent(gone);
  await isComplete(gone);
  expect(recorder.seen.slice(3).map(({ method }) => method)).toEqual(['remove', 'finishRemoval']);
});

test('what CloudFormation does not wait for after a minute has failed, so that it never begins with the next deployment', async () => {
  jest.useFakeTimers({ now: 0 });
  const recorder = new Recorder();
  const denied = serve(recorder, async () => { throw Object.assign(new Error('not authorized'), { name: 'AccessDenied' }); });
  const unwanted = serve(recorder, async () => false);
  for (const { onEvent, isComplete } of [denied, unwanted]) {
    await onEvent(create);
    expect(await isComplete(create)).toEqual({ IsComplete: false });
  }
  // the same event once more is no new request
  jest.setSystemTime(50_000);
  await unwanted.onEvent(create);
  jest.setSystemTime(61_000);
  await expect(denied.isComplete(create)).rejects.toThrow('not authorized');
  await expect(unwanted.isComplete(create)).rejects.toThrow("CloudFormation does not wait for 'Dev' any more, so nothing is begun: deploy again");
  expect(recorder.seen).toEqual([]);
});

test('a request that cannot be noted for most of a minute fails, with words that say what to do', async () => {
  jest.useFakeTimers({ now: 0 });
  const registry = new FakeRegistry();
  jest.spyOn(registry, 'read').mockRejectedValue(Object.assign(new Error('no'), { name: 'ServiceUnavailable' }));
  const recorder = new Recorder();
  const refused = expect(serveWith(recorder, registry, awaited).onEvent(create)).rejects
    .toThrow('ServiceUnavailable: no: AWS could not serve this just now; deploy again');
  await jest.advanceTimersByTimeAsync(50_000);
  await refused;
  expect(recorder.seen).toEqual([]);
});

test('data is answered only when all is done', async () => {
  const recorder = new Recorder();
  const { onEvent, isComplete } = serve(recorder);
  await onEvent(create);
  expect(await isComplete(create)).toEqual({ IsComplete: false });
  recorder.progress = { done: true, result: { value: '5' } };
  expect(await isComplete(create)).toEqual({ IsComplete: true, Data: { value: '5' } });
  const gone = { ...remove, RequestId: 'request-2', PhysicalResourceId: (await onEvent(create)).PhysicalResourceId };
  await onEvent(gone);
  expect(await isComplete(gone)).toEqual({ IsComplete: true });
});

test('a transient error means "not yet", a final one is thrown', async () => {
  const recorder = new Recorder();
  const { onEvent, isComplete } = serve(recorder);
  await onEvent(create);
  const transient = ['TooManyRequestsException', 'ConflictException'].map(name => Object.assign(new Error(), { name }));
  recorder.errors.push(new RecordChangedError('account#a'), ...transient, new Error('the e-mail is taken'));
  for (let times = 0; times < 3; times++) expect(await isComplete(create)).toEqual({ IsComplete: false });
  await expect(isComplete(create)).rejects.toThrow('the e-mail is taken');
});

test('the URL with which anybody could answer in our name is never logged', async () => {
  const recorder = new Recorder();
  const { onEvent, isComplete } = serve(recorder);
  await onEvent(create);
  recorder.errors.push(new RecordChangedError('account#a'));
  await isComplete(create);
  recorder.errors.push(new Error('final'));
  await expect(isComplete(create)).rejects.toThrow();
  expect(logged.join('')).toContain('not yet');
  expect(logged.join('')).not.toContain('whoever-knows-this');
});
