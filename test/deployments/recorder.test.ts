import { deployment, failure, happened, holdLease, MEMBER, rollback, START } from './events';
import type { CodePipelineEvent } from '../../lambda/deployments/change';
import { MAX_RUNS } from '../../lambda/deployments/history';
import type { Measures } from '../../lambda/deployments/measures';
import { record } from '../../lambda/deployments/recorder';
import { commitOf, deploymentKey } from '../../lambda/registry/deployment';
import type { DeploymentRecord, Run } from '../../lambda/registry/deployment';
import { RecordChangedError } from '../../lambda/shared/errors';
import { metricLine } from '../../lambda/shared/metrics';
import type { Author, SourceHost } from '../../lambda/sources/source';
import { FakeRegistry } from '../registry/fake-registry';

const OTHER = '333333333333';

/** Commits were written a minute before all starts. */
class FakeCommits implements Pick<SourceHost, 'authorOf'> {
  public readonly asked: string[] = [];
  public async authorOf(repositoryName: string, commitId: string): Promise<Author | undefined> {
    this.asked.push(`${repositoryName}/${commitId}`);
    return commitId === 'gone' ? undefined : { at: START - 60_000 };
  }
}

class World {
  public static async start(): Promise<World> {
    const world = new World();
    await holdLease(world.registry, MEMBER, 'test1');
    return world;
  }

  public readonly registry = new FakeRegistry();
  public readonly commits = new FakeCommits();
  public readonly measured: Measures[] = [];

  public async hear(...events: readonly CodePipelineEvent[]): Promise<void> {
    for (const event of events) {
      const outcome = await record(event, this.registry, () => this.commits);
      if (outcome.recorded) this.measured.push(...outcome.measures);
    }
  }

  public async runs(): Promise<readonly Run[]> {
    return (await this.registry.read<DeploymentRecord>(deploymentKey('test1')))?.runs ?? [];
  }

  /** All values of each metric, in the order they came. */
  public get metrics(): Record<string, number[]> {
    const all: Record<string, number[]> = {};
    for (const [name, value] of this.measured.flatMap(({ values }) => Object.entries(values))) {
      (all[name] ??= []).push(value);
    }
    return all;
  }
}

let world: World;
beforeEach(async () => {
  world = await World.start();
});

const at = (second: number) => START + second * 1000;

test('a deployment is recorded with its commit, its times and its lead time', async () => {
  await world.hear(...deployment('one', 0));
  expect(await world.registry.read(deploymentKey('test1'))).toMatchObject({
    environmentName: 'test1',
    accountId: MEMBER,
    region: 'eu-central-1',
    pipelineName: 'test1',
  });
  expect(await world.runs()).toEqual([
    {
      executionId: 'one',
      accountId: MEMBER,
      startedAt: START,
      state: { name: 'SUCCEEDED', at: at(20), attempt: 1 },
      commitId: 'c0ffee',
      authoredAt: at(-60),
      deployingSince: at(10),
      deployedAt: at(20),
      artifacts: [],
    },
  ]);
  expect(world.measured).toEqual([{ at: at(20), values: { Deployments: 1, LeadTime: 80 } }]);
  expect(world.commits.asked).toEqual(['shop/c0ffee']);
});

test('a failed deployment is recorded with its stage, its action and the message', async () => {
  await world.hear(...failure('one', 0));
  expect(await world.runs()).toMatchObject([
    {
      state: { name: 'FAILED' },
      failedAt: at(10),
      failure: { stage: 'Deploy', action: 'Verify', message: 'the smoke test has failed' },
    },
  ]);
  expect(world.metrics).toEqual({ FailedDeployments: [1] });
});

test('a run that fails before it changes anything is not a failed deployment', async () => {
  await world.hear(...failure('one', 0, 'Synth'));
  expect(await world.runs()).toMatchObject([{ state: { name: 'FAILED' }, failure: { stage: 'Synth' } }]);
  expect((await world.runs())[0].failedAt).toBeUndefined();
  expect(world.metrics).toEqual({});
});

test('a stage that comes after the deployment fails the deployment', async () => {
  await world.hear(...deployment('one', 0).slice(0, 7), ...failure('one', 30, 'Accept').slice(3));
  expect(await world.runs()).toMatchObject([{ failedAt: at(40), failure: { stage: 'Accept' } }]);
});

test('a rollback restores the previous deployment, and does not count as a deployment', async () => {
  await world.hear(...deployment('good', 0, 'g00d'), ...failure('bad', 100), ...rollback('back', 110));
  const runs = await world.runs();
  expect(runs.map(({ executionId }) => executionId)).toEqual(['back', 'bad', 'good']);
  expect(runs[0]).toMatchObject({ rollback: true, deployedAt: at(120) });
  expect(commitOf(runs[0], runs)).toBe('g00d');
  expect(world.metrics).toEqual({ Deployments: [1], LeadTime: [80], FailedDeployments: [1], TimeToRestore: [10] });
});

test('a run that deploys without a source is a rollback, even if its first event is missing', async () => {
  await world.hear(...deployment('good', 0, 'g00d'), ...failure('bad', 100), ...rollback('back', 110).slice(1));
  expect((await world.runs())[0]).toMatchObject({ executionId: 'back', rollback: true, deployedAt: at(120) });
  expect(world.metrics).toEqual({ Deployments: [1], LeadTime: [80], FailedDeployments: [1], TimeToRestore: [10] });
});

