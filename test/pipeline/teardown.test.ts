import type { Foreign } from '../cloudformation/fake-stacks';
import { awsError } from '../fixtures/aws-error';
import { ONE, TWO, World, dieEverywhere, environment, owner, ownerOf, pipeline, request } from '../stack/world';

const DEPLOYED: Foreign = { roleArn: `arn:aws:iam::${ONE}:role/cdk-hnb659fds-cfn-exec-role-${ONE}-eu-central-1` };
const AGAIN = 'remove the environment again (if it is no longer in the app, put it back and deploy first)';

/** A pipeline that has deployed three stacks: `network`, then `database`, then `web`, which imports from both. */
async function deployed(world = new World(), wanted = pipeline): Promise<World> {
  await world.create(wanted);
  put(world, 'network', 1, { exports: ['vpc'] });
  put(world, 'database', 2, { exports: ['table'], imports: ['vpc'] });
  put(world, 'web', 3, { imports: ['vpc', 'table'] });
  world.accounts.withArtifacts.add(ONE);
  return world;
}

function put(world: World, stackName: string, minute: number, foreign: Foreign = {}, status = 'CREATE_COMPLETE'): void {
  world.accounts.of(ONE).put(stackName, status, {}, 'pipeline', { ...DEPLOYED, createdAt: new Date(minute * 60_000), ...foreign });
}

function begun(world: World): readonly string[] {
  return world.accounts.of(ONE).begun;
}

