import {
  BatchCheckLayerAvailabilityCommand,
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetDownloadUrlForLayerCommand,
  GetRepositoryPolicyCommand,
  InitiateLayerUploadCommand,
  ListImagesCommand,
  PutImageCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { digestOf } from '../../../../rehearsal/services/ecr/repositories';
import { CICD, MEMBER, REGION, World } from '../world';

const MIB = 1024 * 1024;
const repositoryName = 'tools';
const layer = Buffer.from('a layer');
const config = Buffer.from('{"os":"linux"}');
let world: World;
let ecr: ECRClient;

beforeEach(async () => {
  world = await World.start();
  ecr = new ECRClient(world.as(CICD));
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));
});
afterEach(async () => {
  await world.stop();
});

async function upload(blob: Buffer, ...lengths: number[]): Promise<string> {
  const { uploadId } = await ecr.send(new InitiateLayerUploadCommand({ repositoryName }));
  let first = 0;
  for (const length of lengths.length > 0 ? lengths : [blob.length]) {
    const part = {
      partFirstByte: first,
      partLastByte: first + length - 1,
      layerPartBlob: blob.subarray(first, first + length),
    };
    await ecr.send(new UploadLayerPartCommand({ repositoryName, uploadId, ...part }));
    first += length;
  }
  const digest = digestOf(blob);
  await ecr.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [digest] }));
  return digest;
}

function manifestOf(...layers: Buffer[]): string {
  const described = (blob: Buffer) => ({
    digest: digestOf(blob),
    size: blob.length,
    mediaType: 'application/octet-stream',
  });
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: described(config),
    layers: layers.map(described),
  });
}

async function push(imageTag?: string): Promise<string> {
  for (const blob of [config, layer]) {
    await upload(blob).catch((error: Error) => {
      expect(error.name).toBe('LayerAlreadyExistsException');
    });
  }
  const { image } = await ecr.send(new PutImageCommand({ repositoryName, imageManifest: manifestOf(layer), imageTag }));
  return image?.imageId?.imageDigest ?? '';
}

describe('a layer', () => {
  test('is uploaded in parts, found, and downloaded unchanged', async () => {
    const blob = Buffer.alloc(5 * MIB + 1, 'abc');
    const digest = await upload(blob, 5 * MIB, 1);
    const { layers } = await ecr.send(
      new BatchCheckLayerAvailabilityCommand({ repositoryName, layerDigests: [digest, digestOf(layer)] }),
    );
    expect(layers).toEqual([
      { layerDigest: digest, layerAvailability: 'AVAILABLE', layerSize: blob.length },
      { layerDigest: digestOf(layer), layerAvailability: 'UNAVAILABLE' },
    ]);
    const { downloadUrl } = await ecr.send(new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest: digest }));
    const path = new URL(`http://aws${downloadUrl}`).pathname;
    const download = (range?: string) =>
      world.ecr.download({
        method: 'GET',
        path,
        query: new URLSearchParams(),
        headers: { ...(range && { range }) },
        body: Buffer.alloc(0),
      });
    expect(digestOf(Buffer.from(download().body ?? ''))).toBe(digest);
    expect(download('bytes=1-3')).toEqual({
      status: 206,
      body: blob.subarray(1, 4),
      headers: { 'content-range': `bytes 1-3/${blob.length}` },
    });
    expect(download(`bytes=${blob.length}-${blob.length + 5}`)).toMatchObject({ status: 416 });
    expect(
      world.ecr.download({
        method: 'GET',
        path: '/ecr-layers/other',
        query: new URLSearchParams(),
        headers: {},
        body: Buffer.alloc(0),
      }),
    ).toMatchObject({ status: 403 });
  });

  test('rejects parts out of order', async () => {
    const { uploadId } = await ecr.send(new InitiateLayerUploadCommand({ repositoryName }));
    const part = async (partFirstByte: number, layerPartBlob: Buffer) =>
      ecr.send(
        new UploadLayerPartCommand({
          repositoryName,
          uploadId,
          partFirstByte,
          partLastByte: partFirstByte + layerPartBlob.length - 1,
          layerPartBlob,
        }),
      );
    await part(0, layer);
    await expect(part(0, layer)).rejects.toMatchObject({
      name: 'InvalidLayerPartException',
      lastValidByteReceived: layer.length - 1,
    });
    await expect(part(99, layer)).rejects.toMatchObject({
      name: 'InvalidLayerPartException',
      lastValidByteReceived: layer.length - 1,
    });
    await expect(part(layer.length, Buffer.alloc(20 * MIB + 1))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  test.each([
    ['is empty', [], 'EmptyUploadException'],
    ['is not what its digest says', [Buffer.from('other')], 'InvalidLayerException'],
    ['has a part that is too small', [Buffer.from('a '), Buffer.from('layer')], 'LayerPartTooSmallException'],
  ])('is rejected: %s', async (_, parts, name) => {
    const { uploadId } = await ecr.send(new InitiateLayerUploadCommand({ repositoryName }));
    let first = 0;
    for (const layerPartBlob of parts) {
      await ecr.send(
        new UploadLayerPartCommand({
          repositoryName,
          uploadId,
          partFirstByte: first,
          partLastByte: first + layerPartBlob.length - 1,
          layerPartBlob,
        }),
      );
      first += layerPartBlob.length;
    }
    await expect(
      ecr.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [digestOf(layer)] })),
    ).rejects.toMatchObject({ name });
  });

  test('is rejected if it exists already; so is an unknown upload', async () => {
    await upload(layer);
    await expect(upload(layer)).rejects.toMatchObject({ name: 'LayerAlreadyExistsException' });
    const unknown = { repositoryName, uploadId: 'unknown', layerDigests: [digestOf(layer)] };
    await expect(ecr.send(new CompleteLayerUploadCommand(unknown))).rejects.toMatchObject({
      name: 'UploadNotFoundException',
    });
    await expect(
      ecr.send(new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest: digestOf(config) })),
    ).rejects.toMatchObject({ name: 'LayersNotFoundException' });
  });
});

