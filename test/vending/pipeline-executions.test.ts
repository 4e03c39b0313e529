import { GetPipelineCommand, StartPipelineExecutionCommand } from '@aws-sdk/client-codepipeline';
import { Duration } from 'aws-cdk-lib';
import { orgEnvironments, signedIn } from './command-line';
import { IN_REAL_TIME, reasons, Harness } from './harness';
import { RELEASE, releasePipeline, settings } from './release-app';
import { pipelinesIdle } from '../../cli/run/pipeline-runs';
import { deploymentKey } from '../../lambda/registry/deployment';
import type { DeploymentRecord } from '../../lambda/registry/deployment';
import type { PipelineSummary } from '../../rehearsal/services/codepipeline/service';
import type { EmittedEvent } from '../../rehearsal/services/events/service';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';

type Execution = PipelineSummary['executions'][number];

describe('pipeline executions', () => {
  let harness: Harness;
  let dev: string;
  let prod: string;
  let events: EmittedEvent[];

  beforeAll(async () => {
    harness = await Harness.start({ ...IN_REAL_TIME, builds: true, files: RELEASE });
    events = [];
    const { events: bus } = harness.simulation;
    const emit = bus.emit.bind(bus);
    jest.spyOn(bus, 'emit').mockImplementation((...args) => {
      events.push(args[2]);
      emit(...args);
    });
    const definition = releasePipeline();
    const result = await harness.deploy(cicd => {
      cicd.environment('dev', { pipeline: { definition } });
      cicd.environment('prod', { pipeline: { definition, approval: true, approvalTimeout: Duration.hours(1) } });
    });
    expect(reasons(result)).toBe('');
    [dev, prod] = [harness.vended['shop-dev'], harness.vended['shop-prod']];
    await pipelinesIdle(harness.simulation);
  });
  afterAll(() => harness.stop());

  const executions = (accountId: string): readonly Execution[] =>
    harness.simulation.codepipeline.pipelines(accountId, REGION)[0].executions;
  const deployed = (accountId: string): string | undefined =>
    harness.simulation.cloudformation.find(accountId, REGION, 'Shop')?.outputs.find(({ key }) => key === 'Release')
      ?.value;
  const latest = (accountId = dev): Execution => executions(accountId)[0];
  const actions = ({ actionRuns }: Execution): string[] =>
    [...actionRuns].reverse().map(({ action, status }) => `${action.Name} ${status}`);
  const log = (accountId = dev): string => harness.simulation.codebuild.builds(accountId, REGION)[0].log.join('\n');
  /** Returns the states in the pipeline events of an execution, in order. */
  const statesOf = ({ executionId }: Execution): unknown[] =>
    events
      .map(({ 'detail-type': type, detail }) => ({ type, detail }))
      .filter(
        ({ type, detail }) =>
          type === 'CodePipeline Pipeline Execution State Change' && detail['execution-id'] === executionId,
      )
      .map(({ detail }) => detail.state);

  async function push(files: Record<string, string>, branch = 'env/dev'): Promise<string> {
    const commit = await harness.push(branch, files);
    await pipelinesIdle(harness.simulation);
    return commit;
  }

  async function answer(status: 'Approved' | 'Rejected', summary: string): Promise<string> {
    const summaryOfPlan = latest(prod).actionRuns[0].configuration.CustomData;
    await harness.answer('prod', prod, { status, summary });
    await pipelinesIdle(harness.simulation);
    return summaryOfPlan;
  }

  test('a new pipeline runs with the head of its branch', async () => {
    expect(actions(latest())).toEqual(
      ['Source', 'Synth', 'Check', 'Deploy', 'Verify'].map(name => `${name} Succeeded`),
    );
    const branches = await harness.simulation.codecommit.branches(CICD_ACCOUNT, REGION, 'shop');
    expect(latest().found).toMatchObject([{ revisionId: branches.find(({ name }) => name === 'env/dev')?.commitId }]);
    expect(deployed(dev)).toBe('1.0.0');
    expect(log()).toContain('release 1.0.0 answers');
    // production waits for its approval, which may have timed out on a slow machine
    expect(actions(latest(prod)).at(-1)).toMatch(/^Approve /);
    expect(deployed(prod)).toBeUndefined();
  });

  test('a commit starts only the pipeline of its branch, with this commit', async () => {
    const [before, others] = [executions(dev).length, executions(prod).length];
    const commit = await push(settings('1.1.0'));
    expect(executions(dev)).toHaveLength(before + 1);
    expect(executions(prod)).toHaveLength(others);
    expect(latest()).toMatchObject({
      status: 'Succeeded',
      found: [{ revisionId: commit }],
      request: { trigger: { triggerType: 'StartPipelineExecution' } },
    });
    expect(statesOf(latest())).toEqual(['STARTED', 'SUCCEEDED']);
    expect([deployed(dev), deployed(prod)]).toEqual(['1.1.0', undefined]);
  });

  test('the later one of two quick commits is deployed last', async () => {
    const earlier = await harness.push('env/dev', settings('1.2.0'));
    const later = await push(settings('1.3.0'));
    expect(latest()).toMatchObject({ status: 'Succeeded', found: [{ revisionId: later }] });
    expect(
      executions(dev).filter(({ found }) => found.some(({ revisionId }) => revisionId === earlier)).length,
    ).toBeLessThanOrEqual(1);
    expect(deployed(dev)).toBe('1.3.0');
  });

  test('a commit on a branch without an environment starts no pipeline', async () => {
    const before = executions(dev).length + executions(prod).length;
    await push(settings('9.9.9'), 'feature/search');
    expect(executions(dev).length + executions(prod).length).toBe(before);
  });

  describe('failures', () => {
    afterEach(() => { expect(deployed(dev)).toBe('1.3.0'); });

    test('a failure in Source names the role and the missing permission', async () => {
      const { iam } = harness.simulation;
      // each environment has one
      const { pipeline } = await harness.pipelines(dev).send(new GetPipelineCommand({ name: 'dev' }));
      const roleArn = pipeline?.stages?.[0].actions?.[0].roleArn;
      const role = iam.rolesOf(CICD_ACCOUNT).find(({ arn }) => arn === roleArn);
      if (!role) throw new Error('there is no role for the repository');
      iam.putRole({ ...role, policies: {} });
      await harness.pipelines(dev).send(new StartPipelineExecutionCommand({ name: 'dev' }));
      await pipelinesIdle(harness.simulation);
      iam.putRole(role);
      expect(actions(latest())).toEqual(['Source Failed']);
      expect(latest().statusSummary).toMatch(
        /^Action Source in stage Source failed: .* repository named shop\..*not authorized to perform: codecommit:/,
      );
    });

    test('a failure in Synth names the command and logs its error', async () => {
      await push(settings('1.4.0', 'Synth'));
      expect(actions(latest()).at(-1)).toBe('Synth Failed');
      expect(latest().statusSummary).toBe(
        'Action Synth in stage Synth failed: Build terminated with state: FAILED. ' +
          'Phase: BUILD, Code: COMMAND_EXECUTION_ERROR, ' +
          'Message: Error while executing command: node app.js. Reason: exit status 1',
      );
      expect(log()).toContain('Error: the app has no table of customers');
    });

    test('a failure in Check logs the finding, its location and the solution', async () => {
      await push(settings('1.4.0', 'Check'));
      expect(actions(latest()).at(-1)).toBe('Check Failed');
      expect(latest().statusSummary).toContain(
        'Action Check in stage Check failed: Build terminated with state: FAILED',
      );
      expect(log()).toContain('rules: encrypted in Shop/Queue: queues must be encrypted');
      expect(log()).toContain('1 policy findings: fix them in the app, or acknowledge each there with a reason');
    });

    test('a failure in Deploy logs the CloudFormation error and deploys the previous commit again', async () => {
      await push(settings('1.4.0', 'Deploy'));
      const [again, failed] = executions(dev);
      expect(actions(failed).at(-1)).toBe('Deploy Failed');
      expect(failed.statusSummary).toContain(
        "Message: Error while executing command: npx --yes aws-cdk@2.1148.1 deploy '**' --app cdk.out",
      );
      const [, , build] = harness.simulation.codebuild.builds(dev, REGION);
      expect(build.log.join('\n')).toMatch(
        /Forbidden User: .* is not authorized to perform: ssm:PutParameter on resource: .* with an explicit deny/,
      );
      expect(actions(again)).toEqual(['Deploy Succeeded', 'Verify Succeeded']);
    });

    test('a failure in Verify logs the test error, deploys the previous commit and emits an event', async () => {
      const good = executions(dev).find(({ isRollback, status }) => !isRollback && status === 'Succeeded');
      await push(settings('1.5.0', 'Verify'));
      const [again, failed] = executions(dev);
      expect(actions(failed).slice(-2)).toEqual(['Deploy Succeeded', 'Verify Failed']);
      expect(failed.statusSummary).toContain(
        'Action Verify in stage Deploy failed: Build terminated with state: FAILED. ' +
          'Phase: BUILD, Code: COMMAND_EXECUTION_ERROR, ' +
          'Message: Error while executing command: node smoke-test.js. Reason: exit status 1',
      );
      const [, , build] = harness.simulation.codebuild.builds(dev, REGION);
      expect(build.log.join('\n')).toContain('Error: release 1.5.0 does not answer');
      expect([again.found[0].revisionId, again.status]).toEqual([good?.found[0].revisionId, 'Succeeded']);
      expect(statesOf(failed)).toEqual(['STARTED', 'FAILED']);
      expect(events.map(({ detail }) => detail)).toContainEqual(
        expect.objectContaining({
          'pipeline': 'dev',
          'execution-id': again.executionId,
          'execution-trigger': { 'trigger-type': 'AutomatedRollback', 'trigger-detail': failed.executionId },
          'state': 'STARTED',
        }),
      );
      const record = await harness.record<DeploymentRecord>(deploymentKey('dev'));
      expect(record?.runs.find(({ executionId }) => executionId === again.executionId)).toMatchObject({
        rollback: true,
      });
    });
  });

  describe('approval', () => {
    test('an approval times out after approvalTimeout', async () => {
      const [run] = executions(prod);
      // it waits since the pipeline was created
      while (!run.isOver) await harness.simulation.clock.sleep(30);
      expect(run.statusSummary).toBe(
        'Action Approve in stage Approve failed: ' +
          'The approval action timed out after 60 minutes: it was neither approved nor rejected',
      );
    });

    test('a rejected approval shows the reason and deploys nothing', async () => {
      await push(settings('2.0.0'), 'env/prod');
      const { stdout } = await orgEnvironments(signedIn(harness, `arn:aws:iam::${CICD_ACCOUNT}:root`), 'status');
      expect(stdout).toMatch(new RegExp(`\\nprod +${prod} +enabled +waits for approval +[0-9a-f]{7} `));
      const summaryOfPlan = await answer('Rejected', 'not on a Friday');
      expect(summaryOfPlan).toBe('Shop: 1 added, 0 changed, 0 removed.');
      expect(latest(prod).statusSummary).toBe(
        'Action Approve in stage Approve failed: Approval action was rejected: not on a Friday',
      );
      expect(deployed(prod)).toBeUndefined();
    });

    test('an approved commit is deployed', async () => {
      await push(settings('2.0.1'), 'env/prod');
      await answer('Approved', 'go ahead');
      expect(actions(latest(prod))).toEqual(
        ['Source', 'Synth', 'Check', 'Approve', 'Deploy', 'Verify'].map(name => `${name} Succeeded`),
      );
      expect([deployed(prod), deployed(dev)]).toEqual(['2.0.1', '1.3.0']);
    });
  });
});
