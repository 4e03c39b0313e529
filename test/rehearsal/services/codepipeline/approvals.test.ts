import { PutApprovalResultCommand } from '@aws-sdk/client-codepipeline';
import { approvalAction, buildAction, buildProject, MEMBER, PIPELINE, PipelineWorld, REGION, until } from './world';

/** Each commit has a file `do.sh` with the commands of its build. */
const DO = { Project: buildProject('do', ['sh do.sh']) };
const DEPLOY = { Name: 'Deploy', Actions: [buildAction('Deploy', 'do')] };

let world: PipelineWorld;
beforeEach(async () => { world = await PipelineWorld.start({ files: { 'do.sh': 'echo first\n' } }); });
afterEach(() => world.stop());

const token = async (): Promise<string> =>
  until(async () => (await world.stage('Approve')).actionStates?.[0].latestExecution?.token);
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
