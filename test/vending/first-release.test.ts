import { Duration } from 'aws-cdk-lib';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Harness, reasons } from './harness';
import { Reconciliation } from './reconcile';
import { BlueGreenEnvironment, Endpoint, HealthCheck, Shift, Traffic } from '../../src';
import type { ReleaseStatus } from '../../src/blue-green/release/contract';
import type { OperationResponse, ReleaseRequest } from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const OPERATIONS = `arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:${NAMES.operationsFunction}`;
const RECORD = 'shop.example.com';

function traffic({ stack }: Cicd, zoneId: string): Traffic {
  const hostedZone = HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
    hostedZoneId: zoneId, zoneName: 'example.com',
  });
  return Traffic.route53({
    hostedZone, recordName: RECORD, ttl: Duration.seconds(5), endpoint: Endpoint.output('shop', 'Dns'),
  });
}

/** An environment whose sides are reached by an output of the stack `shop` in their accounts. */
class FirstRelease {
  public static async start(): Promise<FirstRelease> {
    const harness = await Harness.start();
    return new FirstRelease(harness, harness.simulation.route53.createZone(CICD_ACCOUNT, 'example.com').id);
  }

  private constructor(
    public readonly harness: Harness,
    public readonly zoneId: string,
  ) {}

  /** Deploys the application to the account of this name, as its pipeline does. */
  public async application(account: string): Promise<void> {
    const body = JSON.stringify({
      Resources: { Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: 'errors' } } },
      Outputs: { Dns: { Value: `${account}.example.net` } },
    });
    const accountId = this.harness.vended[`shop-${account}`];
    const roleArn = `arn:aws:iam::${accountId}:role/cdk-hnb659fds-cfn-exec-role-${accountId}-${REGION}`;
    const { cloudformation } = this.harness.simulation;
    await cloudformation.create({ accountId, region: REGION, name: 'shop', body, roleArn });
    await cloudformation.find(accountId, REGION, 'shop')?.operation;
  }

  public async operate(request: ReleaseRequest): Promise<ReleaseStatus> {
    const { failed, payload } = await this.harness.simulation.lambda.invoke(OPERATIONS, request);
    const { release } = (failed ? {} : JSON.parse(payload)) as Partial<OperationResponse<never>>;
    if (!release) throw new Error(payload);
    return release;
  }

  public async release(): Promise<ReleaseStatus['last']> {
    await this.operate({ operation: 'release', environmentName: 'prod', reference: 'main', by: 'anna' });
    for (let count = 0; count < 1000; count++) {
      const status = await this.operate({ operation: 'describeRelease', environmentName: 'prod' });
      if (!status.current) return status.last;
      await this.harness.simulation.clock.sleep(5);
    }
    throw new Error('the release has not ended');
  }

  /** Target and weight of the records. */
  public records(): readonly string[] {
    const sets = [...(this.harness.simulation.route53.zone(this.zoneId)?.sets.values() ?? [])];
    return sets
      .filter(({ Type: type }) => type === 'CNAME')
      .map(({ ResourceRecords: [target] = [], Weight: weight }) => `${target?.Value} ${weight}`)
      .sort();
  }
}

test('a first release onto two empty accounts needs the endpoint of the released side only', async () => {
  const world = await FirstRelease.start();
  const app = (cicd: Cicd): void => {
    new BlueGreenEnvironment(cicd.stack, 'prod', {
      organization: cicd.organization,
      source: cicd.source,
      blue: { account: cicd.account('blue') },
      green: { account: cicd.account('green') },
      traffic: traffic(cicd, world.zoneId),
    });
  };
  expect(reasons(await world.harness.deploy(app))).toBe('');
  await world.harness.push('main', { 'app.txt': 'one' });
  await world.application('green');
  expect(await world.release()).toMatchObject({ outcome: 'succeeded', to: 'green', canRollBack: false });
  // the record of blue gets no traffic, so it may point to green
  expect(world.records()).toEqual(['green.example.net 0', 'green.example.net 100']);
  await world.harness.push('main', { 'app.txt': 'two' });
  await world.application('blue');
  expect(await world.release()).toMatchObject({ outcome: 'succeeded', to: 'blue', canRollBack: true });
  expect(world.records()).toEqual(['blue.example.net 100', 'green.example.net 0']);
  expect(await new Reconciliation(world.harness).check()).toEqual([]);
  await world.harness.stop();
});

test('the first release of an environment that serves already shifts in steps, and has a way back', async () => {
  const world = await FirstRelease.start();
  expect(reasons(await world.harness.deploy(cicd => { cicd.environment('prod'); }))).toBe('');
  await world.application('prod');
  const { codepipeline, clock } = world.harness.simulation;
  const isDeployed = () => codepipeline.find(world.harness.vended['shop-prod'], REGION, 'prod')?.executions
    .some(({ status }) => status === 'Succeeded');
  while (!isDeployed()) await clock.sleep(10);
  const app = (cicd: Cicd): void => {
    new BlueGreenEnvironment(cicd.stack, 'BlueGreen', {
      organization: cicd.organization,
      environmentName: 'prod',
      source: cicd.source,
      blue: { account: cicd.account('prod'), branchName: 'env/prod' },
      green: { account: cicd.account('green') },
      traffic: traffic(cicd, world.zoneId),
      shift: Shift.canary({ percent: 10, pause: Duration.minutes(1) }),
      healthChecks: [HealthCheck.alarms(['errors'])],
      alarmNames: ['errors'],
    });
  };
  expect(reasons(await world.harness.deploy(app))).toBe('');
  await world.harness.push('main', { 'app.txt': 'one' });
  await world.application('green');
  expect(await world.release()).toMatchObject({ outcome: 'succeeded', to: 'green', canRollBack: true });
  await world.operate({ operation: 'rollback', environmentName: 'prod', by: 'anna' });
  await world.harness.simulation.clock.sleep(300);
  expect(world.records()).toEqual(['green.example.net 0', 'prod.example.net 100']);
  await world.harness.push('main', { 'app.txt': 'two' });
  world.harness.simulation.cloudwatch.setState(world.harness.vended['shop-prod'], REGION, 'errors', 'ALARM', 'test');
  expect(await world.release()).toMatchObject({
    outcome: 'returned', failure: expect.stringContaining("alarm 'errors' of side blue"),
  });
  await world.harness.stop();
});
