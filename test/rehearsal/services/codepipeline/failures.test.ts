import {
  approvalAction, buildAction, buildProject, CICD, MEMBER, PipelineWorld, REGION, sourceAction, until,
} from './world';
import type { Role } from '../../../../rehearsal/services/iam/identities';

const DEPLOY = { Name: 'Deploy', Actions: [buildAction('Deploy', 'do')] };
const DO = { Project: buildProject('do', ['true']) };

let world: PipelineWorld;
beforeEach(async () => { world = await PipelineWorld.start(); });
afterEach(() => world.stop());

/** Creates the pipeline, waits for its first execution and returns the error that the user sees. */
async function failureOf(
  stages: Parameters<PipelineWorld['pipeline']>[0] = [DEPLOY],
  options: Parameters<PipelineWorld['pipeline']>[1] = { resources: DO },
): Promise<string> {
  await world.pipeline(stages, options);
  const { statusSummary = '', status } = await world.ended();
  expect(status).toBe('Failed');
  const [failed] = await world.actions();
  expect(failed).toMatchObject({ status: 'Failed' });
  expect(statusSummary).toContain(failed.output?.executionResult?.errorDetails?.message);
  return statusSummary;
}

/** Creates the pipeline, removes permissions of a role and starts it again. */
async function toldWithout(
  accountId: string,
  roleName: string,
  change: (role: Role) => Partial<Role>,
): Promise<string> {
  await world.pipeline([DEPLOY], { resources: DO });
  await world.ended();
  const role = world.simulation.iam.roleNamed(accountId, roleName);
  if (role === undefined) throw new Error(`no role ${roleName}`);
  world.simulation.iam.putRole({ ...role, ...change(role) });
  const { statusSummary = '' } = await world.ended(await world.run());
  return statusSummary;
}

const only =
  (...actions: string[]) =>
    (): Partial<Role> => ({ policies: { only: { Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] } } });
const session = (accountId: string, role: string): string => `User: arn:aws:sts::${accountId}:assumed-role/${role}/`;

