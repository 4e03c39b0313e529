import { CustomResource, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
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
