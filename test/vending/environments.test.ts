import { reasons, World } from './world';
import { CICD_ACCOUNT, Cicd, REGION } from '../fixtures/app';

/** Three environments in a tree: main → env/prod → env/test → env/dev. */
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

describe('three environments', () => {
  let world: World;
  beforeAll(async () => {
    // the handlers as they are shipped
    world = await World.start({ virtual: {} });
    const result = await world.deploy(three);
    expect(reasons(result)).toBe('');
  });
  afterAll(() => world.stop());

  test('each has an account in its organizational unit', () => {
    const { vended, simulation: { organizations } } = world;
    expect(Object.keys(vended).sort()).toEqual(['shop-dev', 'shop-prod', 'shop-test']);
    expect(organizations.unitPath(vended['shop-prod'])).toBe('Workloads/Prod');
    expect(organizations.unitPath(vended['shop-dev'])).toBe('Workloads/Test');
  });

  test('each has a branch that knows its environment, on top of its parent', async () => {
    expect(await world.descriptor('env/dev')).toEqual({
      name: 'dev', accountId: world.vended['shop-dev'], region: REGION, parent: 'env/test', branch: 'env/dev',
    });
    expect(await world.descriptor('env/prod')).toMatchObject({ name: 'prod', parent: 'main' });
    expect(await world.descriptor('main')).toBeUndefined();
    expect(await world.simulation.codecommit.file(CICD_ACCOUNT, REGION, 'shop', 'env/dev', 'README.md')).toBe('the shop\n');
  });

  test('each has a pipeline in its own account, and the account is bootstrapped', () => {
    for (const name of ['prod', 'test', 'dev']) {
      const accountId = world.vended[`shop-${name}`];
      expect(world.simulation.codepipeline.pipelines(accountId, REGION)).toMatchObject([{ name, frozen: false }]);
      expect(world.stackStatus(accountId, 'CDKToolkit')).toBe('CREATE_COMPLETE');
      expect(world.stackStatus(accountId, 'org-environments-baseline')).toBe('CREATE_COMPLETE');
    }
    expect(world.simulation.codepipeline.pipelines(CICD_ACCOUNT, REGION)).toEqual([]);
  });

  test('a push starts the pipeline of its branch, at the commit that it ends in, and no other', async () => {
    const { simulation, vended } = world;
    const executions = (name: string) => simulation.codepipeline.pipelines(vended[`shop-${name}`], REGION)[0].executions
      .filter(({ request }) => request.trigger.triggerType === 'StartPipelineExecution').map(({ revisions }) => revisions);
    await world.push('env/nobody', { 'README.md': 'a branch without an environment\n' });
    await world.push('env/test', { 'README.md': 'once\n' });
    const last = await world.push('env/test', { 'README.md': 'twice\n' });
    for (let i = 0; executions('test')[0]?.[0].revisionValue !== last && i < 100; i++) await new Promise(resolve => setTimeout(resolve, 100));
    expect(executions('test')[0]).toEqual([{ actionName: 'Source', revisionType: 'COMMIT_ID', revisionValue: last }]);
    expect([...executions('dev'), ...executions('prod')]).toEqual([]);
    const words = simulation.lambda.log.map(({ text }) => text).join('\n');
    expect(words).toContain("branch 'env/nobody'");
  });

  test('deploying again changes nothing', async () => {
    const accounts = world.simulation.organizations.accounts.length;
    const result = await world.deploy(three);
    expect(result).toMatchObject({ succeeded: true, changed: 0 });
    expect(world.simulation.organizations.accounts).toHaveLength(accounts);
    expect(world.calls('organizations:CreateAccount')).toBe(3);
  });

  test('freezing a pipeline goes through its template', async () => {
    const result = await world.deploy(cicd => tree(cicd, { dev: 'env/test', test: 'env/prod', prod: 'main' }, { enabled: false }));
    expect(reasons(result)).toBe('');
    expect(world.simulation.codepipeline.pipelines(world.vended['shop-dev'], REGION)).toMatchObject([{ frozen: true }]);
  });

  test('an environment that goes leaves its account and its branch, but no pipeline', async () => {
    const result = await world.deploy(cicd => tree(cicd, { test: 'env/prod', prod: 'main' }));
    expect(reasons(result)).toBe('');
    const dev = world.vended['shop-dev'];
    expect(world.simulation.organizations.account(dev)).toMatchObject({ state: 'ACTIVE' });
    expect(await world.descriptor('env/dev')).toMatchObject({ name: 'dev' });
    expect(world.simulation.codepipeline.pipelines(dev, REGION)).toEqual([]);
    expect(world.stackStatus(dev, 'CDKToolkit')).toBe('CREATE_COMPLETE');
  });

  test('an environment that comes back has the same account', async () => {
    const before = world.vended;
    expect(reasons(await world.deploy(three))).toBe('');
    expect(world.vended).toEqual(before);
    expect(world.simulation.codepipeline.pipelines(before['shop-dev'], REGION)).toMatchObject([{ name: 'dev', frozen: false }]);
  });

  test('nobody who reads the logs could answer CloudFormation in our name', () => {
    const lines = world.simulation.lambda.log.map(({ text }) => text).join('\n');
    expect(lines).toContain('org-environments');
    expect(lines).not.toMatch(/Signature=|SecretAccessKey|AWS_SESSION_TOKEN/);
  });

  test('the whole app can be destroyed', async () => {
    const result = await world.destroy(three);
    expect(reasons(result)).toBe('');
    expect(world.stackStatus(CICD_ACCOUNT, 'Cicd')).toBeUndefined();
    expect(Object.keys(world.vended)).toHaveLength(3);
  });
});

test('ten environments at once are all vended, five account creations at a time', async () => {
  // long enough that AWS's rate of one creation in ten seconds does not keep the number down
  const world = await World.start({ creationSeconds: 240 });
  try {
    const { simulation } = world;
    let most = 0;
    simulation.server.onCall = () => {
      most = Math.max(most, simulation.organizations.creation.all.filter(({ state }) => state === 'IN_PROGRESS').length);
    };
    const names = Array.from({ length: 10 }, (_, i) => `e${i}`);
    const result = await world.deploy(cicd => tree(cicd, Object.fromEntries(names.map(name => [name, 'main']))));
    expect(reasons(result)).toBe('');
    expect(most).toBe(5);
    expect(Object.keys(world.vended)).toHaveLength(10);
    for (const name of names) expect(simulation.codepipeline.pipelines(world.vended[`shop-${name}`], REGION)).toMatchObject([{ name }]);
  } finally {
    await world.stop();
  }
});
