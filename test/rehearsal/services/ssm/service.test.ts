import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { PutParameterCommandInput } from '@aws-sdk/client-ssm';
import { CICD, MEMBER, REGION, World } from '../world';

let world: World;
let ssm: SSMClient;

beforeEach(async () => {
  world = await World.start();
  ssm = new SSMClient(world.as(CICD));
});
afterEach(async () => { await world.stop(); });

test('stores parameters per account and region', async () => {
  const put = new PutParameterCommand({ Name: '/app/one', Value: '1', Type: 'String' });
  await expect(ssm.send(put)).resolves.toMatchObject({ Version: 1 });
  await expect(ssm.send(put)).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
  await ssm.send(new PutParameterCommand({ Name: '/app/one', Value: '2', Type: 'String', Overwrite: true }));
  const { Parameter: parameter } = await ssm.send(new GetParameterCommand({ Name: '/app/one' }));
  expect(parameter).toMatchObject({
    Value: '2',
    Version: 2,
    ARN: `arn:aws:ssm:${REGION}:${CICD}:parameter/app/one`,
    LastModifiedDate: expect.any(Date),
  });
  await expect(
    new SSMClient(world.as(MEMBER)).send(new GetParameterCommand({ Name: '/app/one' })),
  ).rejects.toMatchObject({ name: 'ParameterNotFound' });
  await expect(
    new SSMClient(world.as(CICD, 'admin', 'us-east-1')).send(new GetParameterCommand({ Name: '/app/one' })),
  ).rejects.toMatchObject({ name: 'ParameterNotFound' });
  await ssm.send(new DeleteParameterCommand({ Name: '/app/one' }));
  expect(world.ssm.value(CICD, REGION, '/app/one')).toBeUndefined();
});

test('finds parameters by name and by path', async () => {
  for (const name of ['/app/one', '/app/deep/two', '/other']) world.ssm.put(CICD, REGION, name, name);
  const names = async (recursive: boolean): Promise<unknown> => {
    const { Parameters: found } = await ssm.send(
      new GetParametersByPathCommand({ Path: '/app', Recursive: recursive }),
    );
    return found?.map(parameter => parameter.Name);
  };
  await expect(names(false)).resolves.toEqual(['/app/one']);
  await expect(names(true)).resolves.toEqual(['/app/deep/two', '/app/one']);
  await expect(ssm.send(new GetParametersCommand({ Names: ['/other', '/missing'] }))).resolves.toMatchObject({
    Parameters: [{ Value: '/other' }],
    InvalidParameters: ['/missing'],
  });
});

test('returns public image parameters in every account, and no other public names', async () => {
  const image = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
  const { Parameter: parameter } = await ssm.send(new GetParameterCommand({ Name: image }));
  expect(parameter).toMatchObject({
    Value: expect.stringMatching(/^ami-[0-9a-f]{17}$/),
    ARN: `arn:aws:ssm:${REGION}::parameter${image}`,
  });
  await expect(ssm.send(new GetParametersCommand({ Names: [image, `${image}x`] }))).resolves
    .toMatchObject({ Parameters: [{ Value: parameter?.Value }], InvalidParameters: [`${image}x`] });
});

test('deletes several parameters and names the missing ones', async () => {
  for (const name of ['/app/one', '/app/two']) world.ssm.put(CICD, REGION, name, name);
  const answer = await ssm.send(new DeleteParametersCommand({ Names: ['/app/one', '/missing'] }));
  expect(answer).toMatchObject({ DeletedParameters: ['/app/one'], InvalidParameters: ['/missing'] });
  expect(['/app/one', '/app/two'].map(name => world.ssm.value(CICD, REGION, name))).toEqual([undefined, '/app/two']);
});

test('keeps the tags of a parameter when its value is updated', async () => {
  const resource = { ResourceType: 'Parameter', ResourceId: '/app/one' } as const;
  const tags = async () => (await ssm.send(new ListTagsForResourceCommand(resource))).TagList;
  await expect(tags()).rejects.toMatchObject({ name: 'InvalidResourceId' });
  world.ssm.put(CICD, REGION, '/app/one', '1');
  await ssm.send(
    new AddTagsToResourceCommand({
      ...resource,
      Tags: [
        { Key: 'read-by', Value: 'Reader' },
        { Key: 'stage', Value: 'test' },
      ],
    }),
  );
  world.ssm.put(CICD, REGION, '/app/one', '2');
  await expect(tags()).resolves.toEqual([{ Key: 'read-by', Value: 'Reader' }, { Key: 'stage', Value: 'test' }]);
  await ssm.send(new RemoveTagsFromResourceCommand({ ...resource, TagKeys: ['stage'] }));
  await expect(tags()).resolves.toEqual([{ Key: 'read-by', Value: 'Reader' }]);
});

