import { Environments } from '../../lambda/pipeline/environments';
import { Handover } from '../../lambda/pipeline/handover';
import type { PipelineControl } from '../../lambda/pipeline-control/control';
import { haltKey } from '../../lambda/registry/halt';
import type { HaltRecord } from '../../lambda/registry/halt';
import { pipelineKey } from '../../lambda/registry/pipeline';
import type { PipelineRequest } from '../../src/pipeline/contract';
import { awsError } from '../fixtures/aws-error';
import { FakeRegistry } from '../registry/fake-registry';
import { environment, owner, pipeline } from '../stack/world';

const KEY = pipelineKey(pipeline);
const ATTEMPT = { attempt: 'token-1', requestedAt: 0 };
const disabled: PipelineRequest = { ...pipeline, environment: { ...environment, state: 'disabled' } };
const HALT: HaltRecord = { environmentName: 'test1', by: 'anna', reason: 'audit', at: '2026-11-29T00:00:00.000Z' };

/** A pipeline whose last execution was cancelled, with every change that is made to it. */
class RecordedControl implements PipelineControl {
  public readonly changes: string[] = [];
  public refusal?: Error;
  public onEnable?: () => Promise<void>;

  public async disable(_: unknown, reason: string): Promise<void> {
    this.record(`disable: ${reason}`);
  }

  public async enable(): Promise<void> {
    this.record('enable');
    await this.onEnable?.();
  }

  public async state() {
    return { waiting: [], awaitingApproval: [], actions: [] };
  }

  public async executions() {
    return [{ executionId: 'last', status: 'Cancelled', startedAt: new Date(0), updatedAt: new Date(0) }];
  }

  public async abandon(_: unknown, executionId: string): Promise<void> {
    this.record(`abandon ${executionId}`);
  }

  public async stopBuild(_: unknown, buildId: string): Promise<void> {
    this.record(`stop ${buildId}`);
  }

  public async start(_: unknown, token: string): Promise<void> {
    this.record(`start ${token}`);
  }

  private record(change: string): void {
    if (this.refusal) throw this.refusal;
    this.changes.push(change);
  }
}

async function handover(request = pipeline) {
  const registry = new FakeRegistry();
  const clock = { now: 0 };
  const environments = new Environments(registry, () => clock.now);
  const control = new RecordedControl();
  await registry.transaction(async () => environments.acquire(owner, request));
  const suspendedFor = async () => (await environments.pipeline(KEY))?.suspendedFor;
  const subject = new Handover(registry, environments, control, () => clock.now);
  return { registry, clock, environments, control, suspendedFor, handover: subject };
}

const SUSPENSION = { suspendedFor: 'pipeline#222222222222#eu-central-1#test1', reason: 'it moves', since: 0 };

describe('suspending a pipeline', () => {
  test('marks it and disables it', async () => {
    const world = await handover();
    expect(await world.handover.suspend(KEY, SUSPENSION)).toBe(true);
    expect(world.control.changes).toEqual(['disable: it moves']);
    expect(await world.suspendedFor()).toBe(SUSPENSION.suspendedFor);
  });

  test('that is not known does nothing', async () => {
    const world = await handover();
    expect(await world.handover.suspend('pipeline#333333333333#eu-central-1#test1', SUSPENSION)).toBe(false);
    expect(world.control.changes).toEqual([]);
  });

  const absent = ['PipelineNotFoundException', 'StageNotFoundException'];
  test.each(absent)('that AWS does not know (%s) succeeds', async name => {
    const world = await handover();
    world.control.refusal = awsError(name);
    expect(await world.handover.suspend(KEY, SUSPENSION)).toBe(false);
    expect(await world.suspendedFor()).toBe(SUSPENSION.suspendedFor);
  });

  test('whose role is denied is retried for a minute, and counts as absent after that', async () => {
    const world = await handover();
    world.clock.now = 100_000;
    world.control.refusal = awsError('AccessDeniedException', 'denied');
    await expect(world.handover.suspend(KEY, { ...SUSPENSION, since: 41_000 }))
      .rejects.toMatchObject({ $retryable: {} });
    expect(await world.handover.suspend(KEY, { ...SUSPENSION, since: 40_000 })).toBe(false);
  });

  test('fails when AWS answers with another error', async () => {
    const world = await handover();
    world.control.refusal = awsError('ValidationException', 'wrong');
    await expect(world.handover.suspend(KEY, SUSPENSION)).rejects.toThrow('wrong');
  });
});

describe('resuming a suspended pipeline', () => {
  async function suspended(request = pipeline) {
    const world = await handover(request);
    await world.environments.suspend(KEY, SUSPENSION.suspendedFor);
    return world;
  }

  test('enables it and starts it, because pushes may have started the other one', async () => {
    const world = await suspended();
    await world.handover.resume(KEY, ATTEMPT);
    expect(world.control.changes).toEqual(['enable', 'start token-1']);
    expect(await world.suspendedFor()).toBeUndefined();
  });

  test('leaves it disabled if its definition has disabled it', async () => {
    const world = await suspended(disabled);
    await world.handover.resume(KEY, ATTEMPT);
    expect(world.control.changes).toEqual([]);
    expect(await world.suspendedFor()).toBeUndefined();
  });

  test('leaves it disabled if an operator has halted it', async () => {
    const world = await suspended();
    await world.registry.write(haltKey('test1'), HALT, undefined);
    await world.handover.resume(KEY, ATTEMPT);
    expect(world.control.changes).toEqual([]);
    expect(await world.suspendedFor()).toBeUndefined();
  });

  test('disables it again if an operator halts it at the same moment', async () => {
    const world = await suspended();
    world.control.onEnable = async () => { await world.registry.write(haltKey('test1'), HALT, undefined); };
    await world.handover.resume(KEY, ATTEMPT);
    expect(world.control.changes).toEqual(['enable', 'disable: Halted by anna: audit']);
  });

  test('does nothing if it is not suspended', async () => {
    const world = await handover();
    await world.handover.resume(KEY, ATTEMPT);
    await world.handover.resume('pipeline#333333333333#eu-central-1#test1', ATTEMPT);
    expect(world.control.changes).toEqual([]);
  });
});

describe('restarting a pipeline whose execution AWS has cancelled', () => {
  test('starts it', async () => {
    const world = await handover();
    await world.handover.restart(KEY, ATTEMPT);
    expect(world.control.changes).toEqual(['start token-1']);
  });

  test('does not start one that is suspended, halted, disabled or unknown', async () => {
    const world = await handover();
    await world.environments.suspend(KEY, SUSPENSION.suspendedFor);
    await world.handover.restart(KEY, ATTEMPT);
    await world.environments.resume(KEY);
    await world.registry.write(haltKey('test1'), HALT, undefined);
    await world.handover.restart(KEY, ATTEMPT);
    await world.handover.restart('pipeline#333333333333#eu-central-1#test1', ATTEMPT);
    const other = await handover(disabled);
    await other.handover.restart(KEY, ATTEMPT);
    expect([...world.control.changes, ...other.control.changes]).toEqual([]);
  });
});
