import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, CfnResource, CustomResource, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { DockerImageCode, DockerImageFunction } from 'aws-cdk-lib/aws-lambda';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { rehearse, WORK } from './world';
import { deployAssembly, destroyAssembly } from '../../../rehearsal';

const env = { account: WORK, region: 'eu-west-1' };
const NO_IMAGES = new RegExp(
  `^the rehearsal does not run container images, and 'imaged' uses '${WORK}\\.dkr\\.ecr\\.eu-west-1\\..*:latest'`,
);

function imaged(stack: Stack): DockerImageFunction {
  const code = DockerImageCode.fromEcr(Repository.fromRepositoryName(stack, 'Repository', 'tools'));
  return new DockerImageFunction(stack, 'Imaged', { functionName: 'imaged', code });
}

test('a function with a container image is deployed and destroyed, and fails only when it is invoked', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Tools', { env });
    new StringParameter(stack, 'Parameter', { parameterName: '/read', stringValue: imaged(stack).functionArn });
  }, async ({ failures }, simulation, outdir) => {
    expect(failures).toEqual([]);
    const arn = simulation.ssm.value(WORK, 'eu-west-1', '/read') ?? '';
    const { payload, failed } = await simulation.lambda.invoke(arn, {});
    expect(failed).toBe(true);
    expect(JSON.parse(payload)).toEqual({
      errorType: 'Runtime.Unknown',
      errorMessage: expect.stringMatching(NO_IMAGES),
    });
    expect(await deployAssembly(simulation, outdir)).toMatchObject({ succeeded: true, changed: 0 });
    expect(await destroyAssembly(simulation, outdir)).toMatchObject({ succeeded: true });
    expect(simulation.lambda.has(arn)).toBe(false);
  });
});

test('a custom resource with a container image fails immediately with the reason', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Tools', { env });
    new CustomResource(stack, 'Asked', { serviceToken: imaged(stack).functionArn });
  }, ({ failures, stacks }) => {
    expect(failures.map(({ reason }) => reason)).toEqual([expect.stringMatching(NO_IMAGES)]);
    expect(failures[0].reason).toMatch(/: exclude 'Asked' from the rehearsal, for example by a context value$/);
    expect(stacks[0].status).toBe('ROLLBACK_COMPLETE');
  });
});

describe('an image asset', () => {
  const name = `cdk-hnb659fds-container-assets-${WORK}-eu-west-1`;
  let source: string;

  beforeAll(() => {
    source = mkdtempSync(path.join(tmpdir(), 'image-'));
    writeFileSync(path.join(source, 'Dockerfile'), 'FROM scratch\n');
  });

  afterAll(() => rmSync(source, { recursive: true, force: true }));

  test('is published without a build, and a function uses it by its tag', async () => {
    await rehearse(app => {
      const code = DockerImageCode.fromImageAsset(source);
      new DockerImageFunction(new Stack(app, 'Tools', { env }), 'Built', { functionName: 'built', code });
    }, ({ failures, images }, simulation) => {
      expect(failures).toEqual([]);
      expect(images).toHaveLength(1);
      const stored = [...simulation.ecr.repository(WORK, 'eu-west-1', name)?.images.values() ?? []];
      expect(stored.map(({ tags }) => tags.size)).toEqual([1]);
    });
  });

  /** Deploys the asset, then a function that uses an image of the same repository by a digest. */
  async function pinned(digestOf: (stored: readonly string[]) => string): Promise<readonly string[]> {
    let reasons: readonly string[] = [];
    await rehearse(app => {
      new DockerImageAsset(new Stack(app, 'Images', { env }), 'Image', { directory: source });
      new CfnResource(app.node.findChild('Images'), 'Topic', { type: 'AWS::SNS::Topic' });
    }, async (_, simulation) => {
      const { images } = simulation.ecr.repository(WORK, 'eu-west-1', name) ?? { images: new Map() };
      const outdir = path.join(source, 'out');
      const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
      const stack = new Stack(app, 'Pinned', { env });
      const repository = Repository.fromRepositoryName(stack, 'Repository', name);
      const code = DockerImageCode.fromEcr(repository, { tagOrDigest: digestOf([...images.keys()]) });
      new DockerImageFunction(stack, 'Function', { functionName: 'pinned', code });
      app.synth();
      const { failures } = await deployAssembly(simulation, outdir);
      reasons = failures.map(({ reason }) => reason);
      rmSync(outdir, { recursive: true, force: true });
    });
    return reasons;
  }

  test('can be used by its digest', async () => {
    expect(await pinned(([digest]) => digest)).toEqual([]);
  });

  test('a digest that the repository does not have is rejected with the address of the image', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const address = `${WORK}.dkr.ecr.eu-west-1.amazonaws.com/${name}@${digest}`;
    expect(await pinned(() => digest)).toEqual([
      expect.stringContaining(`Source image ${address} does not exist. Provide a valid source image.`),
    ]);
  });
});
