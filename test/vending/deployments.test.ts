import { CodePipelineClient, RollbackStageCommand } from '@aws-sdk/client-codepipeline';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { IN_REAL_TIME, reasons, Harness } from './harness';
import { describeMessage } from '../../cli/output/messages';
import { commitOf, deploymentKey } from '../../lambda/registry/deployment';
import type { DeploymentRecord, Run } from '../../lambda/registry/deployment';
import { unusedPermissions } from '../../rehearsal/assembly/unused-permissions';
import {
  AccountStack,
  EnvironmentsDashboard,
  NotificationFormat,
  PipelineDefinition,
  PipelineEvent,
  PipelineNotifications,
} from '../../src';
import { deployment } from '../deployments/events';
import type { Cicd } from '../fixtures/app';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';

describe('deployment records', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start(IN_REAL_TIME);
    const watched = (cicd: Cicd) => {
      const { stack, organization } = cicd;
      const account = cicd.account();
      const alarms = new AccountStack(stack, 'Alarms', { organization, account, stackName: 'alarms' });
      new CfnAlarm(alarms, 'Errors', {
        alarmName: 'errors',
        comparisonOperator: 'GreaterThanThreshold',
        evaluationPeriods: 1,
      });
      return { stack, organization, account };
    };
    // a new pipeline runs immediately, and its alarm must exist
    expect(reasons(await harness.deploy(watched))).toBe('');
    expect(reasons(await harness.deploy(cicd => {
      const { stack, organization, account } = watched(cicd);
      cicd.environment('dev', {
        account,
        pipeline: { definition: PipelineDefinition.cdk({ alarmNames: ['errors'] }) },
      });
      const events = Object.values(PipelineEvent);
      const { topic } = new PipelineNotifications(stack, 'Notifications', { organization, events });
      topic.addSubscription(new EmailSubscription('anna@example.com'));
      new PipelineNotifications(stack, 'Others', {
        organization,
        environmentNames: ['prod'],
        messageFormat: NotificationFormat.CHAT,
      });
      new EnvironmentsDashboard(stack, 'Dashboard', { organization });
    }))).toBe('');
  });
  afterAll(() => harness.stop());

  const log = () => harness.simulation.lambda.log.map(({ text }) => text).join('\n');
  const runs = async () => (await harness.record<DeploymentRecord>(deploymentKey('dev')))?.runs ?? [];

  async function until<Answer>(ask: () => Promise<Answer | undefined>): Promise<Answer> {
    for (let i = 0; i < 300; i++) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    throw new Error(`never: ${ask.toString()}\n${JSON.stringify(await runs())}`);
  }

  /** Waits until a run has succeeded and its record is complete: its events arrive concurrently. */
  async function deployed(which: Partial<Run>): Promise<Run> {
    const isMeant = (run: Run) => run.commitId === which.commitId && run.rollback === which.rollback;
    return until(async () =>
      (await runs()).find(
        run => isMeant(run) && run.artifacts && run.deployingSince && run.state?.name === 'SUCCEEDED',
      ),
    );
  }

  async function head(): Promise<string> {
    const branches = await harness.simulation.codecommit.branches(CICD_ACCOUNT, REGION, 'shop');
    return branches.find(({ name }) => name === 'env/dev')?.commitId ?? '';
  }

  test('an execution is recorded in the registry of the CICD account, with metrics', async () => {
    await deployed({ commitId: await head() });
    const pushed = await harness.push('env/dev', { 'README.md': 'changed\n' });
    const { startedAt, deployingSince = 0, deployedAt = 0 } = await deployed({ commitId: pushed });
    expect([startedAt, deployingSince, deployedAt]).toEqual(
      [startedAt, deployingSince, deployedAt].sort((one, other) => one - other),
    );
    expect(await harness.record<DeploymentRecord>(deploymentKey('dev'))).toMatchObject({
      environmentName: 'dev',
      accountId: harness.vended['shop-dev'],
      pipelineName: 'dev',
    });
    await until(async () => /^\{"_aws":.*"Environment":"dev",.*"LeadTime":\d+\}$/m.test(log()) || undefined);
  });

  /** Sets the alarm to ALARM until CodePipeline rolls back. */
  function alarm(): void {
    const { cloudwatch, events } = harness.simulation;
    const set = (state: 'ALARM' | 'OK') =>
      cloudwatch.setState(harness.vended['shop-dev'], REGION, 'errors', state, 'a test');
    const emit = events.emit.bind(events);
    jest.spyOn(events, 'emit').mockImplementation((accountId, region, event, bus) => {
      if (JSON.stringify(event.detail).includes('AutomatedRollback')) set('OK');
      emit(accountId, region, event, bus);
    });
    set('ALARM');
  }

  test('an alarm during a deployment is recorded as a failure and a rollback, with metrics', async () => {
    const before = await head();
    alarm();
    const bad = await harness.push('env/dev', { 'README.md': 'broken\n' });
    const back = await deployed({ rollback: true });
    const [, failed] = await runs();
    expect(failed).toMatchObject({ commitId: bad, state: { name: 'FAILED' }, failure: { stage: 'Deploy' } });
    expect(commitOf(back, await runs())).toBe(before);
    await until(async () => log().includes('"FailedDeployments":1') || undefined);
    await until(async () => log().includes('"TimeToRestore":') || undefined);
  });

  test('notifications report starts, failures, rollbacks and successes', async () => {
    const messages = () => harness.simulation.events.published.map(({ message }) => String(message));
    const environment = `Environment dev (account ${harness.vended['shop-dev']}): `;
    await until(async () => messages().at(-1)?.includes('an execution has succeeded') || undefined);
    const [{ executionId }, failed] = await runs();
    const link = (id: string) =>
      `https://${REGION}.console.aws.amazon.com/codesuite/codepipeline/pipelines/dev/executions/${id}/timeline` +
      `?region=${REGION}`;
    expect(messages().slice(-5)).toEqual([
      `${environment}an execution has started. ${link(failed.executionId)}`,
      `${environment}the stage Deploy has failed. ${link(failed.executionId)}`,
      `${environment}an execution has started. ${link(executionId)}`,
      `${environment}a rollback has started: the previous commit is deployed again. ${link(executionId)}`,
      `${environment}an execution has succeeded. ${link(executionId)}`,
    ]);
    const succeeded = (await runs()).filter(({ deployedAt }) => deployedAt);
    expect(messages().filter(message => message.startsWith(`${environment}an execution has succeeded. `))).toHaveLength(
      succeeded.length,
    );
    expect(new Set(harness.simulation.events.published.map(({ topicArn }) => topicArn)).size).toBe(1);
    const lines = harness.simulation.sns.messages.sent.map(describeMessage);
    expect(lines).toHaveLength(messages().length);
    expect(lines.at(-1)).toMatch(new RegExp(
      '^message to anna@example.com \\(topic Cicd-Notifications[\\w-]+\\): Environment dev \\(account \\d{12}\\): an '
      + 'execution has succeeded\\. https://',
    ));
  });

  test('the dashboard shows the recorded executions', async () => {
    const { lambda, cloudformation } = harness.simulation;
    const functions = [...(cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')?.resources.values() ?? [])].filter(
      ({ type }) => type === 'AWS::Lambda::Function',
    );
    const table = functions.find(({ logicalId }) => logicalId.startsWith('DashboardTable'))?.id ?? '';
    const { payload } = await lambda.invoke(`arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:${table}`, {});
    const [, , { commitId }] = await runs();
    expect(JSON.parse(payload)).toContain(
      `<td>dev</td><td>${harness.vended['shop-dev']}</td><td>rolled back<br><small>Deploy</small></td>` +
        `<td><code title="${commitId}">`,
    );
  });

  test('a rollback that an operator starts is recorded as a rollback', async () => {
    const first = (await runs()).at(-1);
    const { endpoint } = harness.simulation.server;
    const accountId = harness.vended['shop-dev'];
    const credentials = harness.simulation.iam.issue({ accountId, arn: `arn:aws:iam::${accountId}:root` });
    const client = new CodePipelineClient({ endpoint, region: REGION, credentials });
    const { pipelineExecutionId } = await client.send(new RollbackStageCommand({
      pipelineName: 'dev', stageName: 'Deploy', targetPipelineExecutionId: first?.executionId,
    }));
    const back = await until(async () =>
      (await runs()).find(run => run.executionId === pipelineExecutionId && run.artifacts && run.deployedAt),
    );
    expect([back.rollback, commitOf(back, await runs())]).toEqual([true, first?.commitId]);
  });

  test('the recording function uses all of its permissions', () => {
    // Lambda sends events that failed three times to the queue
    expect(unusedPermissions(harness.simulation)['org-environments-deployments']).toEqual(['sqs:SendMessage']);
  });

  test('events of other pipelines are not recorded, on whichever bus they arrive', async () => {
    const before = await runs();
    harness.simulation.events.emit(CICD_ACCOUNT, REGION, {
      'source': 'aws.codepipeline',
      'detail-type': 'CodePipeline Pipeline Execution State Change',
      'resources': [],
      'detail': { ...deployment('three', 0)[0].detail, pipeline: 'dev' },
    }, 'org-environments');
    await until(
      async () => log().includes(`pipeline 'dev' of account ${CICD_ACCOUNT} is not the pipeline of an environment`)
        || undefined,
    );
    expect(await runs()).toEqual(before);
  });
});
