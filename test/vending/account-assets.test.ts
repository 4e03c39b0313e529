import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CfnOutput, NestedStack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Code,
  DockerImageCode,
  DockerImageFunction,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { Source } from 'aws-cdk-lib/aws-s3-deployment';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { reasons, World } from './world';
import { AccountStack } from '../../src';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

/** What is in the account, and the answer of its function. */
function platform(folder: string, greeting: string): (cicd: Cicd) => void {
  const code = join(folder, greeting);
  mkdirSync(code, { recursive: true });
  writeFileSync(join(code, 'index.js'), `exports.handler = async event => '${greeting} ' + event.name;`);
  const image = join(folder, 'image');
  mkdirSync(image, { recursive: true });
  writeFileSync(join(image, 'Dockerfile'), 'FROM public.ecr.aws/lambda/nodejs:24\n');
  return cicd => {
    const stack = new AccountStack(cicd.stack, 'Platform', {
      organization: cicd.organization,
      account: cicd.account(),
      stackName: 'platform',
    });
    const greeter = new LambdaFunction(stack, 'Greeter', {
      functionName: 'greeter',
      code: Code.fromAsset(code),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
    });
    new DockerImageFunction(stack, 'Imaged', { functionName: 'imaged', code: DockerImageCode.fromImageAsset(image) });
    const nested = new NestedStack(stack, 'Nested');
    new StringParameter(nested, 'Place', {
      parameterName: '/place',
      stringValue: `${nested.account} ${nested.region} ${greeter.functionName}`,
    });
    const handlerRole = new Role(stack, 'Deployment', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const { bucket, zipObjectKey } = Source.data('page.html', greeting).bind(stack, { handlerRole });
    new StringParameter(stack, 'Page', { parameterName: '/page', stringValue: `${bucket.bucketName}/${zipObjectKey}` });
    new CfnOutput(cicd.stack, 'StackId', { value: stack.stackId });
  };
}

describe('a stack with assets in a vended account', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const accountId = () => world.vended['shop-dev'];
  const parameter = (name: string) => world.simulation.ssm.value(accountId(), REGION, name) ?? '';
  const greet = async () =>
    JSON.parse(
      (
        await world.simulation.lambda.invoke(`arn:aws:lambda:${REGION}:${accountId()}:function:greeter`, {
          name: 'Anna',
        })
      ).payload,
    );
  const images = (account: string) =>
    world.simulation.ecr.repository(account, REGION, `cdk-hnb659fds-container-assets-${account}-${REGION}`)?.images
    ?? new Map();
  const uploads = ['s3:PutObject', 'ecr:InitiateLayerUpload', 'ecr:PutImage'];
  const copied = () => uploads.map(operation => world.calls(operation));

  test('is deployed with its files, its image and its nested stack', async () => {
    const result = await world.deploy(platform(world.folder, 'hello'));
    expect(reasons(result)).toBe('');
    expect(result.images).toEqual([expect.stringContaining('Imaged')]);
    expect(parameter('/place')).toBe(`${accountId()} ${REGION} greeter`);
  });

  test('takes three calls for each of its files, and for its image four and four for each layer', () => {
    const { calls } = world.simulation;
    const counted = Object.entries(calls).filter(([name]) => /^(s3|ecr):/.test(name));
    expect(Object.fromEntries(counted)).toEqual({
      // the fourth object is the template, which is handed over inline
      's3:HeadObject': 3,
      's3:GetObject': 4,
      's3:PutObject': 3,
      'ecr:DescribeImages': 1,
      'ecr:BatchGetImage': 1,
      'ecr:BatchCheckLayerAvailability': 1,
      'ecr:PutImage': 1,
      'ecr:GetDownloadUrlForLayer': 2,
      'ecr:InitiateLayerUpload': 2,
      'ecr:UploadLayerPart': 2,
      'ecr:CompleteLayerUpload': 2,
    });
  });

  test('has a function that runs', async () => {
    expect(await greet()).toBe('hello Anna');
  });

  test('has its assets in its own account, as they are in the CICD account', () => {
    const [bucket, key] = parameter('/page').split('/');
    expect(bucket).toBe(`cdk-hnb659fds-assets-${accountId()}-${REGION}`);
    expect(world.simulation.s3.read(bucket, key)?.toString('latin1')).toContain('page.html');
    expect([...images(accountId()).keys()]).toEqual([...images(CICD_ACCOUNT).keys()]);
    expect(images(accountId()).size).toBe(1);
  });

  test('has a function of its image, which does not run here', async () => {
    const { payload } = await world.simulation.lambda.invoke(
      `arn:aws:lambda:${REGION}:${accountId()}:function:imaged`,
      {},
    );
    expect(JSON.parse(payload)).toMatchObject({
      errorMessage: expect.stringContaining(
        `'imaged' wants '${accountId()}.dkr.ecr.${REGION}.amazonaws.com/cdk-hnb659fds-container-assets-`,
      ),
    });
  });

  test('copies nothing a second time, and only what is new when it changes', async () => {
    const before = copied();
    expect(reasons(await world.deploy(platform(world.folder, 'hello')))).toBe('');
    expect(copied()).toEqual(before);
    expect(reasons(await world.deploy(platform(world.folder, 'good morning')))).toBe('');
    expect(await greet()).toBe('good morning Anna');
    const [files, ...layers] = before;
    // the code and the page; the image and the nested template are the same
    expect(copied()).toEqual([files + 2, ...layers]);
  });

  test('makes each copy with the role of the bootstrap that is made for it', () => {
    const writers = world.simulation.server.calls
      .filter(({ service, operation }) => uploads.includes(`${service}:${operation}`))
      .map(({ service, caller }) => `${service} ${/assumed-role\/cdk-hnb659fds-([\w-]+)-role-/.exec(caller)?.[1]}`);
    expect([...new Set(writers)].sort()).toEqual(['ecr image-publishing', 's3 file-publishing']);
  });
});
