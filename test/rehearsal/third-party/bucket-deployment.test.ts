import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, CfnOutput, Fn, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source, type BucketDeploymentProps } from 'aws-cdk-lib/aws-s3-deployment';
import { rehearse, WORK } from './world';
import type { DeploymentResult, Simulation } from '../../../rehearsal';
import { deployAssembly, destroyAssembly } from '../../../rehearsal/assembly/deployer';

const env = { account: WORK, region: 'eu-west-1' };
const BUCKET = 'site';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'bucket-deployment-'));
  site({ 'index.html': '<h1>shop</h1>', 'images/logo.svg': '<svg/>' });
});
afterEach(() => { rmSync(folder, { recursive: true }); });

function site(files: Record<string, string>): void {
  rmSync(path.join(folder, 'site'), { recursive: true, force: true });
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, 'site', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** Defines a bucket and a deployment of the folder to it. */
const app = (
  props: Partial<BucketDeploymentProps> = {}, more: (stack: Stack, bucket: Bucket) => void = () => undefined,
) => (root: App): void => {
  const stack = new Stack(root, 'Stack', { env });
  const bucket = new Bucket(stack, 'Bucket', { bucketName: BUCKET, removalPolicy: RemovalPolicy.DESTROY });
  const sources = [Source.asset(path.join(folder, 'site'))];
  const deployment = new BucketDeployment(stack, 'Deployment', { sources, destinationBucket: bucket, ...props });
  new CfnOutput(stack, 'Keys', { value: Fn.join(',', deployment.objectKeys) });
  new CfnOutput(stack, 'Arn', { value: deployment.deployedBucket.bucketArn });
  more(stack, bucket);
};

/** Synthesizes an app again and deploys it. */
async function update(simulation: Simulation, define: (root: App) => void): Promise<DeploymentResult> {
  const outdir = mkdtempSync(path.join(folder, 'update-'));
  const root = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  define(root);
  root.synth();
  return deployAssembly(simulation, outdir);
}

const keysIn = ({ s3 }: Simulation): string[] => [...s3.bucket(BUCKET)?.objects.keys() ?? []].sort();
const textOf = ({ s3 }: Simulation, key: string): string | undefined => s3.read(BUCKET, key)?.toString('utf8');

test('a BucketDeployment copies the files of its asset to the bucket', async () => {
  await rehearse(app(), ({ failures, stacks: [{ outputs }] }, simulation) => {
    expect(failures).toEqual([]);
    expect(keysIn(simulation)).toEqual(['images/logo.svg', 'index.html']);
    expect(textOf(simulation, 'index.html')).toBe('<h1>shop</h1>');
    expect(simulation.s3.bucket(BUCKET)?.objects.get('images/logo.svg')?.contentType).toBe('image/svg+xml');
    expect(outputs).toMatchObject({ Keys: expect.stringMatching(/^[0-9a-f]{64}\.zip$/), Arn: `arn:aws:s3:::${BUCKET}` });
  });
});

test('a BucketDeployment replaces the tokens in the data of a source', async () => {
  const define = app({}, (stack, bucket) => {
    new BucketDeployment(stack, 'Data', {
      destinationBucket: bucket,
      destinationKeyPrefix: 'settings',
      sources: [
        Source.data('bucket.txt', `bucket ${bucket.bucketName} in ${stack.region}`),
        Source.jsonData('settings.json', { arn: bucket.bucketArn, region: stack.region }),
        Source.jsonData('escaped.json', { zones: Token.asString(Fn.join('"', ['a', 'b'])) }, { escape: true }),
      ],
    });
  });
  await rehearse(define, ({ failures }, simulation) => {
    expect(failures).toEqual([]);
    expect(textOf(simulation, 'settings/bucket.txt')).toBe(`bucket ${BUCKET} in eu-west-1`);
    expect(JSON.parse(textOf(simulation, 'settings/settings.json') ?? '')).toEqual({
      arn: `arn:aws:s3:::${BUCKET}`, region: 'eu-west-1',
    });
    expect(JSON.parse(textOf(simulation, 'settings/escaped.json') ?? '')).toEqual({ zones: 'a"b' });
  });
});

test('an update deletes what the source does not contain any more, in the prefix only', async () => {
  const props = { destinationKeyPrefix: 'web' };
  await rehearse(app(props), async (_result, simulation) => {
    expect(keysIn(simulation)).toEqual(['web/images/logo.svg', 'web/index.html']);
    for (const key of ['web/upload.txt', 'other.txt', 'website.txt']) {
      simulation.s3.write(BUCKET, key, Buffer.from('x'));
    }
    site({ 'index.html': '<h1>new</h1>' });
    expect((await update(simulation, app(props))).failures).toEqual([]);
    expect(keysIn(simulation)).toEqual(['other.txt', 'web/index.html', 'website.txt']);
    expect(textOf(simulation, 'web/index.html')).toBe('<h1>new</h1>');
  });
});

test('without prune, an update deletes nothing', async () => {
  await rehearse(app({ prune: false }), async (_result, simulation) => {
    site({ 'about.html': 'about' });
    expect((await update(simulation, app({ prune: false }))).failures).toEqual([]);
    expect(keysIn(simulation)).toEqual(['about.html', 'images/logo.svg', 'index.html']);
  });
});

test('excluded files are neither copied nor deleted, and the last filter decides', async () => {
  site({ 'index.html': '', 'notes.txt': '', 'images/a.txt': '' });
  const props = { exclude: ['*.txt'], include: ['images/?.txt'] };
  await rehearse(app(props), async (_result, simulation) => {
    expect(keysIn(simulation)).toEqual(['images/a.txt', 'index.html']);
    simulation.s3.write(BUCKET, 'kept.txt', Buffer.from('x'));
    site({ 'about.html': '' });
    expect((await update(simulation, app(props))).failures).toEqual([]);
    expect(keysIn(simulation)).toEqual(['about.html', 'kept.txt']);
  });
});

test('without extraction, the archive itself is copied, and its version is known', async () => {
  const define = (root: App): void => {
    const stack = new Stack(root, 'Stack', { env });
    const bucket = new Bucket(stack, 'Bucket', { bucketName: BUCKET, versioned: true });
    const { objectKeys, objectVersionIds } = new BucketDeployment(stack, 'Deployment', {
      sources: [Source.asset(path.join(folder, 'site'))], destinationBucket: bucket, extract: false,
    });
    new CfnOutput(stack, 'Keys', { value: Fn.join(',', objectKeys) });
    new CfnOutput(stack, 'Versions', { value: Fn.join(',', objectVersionIds) });
  };
  await rehearse(define, ({ failures, stacks: [{ outputs }] }, simulation) => {
    expect(failures).toEqual([]);
    expect(keysIn(simulation)).toEqual([outputs.Keys]);
    expect(simulation.s3.bucket(BUCKET)?.versions.map(({ versionId }) => versionId)).toEqual([outputs.Versions]);
  });
});

test('objects get the metadata of the deployment', async () => {
  const props = {
    contentType: 'text/plain', cacheControl: [CacheControl.noCache()], metadata: { Release: '1' },
  };
  await rehearse(app(props), ({ failures }, { s3 }) => {
    expect(failures).toEqual([]);
    expect(s3.bucket(BUCKET)?.objects.get('index.html')).toMatchObject({
      contentType: 'text/plain', metadata: { release: '1' },
    });
  });
});

test.each([
  ['keeps the objects by default', {}, 2],
  ['deletes the objects without retainOnDelete', { retainOnDelete: false }, 0],
])('a deployment that is removed from the app %s', async (_what, props, expected) => {
  await rehearse(app(props), async (_result, simulation) => {
    const { failures } = await update(simulation, root => {
      new Bucket(new Stack(root, 'Stack', { env }), 'Bucket', { bucketName: BUCKET });
    });
    expect([failures, keysIn(simulation).length]).toEqual([[], expected]);
  });
});

test('the objects of a bucket that is deleted with its deployment remain, because the bucket is tagged', async () => {
  await rehearse(app({ retainOnDelete: false }), async (_result, simulation, outdir) => {
    const { stacks: [{ status }], failures: [{ reason }] } = await destroyAssembly(simulation, outdir);
    expect([status, keysIn(simulation).length]).toEqual(['DELETE_FAILED', 2]);
    expect(reason).toBe('The bucket you tried to delete is not empty');
  });
});

test('an update to another prefix deletes the objects of the old one without retainOnDelete', async () => {
  const props = { destinationKeyPrefix: 'old', retainOnDelete: false };
  await rehearse(app(props), async (_result, simulation) => {
    await update(simulation, app({ ...props, destinationKeyPrefix: 'new' }));
    expect(keysIn(simulation)).toEqual(['new/images/logo.svg', 'new/index.html']);
  });
});

test('an update from the prefix / deletes only objects whose keys begin with a slash, as on AWS', async () => {
  const props = { destinationKeyPrefix: '/', retainOnDelete: false };
  await rehearse(app(props), async (_result, simulation) => {
    simulation.s3.write(BUCKET, '/old.txt', Buffer.from('x'));
    expect((await update(simulation, app({ ...props, destinationKeyPrefix: 'new' }))).failures).toEqual([]);
    expect(keysIn(simulation)).toEqual(['images/logo.svg', 'index.html', 'new/images/logo.svg', 'new/index.html']);
  });
});

test('a deployment invalidates the paths of its distribution', async () => {
  const define = (root: App): void => {
    const stack = new Stack(root, 'Stack', { env });
    const bucket = new Bucket(stack, 'Bucket', { bucketName: BUCKET });
    const distribution = new Distribution(stack, 'Distribution', {
      defaultBehavior: { origin: S3BucketOrigin.withOriginAccessControl(bucket) },
    });
    new BucketDeployment(stack, 'Deployment', {
      sources: [Source.asset(path.join(folder, 'site'))], destinationBucket: bucket, distribution,
    });
  };
  await rehearse(define, ({ failures }, simulation) => {
    expect(failures).toEqual([]);
    expect(simulation.calls).toMatchObject({ 'cloudfront:CreateInvalidation': 1, 'cloudfront:GetInvalidation': 4 });
    expect(simulation.lambda.log.map(({ text }) => text).filter(text => text.includes('invalidation'))).toEqual([
      expect.stringMatching(/^\| invalidation I[0-9A-Z]{13} of \/\* in distribution E[0-9A-Z]{13}$/),
    ]);
  });
});

test.each([
  ['s3:PutObject', 'sync', 'upload failed: index.html to s3://site/index.html An error occurred (AccessDenied) when '
    + 'calling the PutObject operation: '],
  ['s3:ListBucket', 'sync', 'fatal error: An error occurred (AccessDenied) when calling the ListObjectsV2 operation: '],
])('a deployment whose role may not %s fails with the message of the handler', async (action, command, log) => {
  site({ 'index.html': '' });
  const define = (root: App): void => {
    const stack = new Stack(root, 'Stack', { env });
    const bucket = new Bucket(stack, 'Bucket', { bucketName: BUCKET });
    const deployment = new BucketDeployment(stack, 'Deployment', {
      sources: [Source.asset(path.join(folder, 'site'))], destinationBucket: bucket,
    });
    deployment.handlerRole.addToPrincipalPolicy(
      new PolicyStatement({ effect: Effect.DENY, actions: [action], resources: ['*'] }),
    );
  };
  await rehearse(define, ({ failures: [{ type, reason }], stacks: [{ status }] }) => {
    expect([status, type]).toEqual(['ROLLBACK_COMPLETE', 'Custom::CDKBucketDeployment']);
    expect(reason).toContain('Received response status [FAILED] from custom resource. Message returned: Command '
      + `'['/opt/awscli/aws', 's3', '${command}', '--delete', '/tmp/tmp`);
    expect(reason).toContain(`/contents', 's3://site/']' returned non-zero exit status 1. Its log: ${log}User: arn:aws:sts`
      + `::${WORK}:assumed-role/Stack-CustomCDKBucketDeployment`);
    expect(reason).toMatch(/ with an explicit deny .* \(RequestId: [0-9a-f-]{36}\)$/);
  });
});

test('a source that is no archive fails the deployment', async () => {
  const define = (root: App): void => {
    const stack = new Stack(root, 'Stack', { env });
    const bucket = new Bucket(stack, 'Bucket', { bucketName: BUCKET });
    const sources = [Source.bucket(Bucket.fromBucketName(stack, 'Source', 'archives'), 'site.zip')];
    new BucketDeployment(stack, 'Deployment', { sources, destinationBucket: bucket });
  };
  await rehearse(app(), async (_result, simulation) => {
    simulation.s3.createBucket(WORK, 'eu-west-1', 'archives');
    const missing = await update(simulation, define);
    expect(missing.failures[0].reason).toContain(
      'fatal error: An error occurred (NoSuchKey) when calling the GetObject operation: The specified key does not '
      + 'exist.',
    );
    simulation.s3.write('archives', 'site.zip', Buffer.from('text'));
    const { failures: [{ reason }] } = await update(simulation, define);
    expect(reason).toContain('Message returned: File is not a zip file (RequestId: ');
  });
});
