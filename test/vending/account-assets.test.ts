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
import { reasons, Harness } from './harness';
import { AccountStack } from '../../src';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

/** Defines an account stack with file, image and nested stack, and a function that answers with a greeting. */
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

describe('account stack with assets', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start();
  });
  afterAll(() => harness.stop());

  const accountId = () => harness.vended['shop-dev'];
  const parameter = (name: string) => harness.simulation.ssm.value(accountId(), REGION, name) ?? '';
  const greet = async () =>
    JSON.parse(
      (
        await harness.simulation.lambda.invoke(`arn:aws:lambda:${REGION}:${accountId()}:function:greeter`, {
          name: 'Anna',
        })
      ).payload,
    );
  const images = (account: string) =>
    harness.simulation.ecr.repository(account, REGION, `cdk-hnb659fds-container-assets-${account}-${REGION}`)?.images
    ?? new Map();
  const uploads = ['s3:PutObject', 'ecr:InitiateLayerUpload', 'ecr:PutImage'];
  const copied = () => uploads.map(operation => harness.calls(operation));

  test('an account stack is deployed with its file assets, its image and its nested stack', async () => {
    const result = await harness.deploy(platform(harness.folder, 'hello'));
    expect(reasons(result)).toBe('');
    expect(result.images).toEqual([expect.stringContaining('Imaged')]);
    expect(parameter('/place')).toBe(`${accountId()} ${REGION} greeter`);
  });

  test('copying takes three calls per file, four per image, and four per layer', () => {
    const { calls } = harness.simulation;
    const counted = Object.entries(calls).filter(([name]) => /^(s3|ecr):/.test(name));
    expect(Object.fromEntries(counted)).toEqual({
      // the fourth object is the template, which is passed inline
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

  test('a function with a copied file asset runs', async () => {
    expect(await greet()).toBe('hello Anna');
  });

  test('the assets are copied unchanged from the CICD account to the account of the stack', () => {
    const [bucket, key] = parameter('/page').split('/');
    expect(bucket).toBe(`cdk-hnb659fds-assets-${accountId()}-${REGION}`);
    expect(harness.simulation.s3.read(bucket, key)?.toString('latin1')).toContain('page.html');
    expect([...images(accountId()).keys()]).toEqual([...images(CICD_ACCOUNT).keys()]);
    expect(images(accountId()).size).toBe(1);
  });

  test('a function with an image asset is created, and its invocation says that images are not run', async () => {
    const { payload } = await harness.simulation.lambda.invoke(
      `arn:aws:lambda:${REGION}:${accountId()}:function:imaged`,
      {},
    );
    expect(JSON.parse(payload)).toMatchObject({
      errorMessage: expect.stringContaining(
        `'imaged' uses '${accountId()}.dkr.ecr.${REGION}.amazonaws.com/cdk-hnb659fds-container-assets-`,
      ),
    });
  });

  test('a second deployment copies only new assets', async () => {
    const before = copied();
    expect(reasons(await harness.deploy(platform(harness.folder, 'hello')))).toBe('');
    expect(copied()).toEqual(before);
    expect(reasons(await harness.deploy(platform(harness.folder, 'good morning')))).toBe('');
    expect(await greet()).toBe('good morning Anna');
    const [files, ...layers] = before;
    // the code and the page are new, the image and the nested template are unchanged
    expect(copied()).toEqual([files + 2, ...layers]);
  });

  test('assets are copied with the publishing roles of the bootstrap', () => {
    const writers = harness.simulation.server.calls
      .filter(({ service, operation }) => uploads.includes(`${service}:${operation}`))
      .map(({ service, caller }) => `${service} ${/assumed-role\/cdk-hnb659fds-([\w-]+)-role-/.exec(caller)?.[1]}`);
    expect([...new Set(writers)].sort()).toEqual(['ecr image-publishing', 's3 file-publishing']);
  });
});
