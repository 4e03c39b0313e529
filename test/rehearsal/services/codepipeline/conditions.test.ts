import { buildAction, buildProject, MEMBER, PipelineWorld, REGION, until } from './world';

/** Each commit has a file `do.sh` with the commands of its build. */
const DO = { Project: buildProject('do', ['sh do.sh']) };
const DEPLOY = { Name: 'Deploy', Actions: [buildAction('Deploy', 'do')] };

let world: PipelineWorld;
beforeEach(async () => { world = await PipelineWorld.start({ files: { 'do.sh': 'echo first\n' } }); });
afterEach(() => world.stop());

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
