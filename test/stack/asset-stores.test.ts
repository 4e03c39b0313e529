import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import { S3Client } from '@aws-sdk/client-s3';
import { ONE, request } from './world';
import { clientDefaults } from '../../lambda/shared/clients';
import { isTransient } from '../../lambda/shared/errors';
import type { AssetStores } from '../../lambda/stack/asset-stores';
import { BootstrapAssetStores } from '../../lambda/stack/bootstrap-assets';
import { imagesOf, layersOf } from '../../lambda/stack/manifest';
import { HttpResponse } from '../../rehearsal/core/service';
import { digestOf } from '../../rehearsal/services/ecr/repositories';
import { Simulation } from '../../rehearsal/simulation';
import { awsVariables } from '../fixtures/aws-variables';

const CICD = '222222222222';
const REGION = 'eu-central-1';
const BUCKET = `cdk-hnb659fds-assets-${ONE}-${REGION}`;
const REPOSITORY = `cdk-hnb659fds-container-assets-${ONE}-${REGION}`;
const PART = 5 * 1024 * 1024;
const layer = Buffer.alloc(2 * PART + 3, 'layer');
const config = Buffer.from('{"os":"linux"}');
const before = { ...process.env };
let simulation: Simulation;
let stores: AssetStores;

beforeAll(async () => {
  simulation = await Simulation.start({ managementAccountId: '999999999999', scale: 6000 });
  for (const accountId of [CICD, ONE]) {
    simulation.organizations.addAccount({
      accountId,
      name: accountId,
      email: `${accountId}@example.com`,
      joined: 'CREATED',
    });
  }
  simulation.s3.createBucket(CICD, REGION, 'assets');
  simulation.s3.createBucket(ONE, REGION, BUCKET);
  for (const [accountId, repositoryName] of [
    [CICD, 'images'],
    [ONE, REPOSITORY],
  ]) {
    await rootOf(accountId).send(new CreateRepositoryCommand({ repositoryName }));
  }
  for (const kind of ['file', 'image']) putRole(`cdk-hnb659fds-${kind}-publishing-role-${ONE}-${REGION}`);
  const images = simulation.ecr.repository(CICD, REGION, 'images');
  if (images) simulation.ecr.putPlainImage(images, { tag: 'app', config, layer });
  const root = { accountId: CICD, arn: `arn:aws:iam::${CICD}:root` };
  Object.assign(process.env, awsVariables(simulation, root, REGION));
  stores = new BootstrapAssetStores('aws', request, new S3Client(clientDefaults()));
});

afterAll(async () => {
  process.env = before;
  await simulation.stop();
});

afterEach(() => {
  jest.restoreAllMocks();
});

function rootOf(accountId: string): ECRClient {
  const credentials = simulation.iam.issue({ accountId, arn: `arn:aws:iam::${accountId}:root` });
  return new ECRClient({ credentials, region: REGION, endpoint: simulation.server.endpoint });
}

function putRole(roleName: string): void {
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow' as const, Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${CICD}:root` } },
    ],
  };
  const arn = `arn:aws:iam::${ONE}:role/${roleName}`;
  simulation.iam.putRole({
    arn,
    roleName,
    roleId: roleName,
    accountId: ONE,
    trust,
    policies: {},
    managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    tags: {},
  });
}