describe('an environment that goes', () => {
  test('takes its application with it: the last stack first, then its artifacts, then the pipeline', async () => {
    const world = await deployed();
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete web', 'delete database', 'delete network', 'delete pipe']);
    expect(world.accounts.withArtifacts.size).toBe(0);
    expect(world.registry.keys).toEqual([`lease#${ONE}`]);
  });

  test('stops its pipeline before anything else', async () => {
    const world = await deployed();
    await world.lifecycle.requestDelete(owner, pipeline);
    await world.lifecycle.reconcileDelete(owner, pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete web']);
    expect(world.pipelines.active).toEqual([]);
    expect(await world.pipelines.executions({ accountId: ONE, region: '', pipelineName: '', gate: '' })).toMatchObject([{ status: 'Stopped' }]);
  });

  test.each(['closed', 'unbootstrapped'] as const)('does not go on before its young roles are known: %s until then', async how => {
    const world = await deployed();
    world.accounts[how].add(ONE);
    await world.lifecycle.requestDelete(owner, pipeline);
    await expect(world.lifecycle.reconcileDelete(owner, pipeline)).rejects.toMatchObject({ $retryable: {} });
    expect(begun(world)).toEqual(['create pipe']);
    world.accounts[how].delete(ONE);
    await world.lifecycle.reconcileDelete(owner, pipeline);
    expect(world.pipelines.active).toEqual([]);
    expect(begun(world)).toEqual(['create pipe', 'delete web']);
  });

  test('deletes no stack before those that import from it, even if they are older', async () => {
    const world = new World();
    await world.create(pipeline);
    put(world, 'reader', 1, { imports: ['vpc'] });
    put(world, 'network', 2, { exports: ['vpc'] });
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete reader', 'delete network', 'delete pipe']);
  });

  test('deletes the youngest stack first where the bootstrap does not allow to ask who imports', async () => {
    const world = await deployed();
    jest.spyOn(world.accounts.of(ONE), 'importers').mockRejectedValue(awsError('AccessDenied'));
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete web', 'delete database', 'delete network', 'delete pipe']);
  });

  test('enters its account as an application is deployed, and deletes with the role that it was deployed with', async () => {
    const world = await deployed();
    const remove = jest.spyOn(world.accounts.of(ONE), 'delete');
    world.accounts.entered.length = 0;
    await world.delete(pipeline);
    expect(world.accounts.entered[0]).toBe(`${ONE}/`);
    expect(remove).toHaveBeenCalledWith({ stackName: 'web', roleArn: DEPLOYED.roleArn }, expect.stringMatching(/^attempt-\d+-\d+$/));
  });

  test('takes along what was deployed by hand with the role of applications, too: nothing tells it from what the pipeline has deployed', async () => {
    const world = await deployed();
    put(world, 'by-hand', 4);
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete by-hand', 'delete web', 'delete database', 'delete network', 'delete pipe']);
  });

  test('leaves alone what was there before, and what neither its pipeline nor anybody else has deployed as an application', async () => {
    const world = new World();
    world.time = 10 * 60_000;
    await world.create(pipeline);
    // a stack of this app in the same account, one without the bootstrap, one that was there before, one inside another, and those of this library
    await world.create({ ...request, stackName: 'ours' }, ownerOf('Ours'));
    put(world, 'without-role', 11, { roleArn: undefined });
    put(world, 'older', 9);
    put(world, 'web-Nested', 11, { isNested: true });
    put(world, 'org-environments-baseline', 11);
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'create ours', 'delete pipe']);
  });

  test('waits for what CloudFormation still deploys', async () => {
    const world = new World();
    await world.create(pipeline);
    put(world, 'web', 1, {}, 'UPDATE_IN_PROGRESS');
    await world.lifecycle.requestDelete(owner, pipeline);
    expect(await world.lifecycle.reconcileDelete(owner, pipeline)).toMatchObject({ done: false });
    expect(begun(world)).toEqual(['create pipe']);
    put(world, 'web', 1, {}, 'UPDATE_COMPLETE');
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete web', 'delete pipe']);
  });

  test('that is not gone after 40 minutes says what is waited for and what to do, and goes later', async () => {
    const world = await deployed();
    put(world, 'web', 3, {}, 'DELETE_IN_PROGRESS');
    await world.lifecycle.requestDelete(owner, pipeline);
    world.time = 40 * 60_000;
    expect(await world.lifecycle.reconcileDelete(owner, pipeline)).toMatchObject({ done: false });
    put(world, 'web', 3, {}, 'DELETE_IN_PROGRESS');
    world.time += 1;
    await expect(world.lifecycle.reconcileDelete(owner, pipeline)).rejects.toThrow(`stack 'pipe' in account ${ONE} and region eu-central-1, or an application that `
      + 'is deleted before it, is not deleted after 40 minutes, the longest wait: CloudFormation continues there; look there what takes so long, and when it has '
      + `ended ${AGAIN}`);
    await world.delete(pipeline);
    expect(begun(world).slice(-3)).toEqual(['delete database', 'delete network', 'delete pipe']);
  });

  test.each(['before', 'after'] as const)('goes once and in order, killed at any call %s its effect', async when => {
    await dieEverywhere(when, world => [() => world.create(pipeline), async () => {
      if (!await world.accounts.of(ONE).describe('network')) await deployedLater(world);
    }, () => world.delete(pipeline)], async (world, death) => {
      expect({ death, begun: begun(world) }).toEqual({ death, begun: ['create pipe', 'delete web', 'delete database', 'delete network', 'delete pipe'] });
      expect({ death, keys: world.registry.keys, left: world.accounts.withArtifacts.size }).toEqual({ death, keys: [`lease#${ONE}`], left: 0 });
    });
  });
});

async function deployedLater(world: World): Promise<void> {
  for (const [minute, name] of ['network', 'database', 'web'].entries()) put(world, name, minute + 1);
  world.accounts.withArtifacts.add(ONE);
}

