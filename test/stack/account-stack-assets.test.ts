import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileAssetLocation, FileAssetSource } from 'aws-cdk-lib';
import { CfnOutput, DefaultStackSynthesizer, NestedStack, Stack } from 'aws-cdk-lib';
import {
  Code,
  DockerImageCode,
  DockerImageFunction,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { AssetManifestArtifact } from 'aws-cdk-lib/cx-api';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { AccountStack } from '../../src';
import { Accounts } from '../fixtures/accounts';
import { Cicd, quickApp } from '../fixtures/app';
import { fileAssetsOf, onlyResource, resourcesOf, templateOf } from '../fixtures/assembly';
import { textOf } from '../fixtures/policies';

const BUCKET = 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}';
const REPOSITORY = 'cdk-hnb659fds-container-assets-${AWS::AccountId}-${AWS::Region}';
const CICD_BUCKET = 'cdk-hnb659fds-assets-222222222222-eu-west-1';

/** A folder with one file. */
function folder(name: string, content: string): string {
  const made = mkdtempSync(join(tmpdir(), 'assets-'));
  writeFileSync(join(made, name), content);
  return made;
}

function imagesOf(assembly: CloudAssembly) {
  return assembly.artifacts
    .filter(artifact => artifact instanceof AssetManifestArtifact)
    .flatMap(({ contents }) => Object.values(contents.dockerImages ?? {}));
}

function greeter(stack: Stack, id = 'Greeter'): LambdaFunction {
  return new LambdaFunction(stack, id, {
    code: Code.fromAsset(folder('index.js', id)),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  });
}

describe('a file in an account stack', () => {
  test('is published in the CICD account, named in the request by its key, and taken from its own account', () => {
    const accounts = new Accounts();
    const stack = accounts.stack('Network');
    greeter(stack);
    const { assembly, request, inner } = accounts.synth();
    const { S3Bucket, S3Key } = onlyResource(inner(stack), 'AWS::Lambda::Function').Properties.Code;
    expect(S3Bucket).toEqual({ 'Fn::Sub': BUCKET });
    expect(S3Key).toMatch(/^[0-9a-f]{64}\.zip$/);
    expect(request).toMatchObject({ files: [S3Key], templateBucket: CICD_BUCKET });
    expect(request).not.toHaveProperty('images');
    expect(fileAssetsOf(assembly).filter(({ destinations }) => destinations[0].objectKey === S3Key)).toEqual([
      expect.objectContaining({ destinations: [expect.objectContaining({ bucketName: CICD_BUCKET })] }),
    ]);
  });

  test('is named once, however often it is used', () => {
    const accounts = new Accounts();
    const stack = accounts.stack('Network');
    const path = folder('a.txt', 'a');
    for (const id of ['One', 'Two']) new Asset(stack, id, { path });
    expect(accounts.synth().request.files).toHaveLength(1);
  });

  test('makes the same template for every account', () => {
    const accounts = new Accounts();
    const path = folder('index.js', 'the same');
    for (const id of ['One', 'Two']) {
      const code = Code.fromAsset(path);
      new LambdaFunction(accounts.stack(id), 'Greeter', {
        functionName: 'greeter',
        code,
        handler: 'index.handler',
        runtime: Runtime.NODEJS_24_X,
      });
    }
    const [one, two] = accounts.synth().requests;
    expect(one.templateKey).toBe(two.templateKey);
    expect(one.files).toEqual(two.files);
  });

  test('may be the source of a BucketDeployment', () => {
    const accounts = new Accounts();
    const stack = accounts.stack('Network');
    new BucketDeployment(stack, 'Deployment', {
      destinationBucket: new Bucket(stack, 'Bucket'),
      sources: [Source.asset(folder('index.html', '<p>hello</p>'))],
    });
    const { request, inner } = accounts.synth();
    const template = inner(stack);
    const { SourceBucketNames, SourceObjectKeys } = onlyResource(template, 'Custom::CDKBucketDeployment').Properties;
    expect(SourceBucketNames).toEqual([{ 'Fn::Sub': BUCKET }]);
    // the function of CDK and its layer are assets, too
    const others = [
      ...resourcesOf(template, 'AWS::Lambda::Function').map(({ Properties }) => Properties.Code.S3Key),
      ...resourcesOf(template, 'AWS::Lambda::LayerVersion').map(({ Properties }) => Properties.Content.S3Key),
    ];
    expect([...request.files].sort()).toEqual([...SourceObjectKeys, ...others].sort());
  });
});