describe('a file', () => {
  test('is read in the CICD account and put into the bucket of the other account, as it is', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 200]);
    simulation.s3.write('assets', 'a.zip', bytes);
    expect(await stores.hasFile('a.zip')).toBe(false);
    await stores.putFile('a.zip', await stores.file('assets', 'a.zip'));
    expect(await stores.hasFile('a.zip')).toBe(true);
    expect(simulation.s3.read(BUCKET, 'a.zip')).toEqual(bytes);
    expect(simulation.s3.bucket(BUCKET)?.objects.get('a.zip')?.contentType).toBe('application/octet-stream');
  });

  test('over 100 MB is not read', async () => {
    jest
      .spyOn(simulation.s3.operations, 'GetObject')
      .mockResolvedValue(new HttpResponse(200, 'x', { 'content-length': '104857601' }));
    await expect(stores.file('assets', 'large.zip')).rejects.toMatchObject({
      name: 'FileTooLargeError',
      bytes: 104_857_601,
    });
  });

  test('fails with AccessDenied if S3 denies the check whether it exists', async () => {
    // S3 responds to HEAD without a body, so the response has no error code
    jest.spyOn(simulation.s3.operations, 'HeadObject').mockResolvedValue(new HttpResponse(403, ''));
    await expect(stores.hasFile('a.zip')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `not authorized to read 'a.zip' in bucket '${BUCKET}'`,
      $metadata: { httpStatusCode: 403 },
    });
  });

  test('that is missing fails by the name of the error', async () => {
    await expect(stores.file('assets', 'gone.zip')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('an image', () => {
  const digest = digestOf(layer);

  test('has a manifest that names its layers, by its tag and by its digest', async () => {
    const image = await stores.manifest('images', { tag: 'app' });
    expect(layersOf(image)).toEqual([
      { digest: digestOf(config), size: config.length },
      { digest, size: layer.length },
    ]);
    expect(imagesOf(image)).toEqual([]);
    expect(image.digest).toBe(digestOf(Buffer.from(image.body)));
    expect(await stores.manifest('images', { digest: image.digest })).toEqual(image);
  });

  test('that is missing, or whose repository is missing, fails with the error name of ECR', async () => {
    await expect(stores.manifest('images', { tag: 'gone' })).rejects.toMatchObject({
      name: 'ImageNotFound',
      $metadata: {},
    });
    await expect(stores.manifest('nowhere', { tag: 'app' })).rejects.toMatchObject({
      name: 'RepositoryNotFoundException',
    });
  });

  test('returns the requested bytes of a layer', async () => {
    expect(Buffer.from(await stores.layerPart('images', digest, { first: PART, last: PART + 4 }))).toEqual(
      layer.subarray(PART, PART + 5),
    );
  });

  test.each([
    [503, true, 'a layer could not be downloaded: HTTP status 503'],
    [403, false, 'HTTP status 403 for bytes 0 to 4'],
    [200, false, 'HTTP status 200 for bytes 0 to 4'],
  ])('whose layer download returns HTTP status %i has a transient error: %s', async (status, passes, message) => {
    jest.spyOn(simulation.ecr, 'download').mockReturnValue({ status, body: 'no' });
    const error: unknown = await stores
      .layerPart('images', digest, { first: 0, last: 4 })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message });
    expect(isTransient(error)).toBe(passes);
  });

  test('is copied layer by layer, and everything may be done twice', async () => {
    const image = await stores.manifest('images', { tag: 'app' });
    const digests = layersOf(image).map(part => part.digest);
    expect(await stores.hasImage('app')).toBe(false);
    expect(await stores.missingLayers(digests)).toEqual(digests);
    await expect(stores.putImage(image, 'app')).rejects.toMatchObject({ name: 'LayersNotFoundException' });

    const upload = await stores.startLayerUpload();
    const put = async (first: number, last: number) =>
      stores.putLayerPart(upload, { first, last }, layer.subarray(first, last + 1));
    expect(await put(0, PART - 1)).toBe(PART);
    expect(await put(PART, 2 * PART - 1)).toBe(2 * PART);
    // the answer was lost, and the part is sent again
    expect(await put(PART, 2 * PART - 1)).toBe(2 * PART);
    expect(await put(2 * PART, layer.length - 1)).toBe(layer.length);
    await stores.completeLayer(upload, digest);
    expect(await stores.missingLayers(digests)).toEqual([digestOf(config)]);

    for (let times = 0; times < 2; times++) {
      const short = await stores.startLayerUpload();
      await stores.putLayerPart(short, { first: 0, last: config.length - 1 }, config);
      await stores.completeLayer(short, digestOf(config));
      await stores.putImage(image, 'app');
    }
    expect(await stores.hasImage('app')).toBe(true);
    expect([...(simulation.ecr.repository(ONE, REGION, REPOSITORY)?.images.keys() ?? [])]).toEqual([image.digest]);
  });

  test('whose upload has expired in ECR must be uploaded again', async () => {
    expect(
      await stores.putLayerPart('00000000-0000-4000-8000-000000000000', { first: 0, last: 0 }, Buffer.from('x')),
    ).toBeUndefined();
    expect(await stores.completeLayer('00000000-0000-4000-8000-000000000000', digest)).toBe(false);
  });

  test('of more than a hundred layers is checked in several calls', async () => {
    const digests = Array.from({ length: 101 }, (_, index) => digestOf(Buffer.from(String(index))));
    expect(await stores.missingLayers(digests)).toEqual(digests);
  });
});

test('assets are written with the publishing roles of the bootstrap, which are used for nothing else', () => {
  const callers = (accountId: string) =>
    [
      ...new Set(
        simulation.server.calls
          .filter(call => call.accountId === accountId && ['s3', 'ecr'].includes(call.service))
          .filter(({ operation }) => operation !== 'CreateRepository')
          .map(({ service, caller }) => `${service} ${caller}`),
      ),
    ].sort();
  expect(callers(ONE)).toEqual([
    `ecr arn:aws:sts::${ONE}:assumed-role/cdk-hnb659fds-image-publishing-role-${ONE}-${REGION}/org-environments`,
    `s3 arn:aws:sts::${ONE}:assumed-role/cdk-hnb659fds-file-publishing-role-${ONE}-${REGION}/org-environments`,
  ]);
  expect(callers(CICD)).toEqual([`ecr arn:aws:iam::${CICD}:root`, `s3 arn:aws:iam::${CICD}:root`]);
});
