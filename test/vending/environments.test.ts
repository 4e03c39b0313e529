import { reasons, Harness } from './harness';
import { CICD_ACCOUNT, Cicd, REGION } from '../fixtures/app';

/** Defines three environments, each the parent of the next: main → env/prod → env/test → env/dev. */
function three(cicd: Cicd): void {
  tree(cicd, { dev: 'env/test', test: 'env/prod', prod: 'main' });
}

function tree(cicd: Cicd, parents: Record<string, string>, pipeline = {}): void {
  for (const [name, from] of Object.entries(parents)) {
    cicd.environment(name, {
      account: cicd.account(name, { organizationalUnit: name === 'prod' ? 'Workloads/Prod' : 'Workloads/Test' }),
      branch: { source: cicd.source, branchName: `env/${name}`, parentBranchName: from },
      pipeline,
    });
  }
}

describe('app with three environments', () => {
  let harness: Harness;
  beforeAll(async () => {
    // with the shipped handlers
    harness = await Harness.start({ virtual: {} });
    const result = await harness.deploy(three);
    expect(reasons(result)).toBe('');
  });
  afterAll(() => harness.stop());

  test('each environment has an account in its organizational unit', () => {
    const { vended, simulation: { organizations } } = harness;
    expect(Object.keys(vended).sort()).toEqual(['shop-dev', 'shop-prod', 'shop-test']);
    expect(organizations.unitPath(vended['shop-prod'])).toBe('Workloads/Prod');
    expect(organizations.unitPath(vended['shop-dev'])).toBe('Workloads/Test');
  });

  test('each environment has a branch with a descriptor, created from its parent branch', async () => {
    expect(await harness.descriptor('env/dev')).toEqual({
      name: 'dev', accountId: harness.vended['shop-dev'], region: REGION, parent: 'env/test', branch: 'env/dev',
    });
    expect(await harness.descriptor('env/prod')).toMatchObject({ name: 'prod', parent: 'main' });
    expect(await harness.descriptor('main')).toBeUndefined();
    expect(await harness.simulation.codecommit.file(CICD_ACCOUNT, REGION, 'shop', 'env/dev', 'README.md')).toBe(
      'the shop\n',
    );
  });

  test('each environment has a pipeline in its own account, which is bootstrapped', () => {
    for (const name of ['prod', 'test', 'dev']) {
      const accountId = harness.vended[`shop-${name}`];
      expect(harness.simulation.codepipeline.pipelines(accountId, REGION)).toMatchObject([{ name, disabled: false }]);
      expect(harness.stackStatus(accountId, 'CDKToolkit')).toBe('CREATE_COMPLETE');
      expect(harness.stackStatus(accountId, 'org-environments-baseline')).toBe('CREATE_COMPLETE');
    }
    expect(harness.simulation.codepipeline.pipelines(CICD_ACCOUNT, REGION)).toEqual([]);
  });

  test('a push starts only the pipeline of its branch, with the last commit', async () => {
    const { simulation, vended } = harness;
    const executions = (name: string) =>
      simulation.codepipeline
        .pipelines(vended[`shop-${name}`], REGION)[0]
        .executions.filter(({ request }) => request.trigger.triggerType === 'StartPipelineExecution')
        .map(({ revisions }) => revisions);
    await harness.push('env/unknown', { 'README.md': 'a branch without an environment\n' });
    await harness.push('env/test', { 'README.md': 'once\n' });
    const last = await harness.push('env/test', { 'README.md': 'twice\n' });
    for (let i = 0; executions('test')[0]?.[0].revisionValue !== last && i < 100; i++) {
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    expect(executions('test')[0]).toEqual([{ actionName: 'Source', revisionType: 'COMMIT_ID', revisionValue: last }]);
    expect([...executions('dev'), ...executions('prod')]).toEqual([]);
    const log = simulation.lambda.log.map(({ text }) => text).join('\n');
    expect(log).toContain("branch 'env/unknown'");
  });

  test('a second deployment of the same app changes nothing', async () => {
    const accounts = harness.simulation.organizations.accounts.length;
    const result = await harness.deploy(three);
    expect(result).toMatchObject({ succeeded: true, changed: 0 });
    expect(harness.simulation.organizations.accounts).toHaveLength(accounts);
    expect(harness.calls('organizations:CreateAccount')).toBe(3);
  });

  test('enabled: false disables a pipeline through its template', async () => {
    const result = await harness.deploy(cicd =>
      tree(cicd, { dev: 'env/test', test: 'env/prod', prod: 'main' }, { enabled: false }),
    );
    expect(reasons(result)).toBe('');
    expect(harness.simulation.codepipeline.pipelines(harness.vended['shop-dev'], REGION)).toMatchObject([
      { disabled: true },
    ]);
  });

  test('a removed environment keeps its account and its branch, and its pipeline is deleted', async () => {
    const result = await harness.deploy(cicd => tree(cicd, { test: 'env/prod', prod: 'main' }));
    expect(reasons(result)).toBe('');
    const dev = harness.vended['shop-dev'];
    expect(harness.simulation.organizations.account(dev)).toMatchObject({ state: 'ACTIVE' });
    expect(await harness.descriptor('env/dev')).toMatchObject({ name: 'dev' });
    expect(harness.simulation.codepipeline.pipelines(dev, REGION)).toEqual([]);
    expect(harness.stackStatus(dev, 'CDKToolkit')).toBe('CREATE_COMPLETE');
  });

  test('an environment that is added again gets the same account', async () => {
    const before = harness.vended;
    expect(reasons(await harness.deploy(three))).toBe('');
    expect(harness.vended).toEqual(before);
    expect(harness.simulation.codepipeline.pipelines(before['shop-dev'], REGION)).toMatchObject([
      { name: 'dev', disabled: false },
    ]);
  });

  test('the logs contain no credentials and no response URL', () => {
    const lines = harness.simulation.lambda.log.map(({ text }) => text).join('\n');
    expect(lines).toContain('org-environments');
    expect(lines).not.toMatch(/Signature=|SecretAccessKey|AWS_SESSION_TOKEN/);
  });

  test('an app with three environments can be destroyed', async () => {
    const result = await harness.destroy(three);
    expect(reasons(result)).toBe('');
    expect(harness.stackStatus(CICD_ACCOUNT, 'Cicd')).toBeUndefined();
    expect(Object.keys(harness.vended)).toHaveLength(3);
  });
});

test('ten environments of one deployment are vended with five concurrent account creations', async () => {
  // longer than it takes to start all creations at the limit of one in ten seconds
  const harness = await Harness.start({ creationSeconds: 240 });
  try {
    const { simulation } = harness;
    let peak = 0;
    simulation.server.onCall = () => {
      peak = Math.max(
        peak,
        simulation.organizations.creation.all.filter(({ state }) => state === 'IN_PROGRESS').length,
      );
    };
    const names = Array.from({ length: 10 }, (_, i) => `e${i}`);
    const result = await harness.deploy(cicd => tree(cicd, Object.fromEntries(names.map(name => [name, 'main']))));
    expect(reasons(result)).toBe('');
    expect(peak).toBe(5);
    expect(Object.keys(harness.vended)).toHaveLength(10);
    for (const name of names) {
      expect(simulation.codepipeline.pipelines(harness.vended[`shop-${name}`], REGION)).toMatchObject([{ name }]);
    }
  } finally {
    await harness.stop();
  }
});