test('a run whose source event arrives late is not a rollback', async () => {
  const [started, source, sourceEvent, ...others] = deployment('one', 0);
  await world.hear(started, source, ...others);
  expect(world.metrics).toEqual({});
  await world.hear(sourceEvent);
  expect((await world.runs())[0]).not.toHaveProperty('rollback', true);
  expect(world.metrics).toEqual({ Deployments: [1], LeadTime: [80] });
});

test('a rollback by hand deploys the commit whose artifacts it has', async () => {
  const input = {
    'stage': 'Deploy',
    'action': 'Deploy',
    'input-artifacts': [{ name: 'Synth', s3location: { bucket: 'artifacts', key: 'dev/Synth/1' } }],
  };
  await world.hear(
    ...deployment('first', 0, 'f1257'),
    happened('first', 10, input),
    ...deployment('second', 100),
    ...rollback('back', 200),
  );
  const withoutSource = await world.runs();
  expect(commitOf(withoutSource[0], withoutSource)).toBe('c0ffee');
  await world.hear(happened('back', 200, input));
  const withSource = await world.runs();
  expect(commitOf(withSource[0], withSource)).toBe('f1257');
});

test('the time to restore starts with the first of several failures', async () => {
  await world.hear(
    ...failure('one', 0),
    ...failure('two', 100),
    ...deployment('three', 200),
    ...deployment('four', 300),
  );
  expect(world.metrics.TimeToRestore).toEqual([210]);
});

test('a failure in another account is not restored by a deployment in this one', async () => {
  await world.hear(...failure('one', 0));
  await holdLease(world.registry, OTHER, 'test1');
  await world.hear(...deployment('two', 100, 'c0ffee', OTHER));
  expect(world.metrics).toEqual({ FailedDeployments: [1], Deployments: [1], LeadTime: [180] });
});

test('a stage that is retried and succeeds counts as failed and as deployed', async () => {
  await world.hear(
    ...failure('one', 0),
    happened('one', 60, { 'state': 'RESUMED', 'pipeline-execution-attempt': 2 }),
    happened('one', 90, { 'state': 'SUCCEEDED', 'pipeline-execution-attempt': 2 }),
  );
  expect(await world.runs()).toMatchObject([
    { state: { name: 'SUCCEEDED', attempt: 2 }, failedAt: at(10), deployedAt: at(90) },
  ]);
  expect(world.metrics).toEqual({ FailedDeployments: [1], Deployments: [1], LeadTime: [150], TimeToRestore: [80] });
});

function shuffle<T>(items: readonly T[]): T[] {
  return items
    .map(item => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

test('events may arrive twice and in any order', async () => {
  const story = [...deployment('one', 0), ...failure('two', 100), ...rollback('three', 110)];
  await world.hear(...story);
  for (let round = 0; round < 100; round++) {
    const shuffled = await World.start();
    await shuffled.hear(...shuffle([...story, ...story]));
    expect(await shuffled.runs()).toEqual(await world.runs());
    expect(shuffled.metrics).toEqual(world.metrics);
  }
});

test('concurrent events are all recorded', async () => {
  await Promise.all(deployment('one', 0).map(async event => world.hear(event)));
  expect(await world.runs()).toMatchObject([{ commitId: 'c0ffee', deployingSince: at(10), deployedAt: at(20) }]);
  expect(world.metrics).toEqual({ Deployments: [1], LeadTime: [80] });
});

test('an event whose record keeps changing fails, so that Lambda retries it', async () => {
  world.registry.write = async key => {
    throw new RecordChangedError(key);
  };
  await expect(world.hear(happened('one', 0, {}))).rejects.toThrow(
    "a concurrent writer changed the record 'deployment#test1' of the registry",
  );
});

test('the last fifty runs are kept', async () => {
  for (let i = 0; i < MAX_RUNS + 5; i++) await world.hear(happened(`run-${i}`, i, {}));
  await world.hear(happened('run-0', 0, { state: 'FAILED' }));
  const runs = await world.runs();
  expect([runs.length, runs[0].executionId, runs.at(-1)?.executionId]).toEqual([50, 'run-54', 'run-5']);
});

test.each<[string, boolean, CodePipelineEvent, string]>([
  [
    'another pipeline of the account',
    false,
    happened('one', 0, { pipeline: 'prod' }),
    `pipeline 'prod' of account ${MEMBER} is not the pipeline of an environment`,
  ],
  [
    'a pipeline of that name in another account',
    false,
    happened('one', 0, { account: OTHER }),
    `pipeline 'test1' of account ${OTHER} is not the pipeline of an environment`,
  ],
  [
    'an action that starts',
    true,
    happened('one', 0, { stage: 'Synth', action: 'Synth' }),
    'the event reports nothing that is recorded',
  ],
])('an event of %s is not recorded, and it is %s that it is verified', async (_, verified, event, reason) => {
  expect(await record(event, world.registry, () => world.commits)).toEqual({ verified, recorded: false, reason });
  expect(await world.runs()).toEqual([]);
});

test('a commit that does not exist has no lead time', async () => {
  await world.hear(...deployment('one', 0, 'gone'));
  expect(world.metrics).toEqual({ Deployments: [1] });
});

test('metrics are log lines in the embedded metric format', () => {
  expect(JSON.parse(metricLine('test1', { at: START, values: { Deployments: 1, LeadTime: 80 } }))).toEqual({
    _aws: {
      Timestamp: START,
      CloudWatchMetrics: [
        {
          Namespace: 'OrgEnvironments',
          Dimensions: [['Environment']],
          Metrics: [
            { Name: 'Deployments', Unit: 'Count' },
            { Name: 'LeadTime', Unit: 'Seconds' },
          ],
        },
      ],
    },
    Environment: 'test1',
    Deployments: 1,
    LeadTime: 80,
  });
});
