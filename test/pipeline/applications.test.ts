import { pipelineKey } from '../../lambda/registry/pipeline';
import type { PipelineRecord } from '../../lambda/registry/pipeline';
import type { Foreign } from '../cloudformation/fake-stacks';
import { awsError } from '../fixtures/aws-error';
import { ONE, World, owner, pipeline } from '../stack/world';

const MINUTE = 60_000;
const ROLE = `arn:aws:iam::${ONE}:role/cdk-hnb659fds-cfn-exec-role-${ONE}-eu-central-1`;

/** An account in which the pipeline was created ten minutes after `before`. */
async function account(before: readonly string[] = []): Promise<World> {
  const world = new World();
  for (const stackName of before) put(world, stackName, 0);
  world.time = 10 * MINUTE;
  await world.create(pipeline);
  return world;
}

function put(world: World, stackName: string, minute: number, foreign: Foreign = {}, status = 'CREATE_COMPLETE'): void {
  const createdAt = new Date(minute * MINUTE);
  world.accounts.of(ONE).put(stackName, status, {}, 'pipeline', { roleArn: ROLE, createdAt, ...foreign });
}

function begun(world: World): readonly string[] {
  return world.accounts.of(ONE).begun.filter(operation => operation !== 'create pipe');
}

async function firstStep(world: World): Promise<void> {
  await world.lifecycle.requestDelete(owner, pipeline);
  await world.lifecycle.reconcileDelete(owner, pipeline);
}

test('stacks that are older than the pipeline are kept, wherever CloudFormation lists them', async () => {
  const world = await account(['aaa-older', 'older']);
  put(world, 'web', 11);
  await world.delete(pipeline);
  expect(begun(world)).toEqual(['delete web', 'delete pipe']);
});

test('a stack that was created in the same second as the pipeline is deleted with it', async () => {
  const world = await account();
  put(world, 'web', 10);
  await world.delete(pipeline);
  expect(begun(world)).toEqual(['delete web', 'delete pipe']);
});

test('no application is deleted when neither the record nor a stack says how old the pipeline is', async () => {
  const world = await account();
  const key = pipelineKey(pipeline);
  const { version, createdAt, ...earlier } = (await world.registry.read<PipelineRecord>(key)) ?? {};
  expect(createdAt).toBe(10 * MINUTE);
  await world.registry.write(key, earlier, version);
  put(world, 'web', 11);
  jest.spyOn(world.accounts.of(ONE), 'list').mockImplementation(async () => [
    {
      stackId: 'x/web/1',
      stackName: 'web',
      status: 'CREATE_COMPLETE',
      createdAt: new Date(world.time),
      roleArn: ROLE,
      isNested: false,
      isProtected: false,
      exports: [],
      tags: {},
    },
  ]);
  await world.delete(pipeline);
  expect(begun(world)).toEqual(['delete pipe']);
});

test('no application is deleted while another one is being deployed', async () => {
  const world = await account();
  put(world, 'web', 12);
  put(world, 'database', 11, {}, 'UPDATE_IN_PROGRESS');
  await firstStep(world);
  expect(begun(world)).toEqual([]);
});

test('an application with nothing but a change set is not waited for', async () => {
  const world = await account();
  put(world, 'web', 11, {}, 'REVIEW_IN_PROGRESS');
  await firstStep(world);
  expect(begun(world)).toEqual(['delete web']);
});

test('no application is deleted when AWS does not say who imports from it', async () => {
  const world = await account();
  put(world, 'network', 11, { exports: ['vpc'] });
  jest.spyOn(world.accounts.of(ONE), 'importers').mockRejectedValue(awsError('InternalFailure', 'try later'));
  await expect(firstStep(world)).rejects.toThrow('try later');
  expect(begun(world)).toEqual([]);
});
