import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { RecordChangedError } from '../../lambda/shared/errors';
import { NOT_YET } from '../../lambda/shared/lifecycle';
import type { Lifecycle, Owner, Progress } from '../../lambda/shared/lifecycle';
import { serve } from '../../lambda/shared/serve';

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
  ...common, RequestType: 'Update', PhysicalResourceId: 'Dev-old', OldResourceProperties: { ServiceToken: 'arn:token', name: 'old', list: [] },
};
const remove: CloudFormationCustomResourceEvent = { ...common, RequestType: 'Delete', PhysicalResourceId: 'Dev-old' };

/** The logger writes to the streams themselves. */
const logged: string[] = [];
const keep = (text: string | Uint8Array): boolean => logged.push(String(text)) > 0;

beforeEach(() => {
  logged.length = 0;
  jest.spyOn(process.stdout, 'write').mockImplementation(keep);
  jest.spyOn(process.stderr, 'write').mockImplementation(keep);
});

afterEach(() => { jest.restoreAllMocks(); });

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
  expect(await onEvent(update)).toEqual({ PhysicalResourceId: 'Dev-old' });
  expect(await onEvent(remove)).toEqual({ PhysicalResourceId: 'Dev-old' });
  expect((await onEvent({ ...create, LogicalResourceId: 'L'.repeat(255) })).PhysicalResourceId.length).toBeLessThanOrEqual(81);
});

test('the lifecycle gets its request without what CloudFormation adds', async () => {
  const recorder = new Recorder();
  const { onEvent, isComplete } = serve(recorder);
  await onEvent(create);
  await onEvent(update);
  await onEvent(remove);
  await isComplete(update);
  await isComplete(remove);
  expect(recorder.seen.map(({ method }) => method)).toEqual(['create', 'update', 'remove', 'advance', 'finishRemoval']);
  for (const { request } of recorder.seen) expect(request).toEqual({ name: 'new', list: ['a'] });
  expect(recorder.seen[1]).toMatchObject({ owner: { id: 'Dev-old', stackId: STACK, logicalId: 'Dev' }, before: { name: 'old', list: [] } });
});

test('isComplete of a Create finds the physical id that onEvent answered', async () => {
  const recorder = new Recorder();
  const { onEvent, isComplete } = serve(recorder);
  await onEvent(create);
  await isComplete(create);
  expect(recorder.seen[1]?.owner).toEqual(recorder.seen[0]?.owner);
});

test('data is answered only when all is done', async () => {
  const recorder = new Recorder();
  const { isComplete } = serve(recorder);
  expect(await isComplete(create)).toEqual({ IsComplete: false });
  recorder.progress = { done: true, result: { value: '5' } };
  expect(await isComplete(create)).toEqual({ IsComplete: true, Data: { value: '5' } });
  expect(await isComplete(remove)).toEqual({ IsComplete: true });
});

test('a transient error means "not yet", a final one is thrown', async () => {
  const recorder = new Recorder();
  const { isComplete } = serve(recorder);
  recorder.errors.push(new RecordChangedError('account#a'), Object.assign(new Error(), { name: 'TooManyRequestsException' }), new Error('the e-mail is taken'));
  expect(await isComplete(create)).toEqual({ IsComplete: false });
  expect(await isComplete(remove)).toEqual({ IsComplete: false });
  await expect(isComplete(create)).rejects.toThrow('the e-mail is taken');
});

test('onEvent, which cannot answer "not yet", tries again for a while', async () => {
  const recorder = new Recorder();
  const { onEvent } = serve(recorder);
  recorder.errors.push(new RecordChangedError('account#a'), new RecordChangedError('account#a'));
  await expect(onEvent(create)).resolves.toBeDefined();
  recorder.errors.push(new Error('the e-mail is taken'));
  await expect(onEvent(create)).rejects.toThrow('the e-mail is taken');
  expect(recorder.seen).toHaveLength(4);
});

test('the URL with which anybody could answer in our name is never logged', async () => {
  const recorder = new Recorder();
  const { onEvent, isComplete } = serve(recorder);
  for (const event of [create, update, remove]) await onEvent(event);
  recorder.errors.push(new RecordChangedError('account#a'));
  await isComplete(create);
  recorder.errors.push(new Error('final'));
  await expect(isComplete(create)).rejects.toThrow();
  expect(logged.join('')).toContain('not yet');
  expect(logged.join('')).not.toContain('whoever-knows-this');
});
