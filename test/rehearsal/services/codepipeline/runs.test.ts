import { writeFileSync } from 'node:fs';
import {
  EnableStageTransitionCommand,
  GetPipelineExecutionCommand,
  GetPipelineStateCommand,
  ListPipelineExecutionsCommand,
  PutApprovalResultCommand,
  RetryStageExecutionCommand,
  RollbackStageCommand,
  StopPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline';
import { approvalAction, buildAction, buildProject, MEMBER, PIPELINE, PipelineWorld, REGION, until } from './world';

/** Each commit has a file `do.sh` with the commands of its build. */
const DO = { Project: buildProject('do', ['sh do.sh']) };
const DEPLOY = { Name: 'Deploy', Actions: [buildAction('Deploy', 'do')] };

let world: PipelineWorld;
beforeEach(async () => { world = await PipelineWorld.start({ files: { 'do.sh': 'echo first\n' } }); });
afterEach(() => world.stop());

const state = async (stageName: string) => {
  const { stageStates = [] } = await world.client.send(new GetPipelineStateCommand({ name: PIPELINE }));
  const found = stageStates.find(stage => stage.stageName === stageName);
  if (found === undefined) throw new Error(`no stage ${stageName}`);
  return found;
};
const token = async (): Promise<string> =>
  until(async () => (await state('Approve')).actionStates?.[0].latestExecution?.token);
const approve = async (status: 'Approved' | 'Rejected', given: string): Promise<unknown> =>
  world.client.send(
    new PutApprovalResultCommand({
      pipelineName: PIPELINE,
      stageName: 'Approve',
      actionName: 'Approve',
      token: given,
      result: { summary: `${status} by Anna`, status },
    }),
  );
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
  await until(async () => (await state('Deploy')).latestExecution?.pipelineExecutionId === slow || undefined);
  await world.commit({ 'do.sh': 'echo second\n' });
  const second = await world.run();
  await until(async () => (await state('Deploy')).inboundExecution?.pipelineExecutionId === second || undefined);
  await world.commit({ 'do.sh': 'echo third\n' });
  const third = await world.run();
  await until(async () => (await state('Deploy')).inboundExecution?.pipelineExecutionId === third || undefined);
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
  const { inboundTransitionState } = await state('Deploy');
  expect(inboundTransitionState).toMatchObject({
    enabled: false,
    disabledReason: 'disabled for the audit',
    lastChangedBy: expect.stringContaining(MEMBER),
  });
  const created = (await world.executions())[0].pipelineExecutionId ?? '';
  await until(async () => (await state('Deploy')).inboundExecution !== undefined || undefined);
  const second = await world.run();
  await until(async () => (await state('Deploy')).inboundExecution?.pipelineExecutionId === second || undefined);
  expect(await world.status(created)).toBe('Superseded');
  expect(world.simulation.codepipeline.isBusy).toBe(false);
  await world.client.send(
    new EnableStageTransitionCommand({ pipelineName: PIPELINE, stageName: 'Deploy', transitionType: 'Inbound' }),
  );
  expect(await world.ended(second)).toMatchObject({ status: 'Succeeded' });
});