describe('the source action reports', () => {
  test('a missing branch', async () => {
    const source = sourceAction({ Configuration: { RepositoryName: 'shop', BranchName: 'env/none' } });
    expect(await failureOf([DEPLOY], { resources: DO, Stages: [{ Name: 'Source', Actions: [source] }, DEPLOY] })).toBe(
      'Action Source in stage Source failed: The action failed because no branch named env/none was '
        + 'found in the selected AWS CodeCommit repository shop. '
        + 'Make sure you are using the correct branch name, and then try again. Error: null',
    );
  });

  test('a missing commit', async () => {
    await world.pipeline([DEPLOY], { resources: DO });
    await world.ended();
    const { statusSummary } = await world.ended(await world.run({ commitId: '0'.repeat(39) + '1' }));
    expect(statusSummary).toContain(`no commit ${'0'.repeat(39)}1 was found`);
  });

  test('a role that cannot be assumed', async () => {
    expect(await toldWithout(MEMBER, 'pipeline', only('codebuild:*')))
      .toContain(`is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${CICD}:role/source`);
  });

  test('a role without permission to read the repository', async () => {
    expect(await toldWithout(CICD, 'source', only('s3:PutObject'))).toContain(
      'The service role or action role doesn’t have the permissions required to access the AWS '
        + 'CodeCommit repository named shop. '
        + `Update the IAM role permissions, and then try again. Error: AccessDenied: ${session(CICD, 'source')}`,
    );
  });

  test('a role without permission to write to the bucket of another account', async () => {
    expect(await toldWithout(CICD, 'source', only('codecommit:*'))).toContain(
      `permissions required to access the Amazon S3 bucket named artifacts-${MEMBER}. Update the IAM role permissions`,
    );
  });

  test('a key that does not allow its role', async () => {
    const key = {
      Type: 'AWS::KMS::Key',
      Properties: {
        KeyPolicy: {
          Statement: [
            { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${MEMBER}:root` }, Action: 'kms:*', Resource: '*' },
          ],
        },
      },
    };
    const store = {
      Type: 'S3',
      Location: `artifacts-${MEMBER}`,
      EncryptionKey: { Type: 'KMS', Id: { 'Fn::GetAtt': ['Key', 'Arn'] } },
    };
    expect(await failureOf([DEPLOY], { resources: { ...DO, Key: key }, ArtifactStore: store })).toContain(
      'is not authorized to perform: kms:GenerateDataKey',
    );
  });
});

describe('the build action reports', () => {
  test('a pipeline without permission to start it', async () => {
    expect(await toldWithout(MEMBER, 'pipeline', only('sts:AssumeRole'))).toContain(
      `Action Deploy in stage Deploy failed: Error calling startBuild: ${session(MEMBER, 'pipeline')}`);
  });

  test('a missing project', async () => {
    expect(await failureOf([{ Name: 'Deploy', Actions: [buildAction('Deploy', 'none')] }]))
      .toContain(`Project cannot be found: arn:aws:codebuild:${REGION}:${MEMBER}:project/none`);
  });

  test('a role that does not trust CodeBuild any more', async () => {
    expect(await toldWithout(MEMBER, 'build', () => ({ trust: { Statement: [] } }))).toContain(
      'CodeBuild is not authorized to perform: sts:AssumeRole on service role',
    );
  });

  test('a role without permission to write the log', async () => {
    expect(await toldWithout(MEMBER, 'build', only('s3:*'))).toContain(
      'does not allow AWS CodeBuild to create Amazon CloudWatch Logs log streams',
    );
  });

  test('a role without permission to read the source', async () => {
    expect(await toldWithout(MEMBER, 'build', only('logs:*'))).toContain(
      'Phase: DOWNLOAD_SOURCE, Code: CLIENT_ERROR, Message: error while downloading key test1/Source/',
    );
  });

  test('the failed command and its output', async () => {
    expect(
      await failureOf([DEPLOY], { resources: { Project: buildProject('do', ['echo fine', 'sh -c "exit 42"']) } }),
    ).toBe(
      'Action Deploy in stage Deploy failed: Build terminated with state: FAILED. Phase: BUILD, Code: '
        + 'COMMAND_EXECUTION_ERROR, '
        + 'Message: Error while executing command: sh -c "exit 42". Reason: exit status 42',
    );
    expect(world.simulation.codebuild.builds(MEMBER, REGION)[0].log).toContain('fine');
  });

  test('a missing output artifact', async () => {
    const Synth = buildProject('do', { artifacts: { 'files': ['**/*'], 'base-directory': 'cdk.out' } });
    expect(
      await failureOf(
        [{ Name: 'Synth', Actions: [buildAction('Synth', 'do', { OutputArtifacts: [{ Name: 'Assembly' }] })] }],
        { resources: { Synth } },
      ),
    ).toContain(
      'Phase: UPLOAD_ARTIFACTS, Code: CLIENT_ERROR, Message: no matching base directory path found for cdk.out',
    );
  });

  test.each([
    ['123456789012.dkr.ecr.eu-central-1.amazonaws.com/build:1', 'fails'],
    ['aws/codebuild/standard:7.0', 'works'],
  ])("runtime versions outside CodeBuild's images: %s", async (Image, how) => {
    const phases = { install: { 'runtime-versions': { nodejs: '22' } }, build: { commands: ['exit 3'] } };
    const Environment = { Type: 'LINUX_CONTAINER', Image, ComputeType: 'BUILD_GENERAL1_SMALL' };
    const message =
      how === 'fails'
        ? 'Code: YAML_FILE_ERROR, Message: This build image does not support selecting runtime versions.'
        : 'Reason: exit status 3';
    expect(
      await failureOf([DEPLOY], { resources: { Project: buildProject('do', { phases }, { Environment }) } }),
    ).toContain(message);
  });

  test('an invalid specification', async () => {
    expect(await failureOf([DEPLOY], { resources: { Project: buildProject('do', { version: 0.3 }) } })).toContain(
      'Code: YAML_FILE_ERROR, Message: version: the version must be 0.2',
    );
  });
});

test('an unsupported action fails and names the supported ones', async () => {
  const lambda = { Name: 'Call', ActionTypeId: { Category: 'Invoke', Owner: 'AWS', Provider: 'Lambda', Version: '1' } };
  expect(await failureOf([{ Name: 'Call', Actions: [lambda] }])).toContain(
    'the rehearsal does not run actions of Invoke/Lambda, only of Source/CodeCommit, Source/CodeStarSourceConnection, '
      + 'Build/CodeBuild',
  );
});

test('an update that CodePipeline rejects cancels no execution', async () => {
  const stages = [{ Name: 'Approve', Actions: [approvalAction()] }];
  await world.pipeline(stages);
  await until(() => world.simulation.codepipeline.openApprovals.at(0));
  await expect(world.pipeline(stages, { RoleArn: `arn:aws:iam::${MEMBER}:role/none` }))
    .rejects.toThrow('stack pipeline is UPDATE_ROLLBACK_COMPLETE');
  expect(await world.executions()).toMatchObject([{ status: 'InProgress' }]);
});
