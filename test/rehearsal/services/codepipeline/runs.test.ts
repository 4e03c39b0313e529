import { writeFileSync } from 'node:fs';
import {
  EnableStageTransitionCommand,
  GetPipelineExecutionCommand,
  ListPipelineExecutionsCommand,
  RetryStageExecutionCommand,
  RollbackStageCommand,
  StopPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline';
import { buildAction, buildProject, MEMBER, PIPELINE, PipelineWorld, REGION, until } from './world';

/** Each commit has a file `do.sh` with the commands of its build. */
const DO = { Project: buildProject('do', ['sh do.sh']) };
const DEPLOY = { Name: 'Deploy', Actions: [buildAction('Deploy', 'do')] };

let world: PipelineWorld;
beforeEach(async () => { world = await PipelineWorld.start({ files: { 'do.sh': 'echo first\n' } }); });
afterEach(() => world.stop());

const log = (): string =>
  world.simulation.codebuild
    .builds(MEMBER, REGION)
    .map(build => build.log.join('\n'))
    .join('\n');

test('a pipeline starts when it is created, and then at the commit that a start names', async () => {
  await world.pipeline([DEPLOY], { resources: DO });
  expect(await world.ended()).toMatchObject({ status: 'Succeeded', trigger: { triggerType: 'CreatePipeline' } });
  const second = await world.commit({ 'do.sh': 'echo second\n' });
  const third = await world.commit({ 'do.sh': 'echo third\n' });
  const id = await world.run({ commitId: second });
  expect(await world.ended(id)).toMatchObject({
    status: 'Succeeded',
    executionMode: 'SUPERSEDED',
    executionType: 'STANDARD',
    sourceRevisions: [{ actionName: 'Source', revisionId: second, revisionSummary: 'change do.sh' }],
  });
  expect(log()).toContain('second');
  expect(log()).not.toContain('third');
  await world.ended(await world.run());
  expect(await world.executions()).toMatchObject([
    { sourceRevisions: [{ revisionId: third }] },
    { pipelineExecutionId: id },
    {},
  ]);
  const { nextToken } = await world.client.send(
    new ListPipelineExecutionsCommand({ pipelineName: PIPELINE, maxResults: 2 }),
  );
  const rest = await world.client.send(
    new ListPipelineExecutionsCommand({ pipelineName: PIPELINE, maxResults: 2, nextToken }),
  );
  expect(rest).toMatchObject({ pipelineExecutionSummaries: [{ trigger: { triggerType: 'CreatePipeline' } }] });
  expect(rest.nextToken).toBeUndefined();
});

test('an execution that waits for a deployment is superseded by a newer one', async () => {
  await world.pipeline([DEPLOY], { resources: DO });
  await world.ended();
  const go = `${world.folder}/go`;
  await world.commit({ 'do.sh': `until [ -f ${go} ]; do sleep 0.1; done\n` });
  const slow = await world.run();
  await until(async () => (await world.stage('Deploy')).latestExecution?.pipelineExecutionId === slow || undefined);
  await world.commit({ 'do.sh': 'echo second\n' });
  const second = await world.run();
  await until(async () => (await world.stage('Deploy')).inboundExecution?.pipelineExecutionId === second || undefined);
  await world.commit({ 'do.sh': 'echo third\n' });
  const third = await world.run();
  await until(async () => (await world.stage('Deploy')).inboundExecution?.pipelineExecutionId === third || undefined);
  writeFileSync(go, '');
  expect(await world.ended(third)).toMatchObject({ status: 'Succeeded' });
  expect(await world.status(slow)).toBe('Succeeded');
  expect(await world.status(second)).toBe('Superseded');
  expect(log()).not.toContain('second');
});

test('in QUEUED mode no execution is superseded', async () => {
  await world.pipeline([DEPLOY], { resources: DO, ExecutionMode: 'QUEUED' });
  await world.ended();
  await world.commit({ 'do.sh': 'sleep 1\n' });
  const ids = [await world.run(), await world.run(), await world.run()];
  for (const id of ids) expect(await world.ended(id)).toMatchObject({ status: 'Succeeded', executionMode: 'QUEUED' });
});

test('in PARALLEL mode no execution waits', async () => {
  await world.commit({ 'do.sh': 'sleep 1\n' });
  await world.pipeline([DEPLOY], { resources: DO, ExecutionMode: 'PARALLEL' });
  await Promise.all([world.run(), world.run()]);
  await until(
    () =>
      world.simulation.codebuild.builds(MEMBER, REGION).filter(({ currentPhase }) => currentPhase === 'BUILD').length
        === 3 || undefined,
  );
  const executions = await world.executions();
  expect(executions).toHaveLength(3);
  for (const { pipelineExecutionId } of executions) {
    expect(await world.ended(pipelineExecutionId)).toMatchObject({ status: 'Succeeded' });
  }
});

test('a disabled transition keeps the latest execution waiting until it is enabled', async () => {
  await world.pipeline([DEPLOY], {
    resources: DO,
    DisableInboundStageTransitions: [{ StageName: 'Deploy', Reason: 'disabled for the audit' }],
  });
  const { inboundTransitionState } = await world.stage('Deploy');
  expect(inboundTransitionState).toMatchObject({
    enabled: false,
    disabledReason: 'disabled for the audit',
    lastChangedBy: expect.stringContaining(MEMBER),
  });
  const created = (await world.executions())[0].pipelineExecutionId ?? '';
  await until(async () => (await world.stage('Deploy')).inboundExecution !== undefined || undefined);
  const second = await world.run();
  await until(async () => (await world.stage('Deploy')).inboundExecution?.pipelineExecutionId === second || undefined);
  expect(await world.status(created)).toBe('Superseded');
  expect(world.simulation.codepipeline.isBusy).toBe(false);
  await world.client.send(
    new EnableStageTransitionCommand({ pipelineName: PIPELINE, stageName: 'Deploy', transitionType: 'Inbound' }),
  );
  expect(await world.ended(second)).toMatchObject({ status: 'Succeeded' });
});

describe('a stopped execution', () => {
  const stop = async (pipelineExecutionId: string, abandon: boolean): Promise<unknown> =>
    world.client.send(
      new StopPipelineExecutionCommand({
        pipelineName: PIPELINE,
        pipelineExecutionId,
        abandon,
        reason: 'wrong commit',
      }),
    );
  const deploying = async (): Promise<string> => {
    await world.commit({ 'do.sh': 'sleep 2\n' });
    await world.pipeline([DEPLOY, { Name: 'Verify', Actions: [buildAction('Verify', 'do')] }], { resources: DO });
    await until(
      async () => (await world.stage('Deploy')).actionStates?.[0].latestExecution?.status === 'InProgress' || undefined,
    );
    return (await world.executions())[0].pipelineExecutionId ?? '';
  };

  test('completes the running actions first', async () => {
    const id = await deploying();
    await stop(id, false);
    expect(await world.status(id)).toBe('Stopping');
    await expect(stop(id, false)).rejects.toMatchObject({ name: 'DuplicatedStopRequestException' });
    expect(await world.ended(id)).toMatchObject({ status: 'Stopped', stopTrigger: { reason: 'wrong commit' } });
    expect(await world.actions(id)).toMatchObject([
      { actionName: 'Deploy', status: 'Succeeded' },
      { actionName: 'Source' },
    ]);
    await expect(stop(id, true)).rejects.toMatchObject({ name: 'PipelineExecutionNotStoppableException' });
  });

  test('abandons the running actions if requested', async () => {
    const id = await deploying();
    await stop(id, true);
    expect(await world.ended(id)).toMatchObject({ status: 'Stopped' });
    expect(await world.actions(id)).toMatchObject([
      { actionName: 'Deploy', status: 'Abandoned' },
      { actionName: 'Source' },
    ]);
    // as on AWS, the build itself continues
    expect(world.simulation.codebuild.builds(MEMBER, REGION)).toMatchObject([{ status: 'IN_PROGRESS' }]);
  });
});

describe('a failed stage', () => {
  const retry = async (
    pipelineExecutionId: string | undefined,
    retryMode: 'FAILED_ACTIONS' | 'ALL_ACTIONS',
  ): Promise<unknown> =>
    world.client.send(
      new RetryStageExecutionCommand({ pipelineName: PIPELINE, stageName: 'Deploy', pipelineExecutionId, retryMode }),
    );
  const flaky = (file: string): string => `[ -f ${file} ] || { touch ${file}; exit 3; }`;

  test('can be retried, with the failed actions only or with all', async () => {
    const counter = `${world.folder}/counter`;
    const stage = {
      Name: 'Deploy',
      Actions: [buildAction('Deploy', 'do'), buildAction('Verify', 'verify', { RunOrder: 2 })],
    };
    await world.pipeline([stage], { resources: { ...DO, Verify: buildProject('verify', [flaky(counter)]) } });
    const { pipelineExecutionId, statusSummary } = await world.ended();
    expect(statusSummary).toBe(
      'Action Verify in stage Deploy failed: Build terminated with state: FAILED. Phase: BUILD, Code: '
        + 'COMMAND_EXECUTION_ERROR, '
        + `Message: Error while executing command: ${flaky(counter)}. Reason: exit status 3`,
    );
    await retry(pipelineExecutionId, 'FAILED_ACTIONS');
    expect(await world.ended(pipelineExecutionId)).toMatchObject({ status: 'Succeeded' });
    expect((await world.actions()).map(({ actionName }) => actionName)).toEqual([
      'Verify',
      'Verify',
      'Deploy',
      'Source',
    ]);
    expect((await world.stage('Deploy')).retryStageMetadata).toMatchObject({
      manualStageRetryAttempt: 1,
      latestRetryTrigger: 'ManualStageRetry',
    });
    await expect(retry(pipelineExecutionId, 'ALL_ACTIONS')).rejects.toMatchObject({
      name: 'StageNotRetryableException',
    });
  });

  test('is retried once automatically if configured', async () => {
    const stage = { ...DEPLOY, OnFailure: { Result: 'RETRY', RetryConfiguration: { RetryMode: 'ALL_ACTIONS' } } };
    await world.pipeline([stage], { resources: { Project: buildProject('do', [flaky(`${world.folder}/counter`)]) } });
    expect(await world.ended()).toMatchObject({ status: 'Succeeded' });
    await world.commit({ 'x.txt': 'x' });
    expect((await world.actions()).map(({ actionName, status }) => [actionName, status])).toEqual([
      ['Deploy', 'Succeeded'],
      ['Deploy', 'Failed'],
      ['Source', 'Succeeded'],
    ]);
  });

  test('rolls back to the previous commit, and the failed execution reports the reason', async () => {
    await world.pipeline([{ ...DEPLOY, OnFailure: { Result: 'ROLLBACK' } }], { resources: DO });
    const good = await world.ended();
    await world.commit({ 'do.sh': 'exit 1\n' });
    const bad = await world.run();
    expect(await world.ended(bad)).toMatchObject({ status: 'Failed' });
    const rollback = await world.ended();
    expect(rollback).toMatchObject({
      status: 'Succeeded',
      executionType: 'ROLLBACK',
      trigger: { triggerType: 'AutomatedRollback', triggerDetail: bad },
      rollbackMetadata: { rollbackTargetPipelineExecutionId: good.pipelineExecutionId },
      sourceRevisions: good.sourceRevisions,
    });
    expect(log().split('\n').filter(line => line === 'first')).toHaveLength(2);
  });

  test('reports that there is no execution to roll back to', async () => {
    await world.commit({ 'do.sh': 'exit 1\n' });
    await world.pipeline([{ ...DEPLOY, OnFailure: { Result: 'ROLLBACK' } }], { resources: DO });
    const { pipelineExecutionId } = await world.ended();
    const { pipelineExecution } = await world.client.send(
      new GetPipelineExecutionCommand({ pipelineName: PIPELINE, pipelineExecutionId }),
    );
    expect(pipelineExecution?.statusSummary).toContain(
      'Unable to roll back stage Deploy: no earlier execution has succeeded in it.',
    );
    expect(await world.executions()).toHaveLength(1);
  });

  test('can be rolled back manually only to an execution that succeeded in it', async () => {
    await world.pipeline([DEPLOY], { resources: DO });
    const good = await world.ended();
    await world.commit({ 'do.sh': 'exit 1\n' });
    const bad = await world.run();
    await world.ended(bad);
    const rollBack = async (targetPipelineExecutionId: string | undefined) =>
      world.client.send(
        new RollbackStageCommand({ pipelineName: PIPELINE, stageName: 'Deploy', targetPipelineExecutionId }),
      );
    await expect(rollBack(bad)).rejects.toMatchObject({ name: 'UnableToRollbackStageException' });
    const { pipelineExecutionId } = await rollBack(good.pipelineExecutionId);
    expect(await world.ended(pipelineExecutionId)).toMatchObject({
      status: 'Succeeded',
      trigger: { triggerType: 'ManualRollback' },
    });
    await expect(retry(bad, 'ALL_ACTIONS')).rejects.toMatchObject({ name: 'NotLatestPipelineExecutionException' });
  });
});