test('a parameter can be a resource of a template', async () => {
  const type = world.type('AWS::SSM::Parameter');
  const properties = { Name: '/app/one', Type: 'String', Value: '1' };
  await expect(type.create(properties, world.context(CICD))).resolves.toMatchObject({
    id: '/app/one',
    attributes: { Value: '1' },
  });
  await expect(type.create(properties, world.context(CICD))).rejects.toThrow('/app/one already exists');
  await type.update('/app/one', { ...properties, Value: '2' }, properties, world.context(CICD));
  expect(world.ssm.value(CICD, REGION, '/app/one')).toBe('2');
});

describe('a parameter that is too long for its tier', () => {
  const message = (tier: string, size: number): string =>
    `${tier} tier parameters support a maximum parameter value of ${size} characters.`;
  const put = async (length: number, more: Partial<PutParameterCommandInput> = {}) =>
    ssm.send(
      new PutParameterCommand({
        Name: '/app/long',
        Value: 'x'.repeat(length),
        Type: 'String',
        Overwrite: true,
        ...more,
      }),
    );

  test('a standard parameter of more than 4,096 characters is rejected', async () => {
    await expect(put(4096)).resolves.toMatchObject({ Tier: 'Standard' });
    await expect(put(4097)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message('Standard', 4096)),
    });
    expect(world.ssm.value(CICD, REGION, '/app/long')).toHaveLength(4096);
  });

  test('an advanced parameter of more than 8,192 characters is rejected, and it stays advanced', async () => {
    await expect(put(8193, { Tier: 'Advanced' })).rejects.toThrow(message('Advanced', 8192));
    await expect(put(8192, { Tier: 'Advanced' })).resolves.toMatchObject({ Tier: 'Advanced' });
    await expect(put(5000)).resolves.toMatchObject({ Tier: 'Advanced' });
  });

  test('a parameter with Intelligent-Tiering changes its tier by length', async () => {
    await expect(put(4096, { Tier: 'Intelligent-Tiering' })).resolves.toMatchObject({ Tier: 'Standard' });
    await expect(put(4097, { Tier: 'Intelligent-Tiering' })).resolves.toMatchObject({ Tier: 'Advanced' });
    await expect(put(8193, { Tier: 'Intelligent-Tiering' })).rejects.toThrow(message('Advanced', 8192));
  });

  test('a resource of a template is also rejected', async () => {
    const type = world.type('AWS::SSM::Parameter');
    const properties = { Name: '/app/long', Type: 'String', Value: 'x'.repeat(4097) };
    const short = { ...properties, Value: 'x' };
    await expect(type.create(properties, world.context(CICD))).rejects.toThrow(message('Standard', 4096));
    await type.create(short, world.context(CICD));
    await expect(type.update('/app/long', properties, short, world.context(CICD))).rejects.toThrow(
      message('Standard', 4096),
    );
    await expect(
      type.update('/app/long', { ...properties, Tier: 'Advanced' }, short, world.context(CICD)),
    ).resolves.toBeDefined();
  });
});

test('keeps the versions of a parameter, which a selector in its name names', async () => {
  for (const value of ['1', '2', '3']) {
    await ssm.send(new PutParameterCommand({ Name: '/app/one', Value: value, Type: 'String', Overwrite: true }));
  }
  const values = ['/app/one:1', '/app/one:3', '/app/one'].map(async name => {
    const { Parameter: found } = await ssm.send(new GetParameterCommand({ Name: name }));
    return [found?.Name, found?.Value, found?.Version];
  });
  expect(await Promise.all(values)).toEqual([['/app/one', '1', 1], ['/app/one', '3', 3], ['/app/one', '3', 3]]);
  await expect(ssm.send(new GetParameterCommand({ Name: '/app/one:4' }))).rejects.toMatchObject({
    name: 'ParameterVersionNotFound',
  });
  await expect(ssm.send(new GetParameterCommand({ Name: '/app/two:1' }))).rejects.toMatchObject({
    name: 'ParameterNotFound',
  });
});
