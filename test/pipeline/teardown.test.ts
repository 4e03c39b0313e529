import { DEPLOYED, begun, deployed, put } from './applications';
import { awsError } from '../fixtures/aws-error';
import { ONE, World, dieEverywhere, environment, owner, ownerOf, pipeline, request } from '../stack/world';

const AGAIN = 'remove the environment again (if it is no longer in the app, put it back and deploy first)';

describe('a removed environment', () => {
  test('is deleted with its applications: the newest stack first, then its artifacts, then the pipeline', async () => {
    const world = await deployed();
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete web', 'delete database', 'delete network', 'delete pipe']);
    expect(world.accounts.withArtifacts.size).toBe(0);
    expect(world.registry.keys).toEqual([`lease#${ONE}`]);
  });

  test.each([
    ['and is missing', async () => undefined],
    ['and was created again', async (world: World) => {
      world.time = 10 * 60_000;
      await world.lifecycle.requestRepair(owner, pipeline);
      await world.finish(pipeline);
    }],
  ])('is deleted with its applications even if its stack was deleted by hand %s', async (_, repair) => {
    const world = await deployed();
    world.accounts.of(ONE).lose('pipe');
    await repair(world);
    world.accounts.of(ONE).begun.length = 0;
    await world.delete(pipeline);
    expect(begun(world).slice(0, 3)).toEqual(['delete web', 'delete database', 'delete network']);
  });

  test('stops its pipeline before anything else', async () => {
    const world = await deployed();
    await world.lifecycle.requestDelete(owner, pipeline);
    await world.lifecycle.reconcileDelete(owner, pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete web']);
    expect(world.pipelines.active).toEqual([]);
    expect(await world.pipelines.executions({ accountId: ONE, region: '', pipelineName: '', gate: '' })).toMatchObject([
      { status: 'Stopped' },
    ]);
  });

  test.each(['closed', 'unbootstrapped'] as const)(
    'waits until its new roles are propagated: account %s until then',
    async how => {
      const world = await deployed();
      world.accounts[how].add(ONE);
      await world.lifecycle.requestDelete(owner, pipeline);
      await expect(world.lifecycle.reconcileDelete(owner, pipeline)).rejects.toMatchObject({ $retryable: {} });
      expect(begun(world)).toEqual(['create pipe']);
      world.accounts[how].delete(ONE);
      await world.lifecycle.reconcileDelete(owner, pipeline);
      expect(world.pipelines.active).toEqual([]);
      expect(begun(world)).toEqual(['create pipe', 'delete web']);
    },
  );

  test('deletes no stack before those that import its exports, even if they are older', async () => {
    const world = new World();
    await world.create(pipeline);
    put(world, 'reader', 1, { imports: ['vpc'] });
    put(world, 'network', 2, { exports: ['vpc'] });
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete reader', 'delete network', 'delete pipe']);
  });

  test('deletes the newest stack first if the bootstrap does not allow to list imports', async () => {
    const world = await deployed();
    jest.spyOn(world.accounts.of(ONE), 'importers').mockRejectedValue(awsError('AccessDenied'));
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete web', 'delete database', 'delete network', 'delete pipe']);
  });

  test('assumes the deploy role of applications, and deletes with the execution role of their deployment', async () => {
    const world = await deployed();
    const remove = jest.spyOn(world.accounts.of(ONE), 'delete');
    world.accounts.entered.length = 0;
    await world.delete(pipeline);
    expect(world.accounts.entered).toContain(`${ONE}/`);
    expect(remove).toHaveBeenCalledWith(
      { stackName: 'web', roleArn: DEPLOYED.roleArn },
      expect.stringMatching(/^attempt-\d+-\d+$/),
    );
  });

  test('also deletes stacks that were deployed by hand with the role of applications', async () => {
    const world = await deployed();
    put(world, 'by-hand', 4);
    await world.delete(pipeline);
    expect(begun(world)).toEqual([
      'create pipe',
      'delete by-hand',
      'delete web',
      'delete database',
      'delete network',
      'delete pipe',
    ]);
  });

  test('keeps stacks that existed before, or were not deployed with the role of applications', async () => {
    const world = new World();
    world.time = 10 * 60_000;
    await world.create(pipeline);
    // a stack of this app in the same account, one without the bootstrap, one that was there before, one inside
    // another, and those of this library
    await world.create({ ...request, stackName: 'ours' }, ownerOf('Ours'));
    put(world, 'without-role', 11, { roleArn: undefined });
    put(world, 'older', 9);
    put(world, 'web-Nested', 11, { isNested: true });
    put(world, 'org-environments-baseline', 11);
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'create ours', 'delete pipe']);
  });

  test('waits for stacks whose operation is in progress', async () => {
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

  test('times out after 40 minutes with an error that says what to do, and is deleted later', async () => {
    const world = await deployed();
    put(world, 'web', 3, {}, 'DELETE_IN_PROGRESS');
    await world.lifecycle.requestDelete(owner, pipeline);
    world.time = 40 * 60_000;
    expect(await world.lifecycle.reconcileDelete(owner, pipeline)).toMatchObject({ done: false });
    put(world, 'web', 3, {}, 'DELETE_IN_PROGRESS');
    world.time += 1;
    await expect(world.lifecycle.reconcileDelete(owner, pipeline)).rejects.toThrow(
      `stack 'pipe' in account ${ONE} and region eu-central-1, or an application that is deleted before it, `
        + `is not deleted after 40 minutes (timeout): it waits for stack 'web' in account ${ONE} (DELETE_IN_PROGRESS); `
        + 'CloudFormation continues there: see the events of the stack, '
        + `and when it is deleted ${AGAIN}`,
    );
    await world.delete(pipeline);
    expect(begun(world).slice(-3)).toEqual(['delete database', 'delete network', 'delete pipe']);
  });

  test.each(['before', 'after'] as const)(
    'is deleted once and in order, killed at any call %s its effect',
    async when => {
      await dieEverywhere(
        when,
        world => [
          () => world.create(pipeline),
          async () => {
            if (!(await world.accounts.of(ONE).describe('network'))) await deployedLater(world);
          },
          () => world.delete(pipeline),
        ],
        async (world, death) => {
          expect({ death, begun: begun(world) }).toEqual({
            death,
            begun: ['create pipe', 'delete web', 'delete database', 'delete network', 'delete pipe'],
          });
          expect({ death, keys: world.registry.keys, left: world.accounts.withArtifacts.size }).toEqual({
            death,
            keys: [`lease#${ONE}`],
            left: 0,
          });
        },
      );
    },
  );
});

async function deployedLater(world: World): Promise<void> {
  for (const [minute, name] of ['network', 'database', 'web'].entries()) put(world, name, minute + 1);
  world.accounts.withArtifacts.add(ONE);
}

describe('an application that cannot be deleted', () => {
  test('is reported with its reason and what to do, and the second attempt succeeds', async () => {
    const world = await deployed();
    world.accounts.of(ONE).failures.set('database', 'Table (AWS::DynamoDB::Table): it is protected');
    await expect(world.delete(pipeline)).rejects.toThrow(
      `the environment in account ${ONE} cannot be removed with its application, because stack 'database' could not be `
        + `deleted: stack 'database' in account ${ONE} could not be deleted: Table (AWS::DynamoDB::Table): it is `
        + `protected; remove the cause and ${AGAIN}, or keep the `
        + 'application with keepApplication: true',
    );
    expect((await world.accounts.of(ONE).describe('pipe'))?.status).toBe('CREATE_COMPLETE');
    expect(world.pipelines.active).toEqual([]);

    await world.delete(pipeline);
    expect(begun(world)).toEqual([
      'create pipe',
      'delete web',
      'delete database',
      'delete database',
      'delete network',
      'delete pipe',
    ]);
    expect(world.registry.keys).toEqual([`lease#${ONE}`]);
  });

  test('is kept when its environment is deployed again, and deleted with it later', async () => {
    const world = await deployed();
    world.accounts.of(ONE).failures.set('web', 'Bucket: not empty');
    await expect(world.delete(pipeline)).rejects.toThrow('Bucket: not empty');
    await world.create(pipeline);
    expect(world.pipelines.active).toEqual([ONE]);
    expect(await world.route()).toEqual([`${ONE}/test1`]);
    await world.delete(pipeline);
    expect(begun(world).slice(-4)).toEqual(['delete web', 'delete database', 'delete network', 'delete pipe']);
  });

  test('because of termination protection is reported before anything is deleted', async () => {
    const world = await deployed();
    put(world, 'database', 2, { isProtected: true });
    await expect(world.delete(pipeline)).rejects.toThrow(
      `the environment in account ${ONE} cannot be removed with its application, `
        + "because stack 'database' has termination protection: nothing was deleted; "
        + 'disable it there (aws cloudformation update-termination-protection --no-enable-termination-protection '
        + `--stack-name database) and ${AGAIN}, or keep it with keepApplication: true`,
    );
    put(world, 'web', 3, { isProtected: true });
    await expect(world.delete(pipeline)).rejects.toThrow(
      "because stacks 'web', 'database' have termination protection: nothing was deleted; disable it there",
    );
    expect(begun(world)).toEqual(['create pipe']);
    ['database', 'web'].forEach((name, minute) => put(world, name, minute + 2));
    await world.delete(pipeline);
    expect(world.registry.keys).toEqual([`lease#${ONE}`]);
  });

  test('because other stacks import its exports is reported with their names', async () => {
    const world = new World();
    await world.create(pipeline);
    put(world, 'network', 1, { exports: ['vpc'] });
    put(world, 'by-hand', 2, { imports: ['vpc'], roleArn: undefined });
    await expect(world.delete(pipeline)).rejects.toThrow(
      "because stack 'network' could not be deleted: other stacks import its exports: by-hand; remove the cause",
    );
    expect(begun(world)).toEqual(['create pipe']);
  });

  test('because its deploy role cannot be assumed is reported at every attempt', async () => {
    const world = await deployed();
    world.accounts.unbootstrapped.add(ONE);
    await expect(world.delete(pipeline)).rejects.toThrow(
      `the environment in account ${ONE} cannot be removed with its application, `
        + `because role 'arn:aws:iam::${ONE}:role/cdk-hnb659fds-deploy-role-${ONE}-eu-central-1' cannot be assumed: `
        + 'bootstrap it for CDK with trust for account 222222222222 (cdk bootstrap --qualifier hnb659fds --trust '
        + `222222222222), and when the account can be used, ${AGAIN} (not authorized to perform sts:AssumeRole); `
        + 'to leave it in the account, run: org-environments forget test1',
    );
    expect(begun(world)).toEqual(['create pipe']);
    await expect(world.delete(pipeline)).rejects.toThrow('cannot be assumed');
    expect(begun(world)).toEqual(['create pipe']);
  });

  test('because its deploy role could not be assumed is deleted when it can be assumed', async () => {
    const world = await deployed();
    world.accounts.unbootstrapped.add(ONE);
    await expect(world.delete(pipeline)).rejects.toThrow('cannot be assumed');
    world.accounts.unbootstrapped.clear();
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete web', 'delete database', 'delete network', 'delete pipe']);
  });

});

test('the construct that exists after a rollback decides whether applications are deleted', async () => {
  const world = await deployed();
  const [renamed, kept] = [
    ownerOf('Renamed'),
    { ...pipeline, environment: { ...environment, applications: 'keep' } } as const,
  ];
  await world.create(kept, renamed);
  world.accounts.rollingBack = true;
  await world.delete(kept, renamed);
  world.accounts.rollingBack = false;
  await world.delete(pipeline);
  expect(begun(world)).toEqual(['create pipe', 'delete web', 'delete database', 'delete network', 'delete pipe']);
});

test('a missing bucket or role of the artifacts does not block the deletion', async () => {
  for (const name of ['NoSuchBucket', 'AccessDenied']) {
    const world = new World();
    await world.create(pipeline);
    jest.spyOn(world.accounts, 'deleteArtifacts').mockRejectedValue(awsError(name));
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete pipe']);
  }
});
