import type { EnvironmentRecord } from '../../lambda/registry/environment';
import { pipelinesIn } from '../../lambda/registry/environment';
import type { PipelineRequest } from '../../src/pipeline/contract';
import { awsError } from '../fixtures/aws-error';
import { ONE, SHOP, TWO, World, dieEverywhere, environment, owner, ownerOf, pipeline } from '../stack/world';

const other = ownerOf('Other', 'Elsewhere');

function pipelineOf(environmentName: string, changes: Partial<PipelineRequest> = {}): PipelineRequest {
  return {
    ...pipeline,
    stackName: `pipe-${environmentName}`,
    environment: { ...environment, environmentName, branchName: environmentName },
    ...changes,
  };
}

describe('a pipeline', () => {
  test('acquires its lease and the route of its branch together, and keeps the lease when it is complete', async () => {
    const world = new World();
    await world.lifecycle.requestCreate(owner, pipeline);
    await world.lifecycle.reconcile(owner, pipeline);
    expect(await world.leaseOf(ONE)).toMatchObject({
      fence: 1,
      holder: { environmentName: 'test1', expiresAt: 65 * 60_000 },
    });
    expect(await world.route()).toEqual([`${ONE}/test1`]);

    await world.finish(pipeline);
    expect((await world.leaseOf(ONE))?.holder).not.toHaveProperty('expiresAt');
    expect(await world.route()).toEqual([`${ONE}/test1`]);
  });

  test('loses its route when its deletion starts, and its lease when its stack is deleted', async () => {
    const world = new World();
    await world.create(pipeline);
    await world.lifecycle.requestDelete(owner, pipeline);
    expect(await world.route()).toBeUndefined();
    expect((await world.leaseOf(ONE))?.holder).toBeDefined();
    await world.delete(pipeline);
    expect(await world.leaseOf(ONE)).toEqual({ fence: 1, version: 3 });
    expect(world.registry.keys).toEqual([`lease#${ONE}`]);
  });

  test('moves to another account: the branch starts the new pipeline before the former one is deleted', async () => {
    const world = new World();
    await world.create(pipeline);
    await world.update({ ...pipeline, accountId: TWO }, pipeline);
    expect(await world.route()).toEqual([`${TWO}/test1`]);
    expect((await world.leaseOf(ONE))?.holder).toBeUndefined();
    expect((await world.leaseOf(TWO))?.holder).toMatchObject({ environmentName: 'test1' });
    expect(await world.accounts.of(ONE).describe('pipe')).toBeUndefined();
  });

  test('of an environment that is renamed is deleted before it is created again in the same account', async () => {
    const world = new World();
    const qa = {
      ...pipeline,
      stackName: 'pipe2',
      environment: { ...environment, environmentName: 'qa', pipelineName: 'qa' },
    };
    await world.create(pipeline);
    await world.update(qa, pipeline);
    expect(world.accounts.of(ONE).begun).toEqual(['create pipe', 'delete pipe', 'create pipe2']);
    expect(await world.leaseOf(ONE)).toMatchObject({
      fence: 2,
      holder: { pipelineKey: `pipeline#${ONE}#eu-central-1#qa` },
    });
    await world.update(pipeline, qa);
    expect(world.accounts.of(ONE).begun.slice(3)).toEqual(['delete pipe2', 'create pipe']);
    expect(await world.route()).toEqual([`${ONE}/test1`]);
    expect(world.registry.keys.filter(key => key.startsWith('environment#'))).toEqual(['environment#test1']);
  });

  test('that gets another branch is started by that branch, and no longer by the former one', async () => {
    const world = new World();
    await world.create(pipeline);
    await world.update({ ...pipeline, environment: { ...environment, branchName: 'env/qa' } }, pipeline);
    expect(await world.route()).toBeUndefined();
    expect(await world.route('env/qa')).toEqual([`${ONE}/test1`]);
  });

  test('belongs to a renamed construct with its lease and its route', async () => {
    const world = new World();
    const renamed = ownerOf('Renamed');
    await world.create(pipeline);
    await world.create(pipeline, renamed);
    await world.delete(pipeline);
    expect(await world.leaseOf(ONE)).toMatchObject({ fence: 1, holder: { environmentName: 'test1' } });
    expect(await world.route()).toEqual([`${ONE}/test1`]);
    await world.delete(pipeline, renamed);
    expect(world.registry.keys).toEqual([`lease#${ONE}`]);
  });

  test('in another account gets the route of the pipeline that it replaces, until a rollback restores it', async () => {
    const world = new World();
    const replacement = { ...pipeline, accountId: TWO };
    await world.create(pipeline);
    await world.create(replacement, ownerOf('Replacement'));
    expect(await world.route()).toEqual([`${ONE}/test1`, `${TWO}/test1`]);
    await world.delete(replacement, ownerOf('Replacement'));
    expect(await world.route()).toEqual([`${ONE}/test1`]);
  });

  test.each(['before', 'after'] as const)(
    'is created, moved and deleted once, killed at any call %s its effect',
    async when => {
      const moved = { ...pipeline, accountId: TWO, environment: { ...environment, branchName: 'env/qa' } };
      await dieEverywhere(
        when,
        world => [() => world.create(pipeline), () => world.update(moved, pipeline), () => world.delete(moved)],
        async (world, death) => {
          const begun = [ONE, TWO].map(accountId => world.accounts.of(accountId).begun);
          expect({ death, begun }).toEqual({
            death,
            begun: [
              ['create pipe', 'delete pipe'],
              ['create pipe', 'delete pipe'],
            ],
          });
          expect({ death, keys: world.registry.keys }).toEqual({ death, keys: [`lease#${ONE}`, `lease#${TWO}`] });
          const leases = await Promise.all([ONE, TWO].map(async accountId => world.leaseOf(accountId)));
          expect({ death, leases }).toMatchObject({ death, leases: [{ fence: 1 }, { fence: 1 }] });
          expect(leases.map(found => found?.holder)).toEqual([undefined, undefined]);
        },
      );
    },
  );
});

