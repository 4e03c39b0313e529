import { Harness, reasons, REPOSITORY } from './harness';
import { ANNA, OPERATIONS, Releases } from './release-world';
import type { EnvironmentRecord } from '../../lambda/registry/environment';
import { BlueGreenEnvironment, PipelineDefinition, Traffic } from '../../src';
import type { BlueGreenEnvironmentProps } from '../../src';
import type { OperationResponse } from '../../src/operations/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

/** An app with the environment `prod`, which must always define the same. */
function defining(props: Partial<BlueGreenEnvironmentProps> = {}, blue = 'blue', branchName?: string) {
  return (cicd: Cicd): void => {
    new BlueGreenEnvironment(cicd.stack, 'BlueGreen', {
      organization: cicd.organization,
      environmentName: 'prod',
      source: cicd.source,
      blue: { account: cicd.account(blue), branchName },
      green: { account: cicd.account('green') },
      traffic: Traffic.parameter({ parameterName: '/shop/active' }),
      ...props,
    });
  };
}

const app = defining();
const changed = defining({
  pipeline: { definition: PipelineDefinition.cdk({ environmentVariables: { VERSION: '2' } }) },
});
const converted = defining({}, 'prod', 'env/prod');

function single(cicd: Cicd): void {
  cicd.environment('prod');
}

describe('a blue/green environment', () => {
  let harness: Harness;
  let releases: Releases;
  beforeAll(async () => {
    harness = await Harness.start();
    releases = new Releases(harness);
    expect(reasons(await harness.deploy(app))).toBe('');
  });
  afterAll(() => harness.stop());

  const ended = async () => releases.ended('prod');
  const pipeline = (side: string) =>
    harness.simulation.codepipeline.find(harness.vended[`shop-${side}`], REGION, 'prod');
  const isReserved = (side: string) => (pipeline(side)?.disabledTransitions.size ?? 0) > 0;
  const deployed = (side: string) => pipeline(side)?.executions.some(({ status }) => status === 'Succeeded') === true;
  const active = async () => (await harness.record<EnvironmentRecord>('environment#prod'))?.active;
  const release = async () => releases.start('prod');

  test('has a branch and a reserved pipeline on each side', async () => {
    const branches = await harness.simulation.codecommit.branches(CICD_ACCOUNT, REGION, REPOSITORY);
    expect(branches.map(({ name }) => name)).toEqual(['env/prod-blue', 'env/prod-green', 'main']);
    expect([isReserved('blue'), isReserved('green')]).toEqual([true, true]);
    expect(await active()).toBe('blue');
  });

  test('releases a commit to the idle side', async () => {
    await harness.push('main', { 'app.txt': 'one' });
    await release();
    expect((await ended()).last).toMatchObject({ outcome: 'succeeded', to: 'green' });
    expect(await active()).toBe('green');
    expect(deployed('green')).toBe(true);
    expect([isReserved('blue'), isReserved('green')]).toEqual([true, true]);
  });

  test('says that nothing is to do when the commit is active', async () => {
    await expect(release()).rejects.toThrow(/nothing to do: commit main \(\w+\) is already active/);
  });

  test('keeps the active side when the app is deployed again', async () => {
    expect(reasons(await harness.deploy(changed))).toBe('');
    expect(await active()).toBe('green');
    expect([isReserved('blue'), isReserved('green')]).toEqual([true, true]);
  });

  test('releases the next commit to the other side, and rolls back without a deployment', async () => {
    await harness.push('main', { 'app.txt': 'two' });
    await release();
    expect((await ended()).last).toMatchObject({ outcome: 'succeeded', to: 'blue', canRollBack: true });
    const runs = () => ['blue', 'green'].map(side => pipeline(side)?.executions.length);
    const before = runs();
    const { last } = await releases.rollback('prod');
    expect(last).toMatchObject({ outcome: 'succeeded', kind: 'rollback', to: 'green' });
    expect(await active()).toBe('green');
    expect(runs()).toEqual(before);
  });

  test('returns the traffic of a release that a person aborts', async () => {
    await harness.push('main', { 'app.txt': 'three' });
    const { current } = await release();
    expect(current).toMatchObject({ kind: 'release', to: 'blue', by: ANNA });
    await expect(release()).rejects.toThrow(/is locked by the release release-\S+ that arn/);
    // before it, the former side is as it was
    while ((await releases.describe('prod')).current?.step !== 'deploy') await harness.simulation.clock.sleep(1);
    await releases.operate({ operation: 'abort', environmentName: 'prod', by: ANNA, reason: 'wrong commit' });
    expect((await ended()).last).toMatchObject({ outcome: 'returned', failure: `aborted by ${ANNA}: wrong commit` });
    expect(await active()).toBe('green');
    await expect(releases.operate({ operation: 'rollback', environmentName: 'prod', by: ANNA })).rejects.toThrow(
      /cannot be rolled back, because release release-\S+ has changed side blue and ended as 'returned'/,
    );
  });

  test('returns the traffic of a release in progress when it is removed', async () => {
    await release();
    expect(reasons(await harness.deploy(() => {}))).toBe('');
    const keys = ['blue-green#prod', 'release#prod', 'environment#prod'];
    expect(await Promise.all(keys.map(async key => harness.record(key)))).toEqual([undefined, undefined, undefined]);
    expect([pipeline('blue'), pipeline('green')]).toEqual([undefined, undefined]);
    const { payload } = await harness.simulation.lambda.invoke(
      OPERATIONS, { operation: 'history', environmentName: 'prod', limit: 5 },
    );
    const { history = [] } = JSON.parse(payload) as OperationResponse<never>;
    const entries = history.map(({ change, outcome, reason }) => ({ change, outcome, reason }));
    expect(entries).toContainEqual({
      change: 'Release End', outcome: 'failed', reason: 'the environment is being removed',
    });
  });
});

describe('an environment with one account', () => {
  test('becomes the side blue, and keeps its account, branch and pipeline', async () => {
    const harness = await Harness.start();
    expect(reasons(await harness.deploy(single))).toBe('');
    const [account] = Object.values(harness.vended);
    const before = harness.simulation.codepipeline.find(account, REGION, 'prod');
    expect(reasons(await harness.deploy(converted))).toBe('');
    expect(harness.vended['shop-prod']).toBe(account);
    const record = await harness.record<EnvironmentRecord>('environment#prod');
    expect(Object.keys(record?.sides ?? {}).sort()).toEqual(['blue', 'green']);
    expect(record).toMatchObject({ active: 'blue', sides: { blue: { pipelines: [{ branchName: 'env/prod' }] } } });
    expect(harness.simulation.codepipeline.find(account, REGION, 'prod')?.createdAt).toBe(before?.createdAt);
    await harness.stop();
  });
});
