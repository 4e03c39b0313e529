import type { Registry } from '../../lambda/registry/registry';
import { recordRequest } from '../../lambda/registry/request';
import { RecordChangedError } from '../../lambda/shared/errors';
import type { Lifecycle, Progress } from '../../lambda/shared/lifecycle';
import { done, waitFor } from '../../lambda/shared/lifecycle';
import { retryWhileRolePropagates } from '../../lambda/shared/propagation';
import { serve } from '../../lambda/shared/serve';
import { TimedOutError } from '../../lambda/shared/waiting';
import type { Outcome, ResourceRequest } from '../../src/kinds/contract';
import { FakeRegistry } from '../registry/fake-registry';

const MINUTE = 60_000;
const UNAVAILABLE = Object.assign(new Error('try later'), { name: 'ServiceUnavailable' });
const DENIED = Object.assign(new Error('no'), { name: 'AccessDenied' });

const REQUEST: ResourceRequest = {
  requestId: 'request-1',
  requestType: 'Create',
  stackId: 'arn:aws:cloudformation:eu-central-1:222222222222:stack/environments/0f3c',
  logicalId: 'Dev',
  physicalId: 'Dev-0123456789abcdef',
  ownerId: 'Dev-0123456789abcdef',
  properties: {},
};

/** The waiter with a virtual clock: it passes the result of a step to the next one. */
class Waiter {
  public time = 0;
  public readonly seconds: number[] = [];
  public readonly registry: Registry = new FakeRegistry();
  private readonly lifecycle: Lifecycle<object, object> = {
    requestCreate: async () => undefined,
    requestUpdate: async () => undefined,
    requestDelete: async () => undefined,
    reconcile: async () => this.step(),
    reconcileDelete: async () => ({ done: true, result: undefined }),
    check: async () => [],
    requestRepair: async () => undefined,
    subjectOf: () => "branch 'env/dev'",
  };

  /** What the lifecycle does in a step. */
  public step: () => Progress<object> = () => done({});

  /** Runs the request until it ends, or for so many steps. */
  public async run(steps = 2000): Promise<Outcome> {
    await recordRequest(this.registry, { ...REQUEST, responseUrl: 'https://response.example' }, this.time);
    const status = { isInProgress: async () => true, stateOf: async () => 'in progress' as const };
    const handler = serve(this.lifecycle, this.registry, status, () => this.time);
    let outcome = await handler(REQUEST);
    for (let count = 1; count < steps && outcome.state === 'waiting'; count++) {
      this.seconds.push(outcome.seconds);
      this.time += outcome.seconds * 1000;
      outcome = await handler({ ...REQUEST, step: { outcome } });
    }
    return outcome;
  }
}

let waiter: Waiter;
let log: string[];
beforeEach(() => {
  waiter = new Waiter();
  log = [];
  jest.spyOn(console, 'error').mockImplementation();
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation(text => log.push(String(text)) > 0);
  }
});
afterEach(() => jest.restoreAllMocks());

function fail(error: unknown): never {
  throw error;
}

test('a transient error doubles the pause up to a minute, and the request ends with the last one', async () => {
  waiter.step = () => fail(UNAVAILABLE);
  expect(await waiter.run()).toEqual({
    state: 'failed',
    reason: "branch 'env/dev' ('Dev') is not complete after 55 minutes; the last error was ServiceUnavailable: "
      + 'try later; deploy again in a few minutes',
  });
  expect(waiter.seconds.slice(0, 7)).toEqual([5, 10, 20, 40, 60, 60, 60]);
  expect(waiter.time).toBeLessThan(56 * MINUTE);
});

test('a step without an error resets the pause', async () => {
  const errors = [UNAVAILABLE, UNAVAILABLE, undefined, UNAVAILABLE];
  waiter.step = () => {
    const error = errors.shift();
    return error ? fail(error) : waitFor('AWS');
  };
  await waiter.run(6);
  expect(waiter.seconds).toEqual([5, 10, 5, 5, 5]);
});

test.each([
  ['a concurrent run', new RecordChangedError('account#a')],
  ['a new role', retryWhileRolePropagates(DENIED, 0)],
])('the pause does not grow because of %s', async (_, error) => {
  waiter.step = () => fail(error);
  await waiter.run(5);
  expect(waiter.seconds).toEqual([5, 5, 5, 5]);
});

test('a wait is checked every five seconds for five minutes, then less and less often up to a minute', async () => {
  waiter.step = () => waitFor("stack 'net'");
  expect(await waiter.run()).toMatchObject({
    state: 'failed',
    reason: "branch 'env/dev' ('Dev') is not complete after 55 minutes: it waits for stack 'net'; "
      + 'deploy again in a few minutes',
  });
  expect(waiter.seconds.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => 5));
  expect(waiter.seconds[60]).toBe(15);
  expect(waiter.seconds.length).toBeLessThan(150);
  expect(Math.max(...waiter.seconds)).toBe(60);
});

test('another wait is checked every five seconds again, and forgets the error of the former', async () => {
  waiter.step = () => waitFor(waiter.time < 10 * MINUTE ? 'one' : 'another', waiter.time === 0 ? DENIED : undefined);
  const outcome = await waiter.run(90);
  expect(waiter.seconds.at(-1)).toBe(5);
  expect(outcome).toMatchObject({ state: 'waiting', wait: { waitsFor: 'another' } });
  expect(JSON.stringify(outcome)).not.toContain('AccessDenied');
});

test('the log says in each step what the request waits for, and the error', async () => {
  waiter.step = () => waitFor('the services of account 111111111111', DENIED);
  await waiter.run(2);
  expect(log.join('')).toContain('"waitsFor":"the services of account 111111111111","lastError":"AccessDenied: no"');
});

test('the timeout of a lifecycle names the last error of an earlier step', async () => {
  waiter.step = () => {
    if (waiter.time < 40 * MINUTE) return waitFor('AWS', DENIED);
    return fail(new TimedOutError('it is not ready', 'deploy again'));
  };
  expect(await waiter.run()).toEqual({
    state: 'failed', reason: 'it is not ready; the last error was AccessDenied: no; deploy again',
  });
});

test('a request whose record cannot be read ends, too', async () => {
  jest.spyOn(waiter.registry, 'prefetch').mockRejectedValue(UNAVAILABLE);
  expect(await waiter.run()).toMatchObject({
    state: 'failed', reason: expect.stringContaining('the last error was ServiceUnavailable: try later'),
  });
});