describe('an account has one pipeline', () => {
  test('a second environment is rejected until the first is deleted', async () => {
    const world = new World();
    await world.create(pipelineOf('blue'), other);
    await expect(world.create(pipelineOf('green'))).rejects.toThrow(
      `account ${ONE} is leased to environment 'blue' (stack 'Elsewhere'), so environment 'green' `
        + 'cannot have a pipeline there: an account has one pipeline; remove that environment first (its applications '
        + 'are deleted with it, unless it was deployed with '
        + 'keepApplication: true), or use another account',
    );
    await world.delete(pipelineOf('green'));
    expect((await world.leaseOf(ONE))?.holder).toMatchObject({ environmentName: 'blue' });

    await world.delete(pipelineOf('blue'), other);
    await world.create(pipelineOf('green'));
    expect(await world.leaseOf(ONE)).toMatchObject({ fence: 2, holder: { environmentName: 'green' } });
    expect(world.accounts.of(ONE).begun).toEqual(['create pipe-blue', 'delete pipe-blue', 'create pipe-green']);
  });

  describe('with a pipeline that the registry does not know', () => {
    const mine = 'org-environments-pipeline-run already exists';

    async function failure(tags: Readonly<Record<string, string>>, reason: string, lookup?: Error): Promise<string> {
      const world = new World();
      world.accounts.of(ONE).put('org-environments-pipeline-blue', 'CREATE_COMPLETE', {}, 'manual', { tags });
      if (lookup) world.accounts.of(ONE).list = async () => { throw lookup; };
      world.accounts.of(ONE).failures.set('pipe-green', reason);
      return String(await world.create(pipelineOf('green')).catch((error: unknown) => error));
    }

    test.each([
      `Role with name ${mine}.`,
      "Resource of type 'AWS::IAM::Role' with identifier 'org-environments-pipeline-run' already exists",
      `${mine} in stack arn:aws:cloudformation:eu-central-1:${ONE}:stack/org-environments-pipeline-blue/1234`,
    ])('the error names its environment, and what to do: %s', async reason => {
      expect(await failure({ 'org-environments:declared-by': owner.stackId }, reason)).toContain(
        `account ${ONE} has a pipeline that the registry does not know, so environment 'green' cannot have a pipeline `
          + "there: an account has one pipeline; remove the environment of pipeline 'blue' first, in a deployment "
          + 'that changes nothing else (its applications are deleted with it, unless it was deployed with '
          + 'keepApplication: true), or use another account (',
      );
    });

    const marked = { 'org-environments:declared-by': 'x' };
    test.each<[string, Readonly<Record<string, string>>, string, Error | undefined]>([
      ['the stack of another principal has the role', {}, `Role with name ${mine}.`, undefined],
      ['the role is another', marked, 'Role with name mine already exists.', undefined],
      ['the stacks may not be listed', marked, `Role with name ${mine}.`, awsError('AccessDenied')],
      ['the region is disabled, so that no stacks are listed', marked, `Role with name ${mine}.`,
        awsError('InvalidClientTokenId', 'The security token included in the request is invalid.')],
    ])('the error is that of CloudFormation if %s', async (_, tags, reason, lookup) => {
      expect(await failure(tags, reason, lookup)).toContain(`could not be created: ${reason}`);
    });
  });

  test('the error for a renamed environment says how to keep its name, and what a removal deletes', async () => {
    const world = new World();
    await world.create(pipelineOf('blue'));
    await expect(world.create(pipelineOf('green'), ownerOf('Renamed'))).rejects.toThrow(
      `account ${ONE} is leased to environment 'blue' (stack 'Cicd'), so `
        + "environment 'green' cannot have a pipeline there: an account has one pipeline; if it was renamed, keep its "
        + "name with environmentName: 'blue'; else "
        + 'remove that environment first (its applications are deleted with it, unless it was deployed with '
        + 'keepApplication: true), or use another account',
    );
    await world.delete(pipelineOf('green'), ownerOf('Renamed'));
    await world.create(pipelineOf('blue'), ownerOf('Renamed'));
    await world.delete(pipelineOf('blue'));
    expect(world.accounts.of(ONE).begun).toEqual(['create pipe-blue']);
  });

  test('the error does not mention applications that are kept', async () => {
    const world = new World();
    await world.create(
      pipelineOf('blue', { environment: { ...environment, environmentName: 'blue', applications: 'keep' } }),
      other,
    );
    await expect(world.create(pipelineOf('green'))).rejects.toThrow(
      'an account has one pipeline; remove that environment first, or use another account',
    );
  });

  test('an environment of that name in another stack is rejected', async () => {
    const world = new World();
    await world.create(pipeline);
    const elsewhere = { ...pipeline, accountId: TWO, environment: { ...environment, branchName: 'env/qa' } };
    await expect(world.create(elsewhere, other)).rejects.toThrow(
      "environment 'test1' belongs to stack 'Cicd' of the CICD account: remove it there first (its applications are "
        + 'deleted with it, unless it was deployed with keepApplication: true), or choose another environmentName',
    );
    await world.delete(elsewhere, other);
    expect(await world.leaseOf(ONE)).toMatchObject({ holder: { environmentName: 'test1' } });
  });

  test('an environment whose owner was removed from its stack belongs to the stack that declares it', async () => {
    const world = new World();
    await world.create(pipeline, other);
    world.accounts.of(ONE).lose('pipe');
    const successor = { ...owner, formerOwners: [other.id] };
    await world.create(pipeline, successor);
    expect(await world.leaseOf(ONE)).toMatchObject({ fence: 1, holder: { stackId: owner.stackId } });
    expect(await world.route()).toEqual([`${ONE}/test1`]);
    const environmentRecord = await world.registry.read<EnvironmentRecord>('environment#test1');
    expect(environmentRecord?.stackId).toBe(owner.stackId);
    expect(environmentRecord && pipelinesIn(environmentRecord)).toMatchObject([{ stackId: owner.stackId }]);
    await world.delete(pipeline);
    expect(world.registry.keys).toEqual([`lease#${ONE}`]);
  });

  test('one of two concurrent environments gets the lease', async () => {
    const world = new World();
    const both = [
      [pipelineOf('blue'), owner],
      [pipelineOf('green'), other],
    ] as const;
    const outcomes = await Promise.allSettled(
      both.map(async ([wanted, by]) => {
        await world.lifecycle.requestCreate(by, wanted);
        for (;;) {
          const progress = await world.lifecycle.reconcile(by, wanted).catch((error: Error) => {
            if (error.name !== 'RecordChangedError') throw error;
            return undefined;
          });
          if (progress?.done) return;
        }
      }),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(world.accounts.of(ONE).begun).toHaveLength(1);
  });

  test('a deployment without progress loses the lease after 65 minutes, and deploys nothing afterwards', async () => {
    const world = new World();
    await world.lifecycle.requestCreate(owner, pipelineOf('blue'));
    await world.lifecycle.reconcile(owner, pipelineOf('blue'));
    world.time = 65 * 60_000 - 1;
    await expect(world.create(pipelineOf('green'), other)).rejects.toThrow("is leased to environment 'blue'");
    world.time++;
    await world.create(pipelineOf('green'), other);
    expect(await world.leaseOf(ONE)).toMatchObject({ fence: 2, holder: { environmentName: 'green' } });

    const begun = [...world.accounts.of(ONE).begun];
    await expect(world.finish(pipelineOf('blue'))).rejects.toThrow(
      `the lease of account ${ONE} for environment 'blue' has expired and was acquired by `
        + "environment 'green' (stack 'Elsewhere'), so the deployment stopped: deploy again when the account is "
        + 'released, or use another account',
    );
    expect(world.accounts.of(ONE).begun).toEqual(begun);
    await world.delete(pipelineOf('blue'));
    expect((await world.leaseOf(ONE))?.holder).toMatchObject({ environmentName: 'green' });
  });

  test('an expired lease blocks neither the name of the environment nor its branch', async () => {
    const world = new World();
    const elsewhere = { ...pipeline, accountId: TWO };
    await world.lifecycle.requestCreate(other, pipeline);
    await world.lifecycle.reconcile(other, pipeline);
    world.time = 65 * 60_000 - 1;
    await expect(world.create(elsewhere)).rejects.toThrow("branch 'env/test1' of repository");
    await expect(world.create({ ...elsewhere, environment: { ...environment, branchName: 'env/qa' } })).rejects.toThrow(
      "environment 'test1' belongs to stack 'Elsewhere'",
    );

    world.time++;
    await world.create(elsewhere);
    expect(await world.route()).toEqual([`${TWO}/test1`]);
    expect(await world.environment()).toMatchObject({
      stackId: owner.stackId,
      sides: { only: { pipelines: [{ accountId: TWO }] } },
    });
    await world.delete(pipeline, other);
    expect(await world.route()).toEqual([`${TWO}/test1`]);
    expect(await world.environment()).toMatchObject({ stackId: owner.stackId });
  });

  test('a step that was paused while another stack held the lease deploys nothing', async () => {
    const world = new World();
    const [blue, green] = [pipelineOf('blue'), pipelineOf('green')];
    const newer = { ...blue, parameters: { Size: '2' } };
    await world.lifecycle.requestCreate(owner, blue);
    await world.lifecycle.reconcile(owner, blue);
    const read = world.registry.read.bind(world.registry);
    jest.spyOn(world.registry, 'read').mockImplementationOnce(async key => {
      const record = await read(key);
      world.time += 65 * 60_000;
      await world.create(green, other);
      await world.delete(green, other);
      await world.create(newer);
      return record as never;
    });
    await expect(world.lifecycle.reconcile(owner, blue)).rejects.toThrow(
      `the lease of account ${ONE} for environment 'blue' has expired`,
    );
    expect(await world.leaseOf(ONE)).toMatchObject({ fence: 3, holder: { environmentName: 'blue' } });
    expect(world.accounts.of(ONE).definition('pipe-blue')?.parameters).toEqual({ Size: '2' });
  });

  test('a branch that starts the pipeline of another app is rejected', async () => {
    const world = new World();
    await world.create(pipeline, other);
    await expect(world.create({ ...pipeline, accountId: TWO })).rejects.toThrow(
      `branch 'env/test1' of repository ${SHOP} starts pipeline 'test1' of environment `
        + `'test1' (stack 'Elsewhere') in account ${ONE} already, so it cannot start that of environment 'test1': a `
        + 'branch has one pipeline',
    );
    expect(world.accounts.of(TWO).begun).toEqual([]);
  });
});