describe('a nested stack in an account stack', () => {
  test('has its template, and what its own resources need, copied', () => {
    const accounts = new Accounts();
    const stack = accounts.stack('Network');
    const nested = new NestedStack(stack, 'Nested');
    greeter(nested);
    const { assembly, request, inner } = accounts.synth();
    const { TemplateURL } = onlyResource(inner(stack), 'AWS::CloudFormation::Stack').Properties;
    const [key] = request.files.filter((name: string) => name.endsWith('.json'));
    expect(TemplateURL).toEqual({
      'Fn::Join': [
        '',
        ['https://s3.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }, '/', { 'Fn::Sub': BUCKET }, `/${key}`],
      ],
    });
    expect(request.files).toHaveLength(2);
    expect(fileAssetsOf(assembly).map(({ destinations }) => destinations[0].objectKey)).toEqual(
      expect.arrayContaining(request.files),
    );
  });

  test('is in the account and the region of the stack around it, and needs no parameters to know them', () => {
    const accounts = new Accounts();
    const stack = accounts.stack('Network', { region: 'us-east-1' });
    const nested = new NestedStack(stack, 'Nested');
    new CfnQueue(nested, 'Queue', { queueName: `${nested.account}-${nested.region}` });
    new CfnOutput(accounts.outer, 'Place', { value: `${stack.account} ${stack.region}` });
    const { inner, outer, assembly } = accounts.synth();
    expect(onlyResource(inner(stack), 'AWS::CloudFormation::Stack').Properties).not.toHaveProperty('Parameters');
    const template = JSON.parse(readFileSync(join(assembly.directory, nested.templateFile), 'utf8'));
    expect(textOf(template.Resources.Queue.Properties.QueueName)).toBe('<AWS::AccountId>-<AWS::Region>');
    expect(textOf(outer.Outputs?.Place.Value)).toMatch(/^<network\w+\.accountId> us-east-1$/);
  });
});

describe('an image in an account stack', () => {
  test('is published in the CICD account, named in the request by its tag, and taken from its own account', () => {
    const accounts = new Accounts();
    const stack = accounts.stack('Network');
    new DockerImageFunction(stack, 'Imaged', {
      code: DockerImageCode.fromImageAsset(folder('Dockerfile', 'FROM scratch\n')),
    });
    const { assembly, request, inner } = accounts.synth();
    const [tag] = request.images.tags;
    expect(request.images).toEqual({
      repository: 'cdk-hnb659fds-container-assets-222222222222-eu-west-1',
      tags: [expect.stringMatching(/^[0-9a-f]{64}$/)],
    });
    expect(request).not.toHaveProperty('files');
    expect(onlyResource(inner(stack), 'AWS::Lambda::Function').Properties.Code).toEqual({
      ImageUri: { 'Fn::Sub': `\${AWS::AccountId}.dkr.ecr.\${AWS::Region}.\${AWS::URLSuffix}/${REPOSITORY}:${tag}` },
    });
    expect(imagesOf(assembly).flatMap(({ destinations }) => Object.values(destinations))).toEqual([
      expect.objectContaining({ imageTag: tag, repositoryName: request.images.repository }),
    ]);
  });
});

describe('where the stack around it has', () => {
  test('no environment of its own, the places in the CICD account are found at deployment', () => {
    const app = quickApp();
    const cicd = new Cicd(app, { imported: true, env: {} });
    const stack = new AccountStack(cicd.stack, 'Network', { organization: cicd.organization, account: cicd.account() });
    greeter(stack);
    new DockerImageFunction(stack, 'Imaged', {
      code: DockerImageCode.fromImageAsset(folder('Dockerfile', 'FROM scratch\n')),
    });
    const { templateBucket, files, images } = onlyResource(
      templateOf(app.synth()),
      'Custom::OrgEnvironmentsStack',
    ).Properties;
    expect(templateBucket).toEqual({ 'Fn::Sub': BUCKET });
    expect(files).toHaveLength(1);
    expect(images).toEqual({ repository: { 'Fn::Sub': REPOSITORY }, tags: [expect.any(String)] });
  });

  test('another qualifier and prefix, the file has the same key in both accounts', () => {
    const accounts = new Accounts({
      synthesizer: new DefaultStackSynthesizer({ qualifier: 'other', bucketPrefix: 'shop/' }),
    });
    const stack = accounts.stack('Network');
    greeter(stack);
    const { request, inner } = accounts.synth();
    expect(request).toMatchObject({
      templateBucket: 'cdk-other-assets-222222222222-eu-west-1',
      files: [expect.stringMatching(/^shop\/[0-9a-f]{64}\.zip$/)],
    });
    expect(onlyResource(inner(stack), 'AWS::Lambda::Function').Properties.Code).toEqual({
      S3Bucket: { 'Fn::Sub': BUCKET },
      S3Key: request.files[0],
    });
  });

  test('a bucket for each file, synthesis stops and says what to do', () => {
    class Scattering extends DefaultStackSynthesizer {
      public addFileAsset(asset: FileAssetSource): FileAssetLocation {
        return { ...super.addFileAsset(asset), bucketName: `bucket-of-${asset.packaging}` };
      }
    }
    const accounts = new Accounts({ synthesizer: new Scattering() });
    greeter(accounts.stack('Network'));
    expect(() => accounts.synth()).toThrow(
      '[Cicd/Network] the assets of a stack in an account must all be in one bucket, '
        + 'got "bucket-of-file", "bucket-of-zip": use a synthesizer with one bucket for stack \'Cicd\', '
        + 'for example the DefaultStackSynthesizer',
    );
  });
});