describe('an approval', () => {
  const stages = [{ Name: 'Approve', Actions: [approvalAction({ TimeoutInMinutes: 60 })] }, DEPLOY];

  test('continues the execution once, with the right token', async () => {
    await world.pipeline(stages, { resources: DO });
    const given = await token();
    await expect(approve('Approved', 'another')).rejects.toMatchObject({ name: 'InvalidApprovalTokenException' });
    await approve('Approved', given);
    expect(await world.ended()).toMatchObject({ status: 'Succeeded' });
    expect(await world.actions()).toMatchObject([
      { actionName: 'Deploy' },
      { actionName: 'Approve', output: { executionResult: { externalExecutionSummary: 'Approved by Anna' } } },
      {},
    ]);
    await expect(approve('Approved', given)).rejects.toMatchObject({ name: 'ApprovalAlreadyCompletedException' });
  });

  test('is requested by a message to its topic', async () => {
    const topicArn = `arn:aws:sns:${REGION}:${MEMBER}:approvals`;
    const configuration = { NotificationArn: topicArn, CustomData: 'look at the till' };
    await world.deploy(MEMBER, 'approvals', {
      Topic: {
        Type: 'AWS::SNS::Topic',
        Properties: {
          TopicName: 'approvals', Subscription: [{ Protocol: 'email', Endpoint: 'anna@example.com' }],
        },
      },
    });
    const asked = [{ Name: 'Approve', Actions: [approvalAction({ Configuration: configuration })] }, DEPLOY];
    const statement = { Effect: 'Allow', Action: 'sns:Publish', Resource: topicArn };
    const Notify = {
      Type: 'AWS::IAM::Policy',
      DependsOn: 'PipelineRole',
      Properties: {
        PolicyName: 'notify', Roles: ['pipeline'], PolicyDocument: { Version: '2012-10-17', Statement: [statement] },
      },
    };
    await world.pipeline(asked, { resources: { ...DO, Notify } });
    const given = await token();
    const [{ subscription, subject, body }] = world.simulation.sns.messages.sent;
    expect(subscription?.endpoint).toBe('anna@example.com');
    expect(subject).toBe(`APPROVAL NEEDED: AWS CodePipeline ${PIPELINE} for action Approve`);
    expect(JSON.parse(body)).toMatchObject({
      region: REGION,
      approval: {
        pipelineName: PIPELINE,
        stageName: 'Approve',
        actionName: 'Approve',
        token: given,
        customData: 'look at the till',
      },
    });
  });

  test('stops the execution when it is rejected, and reports the comment', async () => {
    await world.pipeline(stages, { resources: DO });
    await approve('Rejected', await token());
    expect(await world.ended()).toMatchObject({
      status: 'Failed',
      statusSummary: 'Action Approve in stage Approve failed: Approval action was rejected: Rejected by Anna',
    });
    expect(world.simulation.codebuild.builds(MEMBER, REGION)).toEqual([]);
  });

  test('times out without a response', async () => {
    await world.pipeline(stages, { resources: DO });
    expect(await world.ended()).toMatchObject({
      statusSummary:
        'Action Approve in stage Approve failed: The approval action timed out after 60 minutes: it was '
        + 'neither approved nor rejected',
    });
  });
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
      async () => (await state('Deploy')).actionStates?.[0].latestExecution?.status === 'InProgress' || undefined,
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
    expect((await state('Deploy')).retryStageMetadata).toMatchObject({
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

describe('a condition', () => {
  const rule = {
    Name: 'Errors',
    RuleTypeId: { Category: 'Rule', Owner: 'AWS', Provider: 'CloudWatchAlarm', Version: '1' },
    Configuration: { AlarmName: 'errors', WaitTime: '10' },
  };
  const resources = { ...DO, Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: 'errors' } } };
  const alarm = (value: 'OK' | 'ALARM'): void =>
    world.simulation.cloudwatch.setState(MEMBER, REGION, 'errors', value, 'a test');

  test('on success watches its alarm, and rolls back when the alarm starts', async () => {
    await world.pipeline([{ ...DEPLOY, OnSuccess: { Conditions: [{ Result: 'ROLLBACK', Rules: [rule] }] } }], {
      resources,
    });
    expect(await world.ended()).toMatchObject({ status: 'Succeeded' });
    const id = await world.run();
    await until(async () => (await world.actions(id))[0]?.actionName === 'Deploy' || undefined);
    alarm('ALARM');
    expect(await world.ended(id)).toMatchObject({
      status: 'Failed',
      statusSummary:
        'The OnSuccess condition of stage Deploy failed: Rule Errors failed: the alarm errors is in state ALARM',
    });
    await until(async () => (await world.executions())[0].executionType === 'ROLLBACK' || undefined);
  });

  test('on entry fails or skips the stage', async () => {
    const before = (Result: string) => ({
      ...DEPLOY,
      BeforeEntry: { Conditions: [{ Result, Rules: [{ ...rule, Configuration: { AlarmName: 'errors' } }] }] },
    });
    await world.pipeline([before('FAIL')], { resources });
    await world.ended();
    alarm('ALARM');
    expect(await world.ended(await world.run())).toMatchObject({ status: 'Failed' });
    await world.pipeline([before('SKIP')], { resources });
    const skipped = await world.run();
    expect(await world.ended(skipped)).toMatchObject({ status: 'Succeeded' });
    expect(await world.actions(skipped)).toMatchObject([{ actionName: 'Source' }]);
  });
});