describe('an image', () => {
  test('is stored after its layers, and found by tag and digest', async () => {
    await expect(
      ecr.send(new PutImageCommand({ repositoryName, imageManifest: manifestOf(layer), imageTag: 'one' })),
    ).rejects.toMatchObject({ name: 'LayersNotFoundException' });
    const imageDigest = await push('one');
    const found = await ecr.send(
      new BatchGetImageCommand({
        repositoryName,
        imageIds: [{ imageTag: 'one' }, { imageDigest }, { imageTag: 'gone' }],
      }),
    );
    expect(found.images?.map(image => image.imageManifest)).toEqual([manifestOf(layer), manifestOf(layer)]);
    expect(found.failures).toEqual([
      { imageId: { imageTag: 'gone' }, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' },
    ]);
    const { imageDetails } = await ecr.send(
      new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: 'one' }] }),
    );
    expect(imageDetails).toMatchObject([
      { imageDigest, imageTags: ['one'], imageSizeInBytes: layer.length + config.length },
    ]);
    await expect(
      ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: 'gone' }] })),
    ).rejects.toMatchObject({ name: 'ImageNotFoundException' });
  });

  test('gets a further tag if it already exists', async () => {
    const imageDigest = await push('one');
    await expect(push('one')).rejects.toMatchObject({ name: 'ImageAlreadyExistsException' });
    expect(await push('two')).toBe(imageDigest);
    expect((await ecr.send(new ListImagesCommand({ repositoryName }))).imageIds).toEqual([
      { imageDigest, imageTag: 'one' },
      { imageDigest, imageTag: 'two' },
    ]);
  });

  test('is deleted with its last tag', async () => {
    const imageDigest = await push('one');
    const gone = await ecr.send(
      new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageTag: 'one' }, { imageTag: 'two' }] }),
    );
    expect(gone).toMatchObject({
      imageIds: [{ imageDigest, imageTag: 'one' }],
      failures: [{ imageId: { imageTag: 'two' }, failureCode: 'ImageNotFound' }],
    });
    expect(world.ecr.repository(CICD, REGION, repositoryName)?.images.size).toBe(0);
  });

  test('must exist before its index', async () => {
    const index = (digest: string) =>
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.index.v1+json',
        manifests: [{ digest, size: 1 }],
      });
    const missing = { repositoryName, imageManifest: index(digestOf(layer)), imageTag: 'all' };
    await expect(ecr.send(new PutImageCommand(missing))).rejects.toMatchObject({
      name: 'ReferencedImagesNotFoundException',
    });
    const digest = await push();
    await ecr.send(new PutImageCommand({ repositoryName, imageManifest: index(digest), imageTag: 'all' }));
    const { images } = await ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: 'all' }] }));
    expect(images).toMatchObject([{ imageManifestMediaType: 'application/vnd.oci.image.index.v1+json' }]);
  });

  test('is rejected if its digest differs from the given one', async () => {
    await push();
    const wrong = { repositoryName, imageManifest: manifestOf(layer), imageDigest: digestOf(layer) };
    await expect(ecr.send(new PutImageCommand(wrong))).rejects.toMatchObject({
      name: 'ImageDigestDoesNotMatchException',
    });
  });

  test('is rejected if its manifest is invalid', async () => {
    await expect(ecr.send(new PutImageCommand({ repositoryName, imageManifest: 'no JSON' }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });
});

describe('a repository', () => {
  test('is created once, described, and deleted with its images only with force', async () => {
    await expect(ecr.send(new CreateRepositoryCommand({ repositoryName }))).rejects.toMatchObject({
      name: 'RepositoryAlreadyExistsException',
    });
    await push('one');
    const { repositories } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }));
    expect(repositories).toMatchObject([
      { repositoryUri: `${CICD}.dkr.ecr.${REGION}.amazonaws.com/tools`, imageTagMutability: 'MUTABLE' },
    ]);
    await expect(ecr.send(new DeleteRepositoryCommand({ repositoryName }))).rejects.toMatchObject({
      name: 'RepositoryNotEmptyException',
    });
    await ecr.send(new DeleteRepositoryCommand({ repositoryName, force: true }));
    await expect(ecr.send(new ListImagesCommand({ repositoryName }))).rejects.toMatchObject({
      name: 'RepositoryNotFoundException',
    });
  });

  test('of a stack has its properties, and is deleted only if it is empty', async () => {
    const type = world.type('AWS::ECR::Repository');
    const context = world.context(CICD);
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${MEMBER}:root` }, Action: 'ecr:BatchGetImage' }],
    };
    const properties = { RepositoryName: 'made', ImageTagMutability: 'IMMUTABLE', RepositoryPolicyText: policy };
    const arn = `arn:aws:ecr:${REGION}:${CICD}:repository/made`;
    expect(await type.create(properties, context)).toEqual({
      id: 'made',
      attributes: { Arn: arn, RepositoryUri: `${CICD}.dkr.ecr.${REGION}.amazonaws.com/made` },
    });
    await expect(type.create(properties, context)).rejects.toMatchObject({ code: 'AlreadyExists' });
    const { policyText } = await ecr.send(new GetRepositoryPolicyCommand({ repositoryName: 'made' }));
    expect(JSON.parse(policyText ?? '')).toEqual(policy);
    const made = world.ecr.repository(CICD, REGION, 'made');
    if (!made) throw new Error('there is no repository');
    world.ecr.putPlainImage(made, { tag: 'one', config, layer });
    const other = Buffer.from('other');
    made.layers.set(digestOf(other), other);
    const again = { repositoryName: 'made', imageTag: 'one', imageManifest: manifestOf(other) };
    await expect(ecr.send(new PutImageCommand(again))).rejects.toMatchObject({
      name: 'ImageTagAlreadyExistsException',
    });
    await expect(type.remove('made', properties, context)).rejects.toMatchObject({
      code: 'RepositoryNotEmptyException',
    });
    await type.remove('made', { ...properties, EmptyOnDelete: true }, context);
    expect(world.ecr.repository(CICD, REGION, 'made')).toBeUndefined();
  });

  test('is readable from another account only if both policies allow it', async () => {
    await push('one');
    const foreign = new ECRClient(world.as(MEMBER));
    const read = async () =>
      foreign.send(new BatchGetImageCommand({ repositoryName, registryId: CICD, imageIds: [{ imageTag: 'one' }] }));
    await expect(read()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const repository = world.ecr.repository(CICD, REGION, repositoryName);
    if (repository) {
      repository.policy = {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${MEMBER}:root` }, Action: 'ecr:BatchGetImage' },
        ],
      };
    }
    expect((await read()).images).toHaveLength(1);
  });
});

test('only images of known repositories can be missing', async () => {
  await push('one');
  const address = (name: string) => `${CICD}.dkr.ecr.${REGION}.amazonaws.com/${name}`;
  expect(
    [address('tools:one'), address('tools:two'), address('others:one'), 'public.ecr.aws/lambda/nodejs:24'].map(image =>
      world.ecr.lacks(image),
    ),
  ).toEqual([false, true, false, false]);
});

test('beside a digest, the tag of an address decides nothing', async () => {
  const imageDigest = await push('one');
  const lacks = (image: string) => world.ecr.lacks(`${CICD}.dkr.ecr.${REGION}.amazonaws.com/tools${image}`);
  expect([`@${imageDigest}`, `:one@${imageDigest}`, `:two@${imageDigest}`, ':one@sha256:0'].map(lacks))
    .toEqual([false, false, false, true]);
});