describe('an application that refuses to go', () => {
  test('is named with its reason and the way out, and the second try works', async () => {
    const world = await deployed();
    world.accounts.of(ONE).failures.set('database', 'Table (AWS::DynamoDB::Table): it is protected');
    await expect(world.delete(pipeline)).rejects.toThrow(`the environment in account ${ONE} cannot be removed with its application, because stack 'database' could not be `
      + `deleted: stack 'database' in account ${ONE} could not be deleted: Table (AWS::DynamoDB::Table): it is protected; remove the cause and ${AGAIN}, or keep the `
      + 'application with keepApplication: true');
    expect((await world.accounts.of(ONE).describe('pipe'))?.status).toBe('CREATE_COMPLETE');
    expect(world.pipelines.active).toEqual([]);

    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete web', 'delete database', 'delete database', 'delete network', 'delete pipe']);
    expect(world.registry.keys).toEqual([`lease#${ONE}`]);
  });

  test('works again when its environment is put back, and goes with it later', async () => {
    const world = await deployed();
    world.accounts.of(ONE).failures.set('web', 'Bucket: not empty');
    await expect(world.delete(pipeline)).rejects.toThrow('Bucket: not empty');
    await world.create(pipeline);
    expect(world.pipelines.active).toEqual([ONE]);
    expect(await world.route()).toEqual([`${ONE}/test1`]);
    await world.delete(pipeline);
    expect(begun(world).slice(-4)).toEqual(['delete web', 'delete database', 'delete network', 'delete pipe']);
  });

  test('because it is protected from termination is named before anything is deleted', async () => {
    const world = await deployed();
    put(world, 'database', 2, { isProtected: true });
    await expect(world.delete(pipeline)).rejects.toThrow(`the environment in account ${ONE} cannot be removed with its application, because stack 'database' is protected `
      + 'from termination: nothing was deleted; allow it there (aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name '
      + `database) and ${AGAIN}, or keep it with keepApplication: true`);
    put(world, 'web', 3, { isProtected: true });
    await expect(world.delete(pipeline)).rejects.toThrow("because stacks 'web', 'database' are protected from termination: nothing was deleted; allow it there");
    expect(begun(world)).toEqual(['create pipe']);
    ['database', 'web'].forEach((name, minute) => put(world, name, minute + 2));
    await world.delete(pipeline);
    expect(world.registry.keys).toEqual([`lease#${ONE}`]);
  });

  test('because somebody else imports from it names who does', async () => {
    const world = new World();
    await world.create(pipeline);
    put(world, 'network', 1, { exports: ['vpc'] });
    put(world, 'by-hand', 2, { imports: ['vpc'], roleArn: undefined });
    await expect(world.delete(pipeline)).rejects.toThrow("because stack 'network' could not be deleted: other stacks import what it exports: by-hand; remove the cause");
    expect(begun(world)).toEqual(['create pipe']);
  });

  test('because the role that it was deployed through no longer lets us in is told of once, and then left behind', async () => {
    const world = await deployed();
    world.accounts.unbootstrapped.add(ONE);
    await expect(world.delete(pipeline)).rejects.toThrow(`the environment in account ${ONE} cannot be removed with its application, because the account cannot be entered `
      + `through 'arn:aws:iam::${ONE}:role/cdk-hnb659fds-deploy-role-${ONE}-eu-central-1': bootstrap it for CDK with trust for account 222222222222 (cdk bootstrap `
      + `--qualifier hnb659fds --trust 222222222222) and ${AGAIN}, or keep the application with keepApplication: true; if it is removed `
      + 'once more as it is, the application is left behind (not authorized to perform sts:AssumeRole)');
    expect(begun(world)).toEqual(['create pipe']);
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete pipe']);
    expect(await world.accounts.of(ONE).describe('web')).toBeDefined();
    expect(world.registry.keys).toEqual([`lease#${ONE}`]);
  });

  test('because that role did not let us in goes at the second try, once it does', async () => {
    const world = await deployed();
    world.accounts.unbootstrapped.add(ONE);
    await expect(world.delete(pipeline)).rejects.toThrow('cannot be entered through');
    world.accounts.unbootstrapped.clear();
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete web', 'delete database', 'delete network', 'delete pipe']);
  });

  test('in an account that can no longer be entered at all is told of once, and then left behind', async () => {
    const world = await deployed();
    world.accounts.closed.add(ONE);
    await expect(world.delete(pipeline)).rejects.toThrow('the account cannot be entered through');
    await world.delete(pipeline);
    expect(world.registry.keys).toEqual([`lease#${ONE}`]);
    expect(begun(world)).toEqual(['create pipe']);
  });
});

