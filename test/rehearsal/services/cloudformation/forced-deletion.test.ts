import { CloudFormationClient, DeleteStackCommand, paginateListTypes } from '@aws-sdk/client-cloudformation';
import type { DeleteStackCommandInput } from '@aws-sdk/client-cloudformation';
import { ACCOUNT, REGION, VirtualWorld } from '../virtual-world';

let world: VirtualWorld;
let client: CloudFormationClient;
beforeEach(async () => {
  world = await VirtualWorld.start();
  client = new CloudFormationClient(world.configuration());
  await world.deploy('app', {
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'full' } },
    Queue: { Type: 'AWS::SQS::Queue' },
  });
  world.simulation.s3.write('full', 'a', Buffer.from('a'));
});
afterEach(async () => world.stop());

async function remove(input: Omit<DeleteStackCommandInput, 'StackName'> = {}) {
  const stack = world.simulation.cloudformation.find(ACCOUNT, REGION, 'app');
  await client.send(new DeleteStackCommand({ StackName: 'app', ...input }));
  await world.pass(60);
  return { status: stack?.status, states: [...stack?.states.values() ?? []].map(({ id, status }) => [id, status]) };
}

const invalid = (member: string) => ({
  name: 'ValidationError',
  message: expect.stringContaining(`${member} can only be specified for stacks in DELETE_FAILED`),
});

test('a stack that could not be deleted is deleted by force, and leaves what prevents it', async () => {
  await expect(remove({ DeletionMode: 'FORCE_DELETE_STACK' })).rejects.toMatchObject(invalid('DeletionMode'));
  expect((await remove()).status).toBe('DELETE_FAILED');
  expect(await remove({ DeletionMode: 'FORCE_DELETE_STACK' })).toEqual({
    status: 'DELETE_COMPLETE', states: [['full', 'DELETE_SKIPPED'], [expect.any(String), 'DELETE_COMPLETE']],
  });
  expect(world.simulation.s3.bucket('full')).toBeDefined();
});

test('the resources of a stack that could not be deleted can be retained', async () => {
  await expect(remove({ RetainResources: ['Bucket'] })).rejects.toMatchObject(invalid('RetainResources'));
  await remove();
  expect((await remove({ RetainResources: ['Bucket'] })).status).toBe('DELETE_COMPLETE');
  expect(world.simulation.s3.bucket('full')).toBeDefined();
});

test('the public types are those that Cloud Control supports, and others', async () => {
  const typesOf = async (ProvisioningType: 'FULLY_MUTABLE' | 'NON_PROVISIONABLE'): Promise<string[]> => {
    const pages = paginateListTypes({ client, pageSize: 20 }, { Visibility: 'PUBLIC', ProvisioningType });
    const names: string[] = [];
    for await (const { TypeSummaries = [] } of pages) names.push(...TypeSummaries.map(({ TypeName = '' }) => TypeName));
    return names;
  };
  const provisionable = await typesOf('FULLY_MUTABLE');
  expect(provisionable).toEqual(expect.arrayContaining(['AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::ECS::Service']));
  expect(provisionable).not.toContain('AWS::CodeBuild::Project');
  expect(new Set(provisionable).size).toBe(provisionable.length);
  expect(await typesOf('NON_PROVISIONABLE')).toContain('AWS::CodeBuild::Project');
});