test('applications go as the construct says that is there after a rollback', async () => {
  const world = await deployed();
  const [renamed, kept] = [ownerOf('Renamed'), { ...pipeline, environment: { ...environment, applications: 'keep' } } as const];
  await world.create(kept, renamed);
  world.accounts.rollingBack = true;
  await world.delete(kept, renamed);
  world.accounts.rollingBack = false;
  await world.delete(pipeline);
  expect(begun(world)).toEqual(['create pipe', 'delete web', 'delete database', 'delete network', 'delete pipe']);
});

describe('applications stay', () => {
  const KEPT = ['create pipe', 'delete pipe'];

  test('when the environment says so, as it was deployed last', async () => {
    const kept = { ...pipeline, environment: { ...environment, applications: 'keep' } } as const;
    const world = await deployed();
    put(world, 'by-hand', 4);
    await world.update(kept, pipeline);
    await world.delete(kept);
    expect(begun(world)).toEqual(KEPT);
    expect(world.accounts.withArtifacts.size).toBe(0);
  });

  test('when the deployment that made the environment is taken back', async () => {
    const world = await deployed();
    world.accounts.rollingBack = true;
    await world.delete(pipeline);
    expect(begun(world)).toEqual(KEPT);
  });

  test('when the pipeline was never complete', async () => {
    const world = new World();
    await world.lifecycle.requestCreate(owner, pipeline);
    await world.lifecycle.reconcile(owner, pipeline);
    put(world, 'somebody-elses', 1);
    await world.delete(pipeline);
    expect(begun(world)).toEqual(KEPT);
  });

  test('when the environment moves to another account, and when that is taken back', async () => {
    const moved = { ...pipeline, accountId: TWO };
    const world = await deployed();
    await world.update(moved, pipeline);
    expect(begun(world)).toEqual(KEPT);
    await world.update(pipeline, moved);
    expect(begun(world)).toEqual([...KEPT, 'create pipe']);
    for (const name of ['network', 'database', 'web']) expect(await world.accounts.of(ONE).describe(name)).toBeDefined();
  });

  test('when the environment moves to another account and its construct is renamed at once', async () => {
    const world = await deployed();
    await world.create({ ...pipeline, accountId: TWO }, ownerOf('Renamed'));
    await world.delete(pipeline);
    expect(begun(world)).toEqual(KEPT);
  });

  test('when account, construct and branch are changed at once, as long as the environment keeps its name', async () => {
    const world = await deployed();
    await world.create({ ...pipeline, accountId: TWO, environment: { ...environment, branchName: 'env/qa' } }, ownerOf('Renamed'));
    await world.delete(pipeline);
    expect(begun(world)).toEqual(KEPT);
  });

  test('not when this app has another environment', async () => {
    const world = await deployed();
    const qa = { ...pipeline, accountId: TWO, environment: { ...environment, environmentName: 'qa', branchName: 'env/q' } };
    await world.create(qa, ownerOf('Qa'));
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete web', 'delete database', 'delete network', 'delete pipe']);
  });

  test('when its construct is renamed, and when the environment gets another name', async () => {
    const world = await deployed();
    await world.create(pipeline, ownerOf('Renamed'));
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe']);
    const qa = { ...pipeline, stackName: 'pipe2', environment: { ...environment, environmentName: 'qa' } };
    await world.update(qa, pipeline, ownerOf('Renamed'));
    expect(begun(world)).toEqual([...KEPT, 'create pipe2']);
  });

  test('when a rename is taken back', async () => {
    const world = await deployed();
    await world.create(pipeline, ownerOf('Renamed'));
    world.accounts.rollingBack = true;
    await world.delete(pipeline, ownerOf('Renamed'));
    expect(begun(world)).toEqual(['create pipe']);
  });
});

test('artifacts that cannot be deleted, because bucket or role are gone, hold nothing up', async () => {
  for (const name of ['NoSuchBucket', 'AccessDenied']) {
    const world = new World();
    await world.create(pipeline);
    jest.spyOn(world.accounts, 'deleteArtifacts').mockRejectedValue(awsError(name));
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete pipe']);
  }
});
