import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CodePipelineClient,
  GetPipelineStateCommand,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
  StartPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline';
import type { ActionExecutionDetail, PipelineExecutionSummary, StageState } from '@aws-sdk/client-codepipeline';
import { Simulation } from '../../../../rehearsal/simulation';
import type { SimulationOptions } from '../../../../rehearsal/simulation-options';

// not execFileSync: a push calls the simulation, which runs in this process
const execute = promisify(execFile);

export const CICD = '111111111111';
export const MEMBER = '222222222222';
export const REGION = 'eu-central-1';
export const PIPELINE = 'test1';
const REPOSITORY = 'shop';
export const BUCKET = `artifacts-${MEMBER}`;

type Fields = Readonly<Record<string, unknown>>;

const allow = (actions: readonly string[], resource: unknown): Fields => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resource,
});

function role(name: string, principal: Fields, statements: readonly Fields[]): Fields {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: name,
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
      },
      Policies: [{ PolicyName: 'policy', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
    },
  };
}

/** Role of the CICD account that can read the repository. */
const SOURCE_ROLE = role('source', { AWS: `arn:aws:iam::${MEMBER}:root` }, [
  allow(['codecommit:*'], `arn:aws:codecommit:${REGION}:${CICD}:${REPOSITORY}`),
  allow(['s3:PutObject'], `arn:aws:s3:::${BUCKET}/*`),
]);

export interface WorldOptions extends Partial<SimulationOptions> {
  readonly files?: Readonly<Record<string, string>>;
}

/** A repository in one account, a pipeline in another, and the roles that they need. */
export class PipelineWorld {
  public static async start({
    files = { 'README.md': 'the shop\n' },
    ...options
  }: WorldOptions = {}): Promise<PipelineWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'pipelines-'));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const simulation = await Simulation.start({
      managementAccountId: '999999999999',
      accounts: [{ accountId: CICD }, { accountId: MEMBER }],
      scale: 2000,
      ...options,
    });
    await simulation.codecommit.seed(CICD, REGION, REPOSITORY, folder);
    const world = new PipelineWorld(simulation, folder);
    await world.deploy(CICD, 'source', { Source: SOURCE_ROLE });
    return world;
  }

  public readonly client: CodePipelineClient;

  private constructor(
    public readonly simulation: Simulation,
    public readonly folder: string,
  ) {
    const { endpoint } = simulation.server;
    this.client = new CodePipelineClient({
      endpoint,
      region: REGION,
      credentials: this.administrator(MEMBER),
      maxAttempts: 1,
    });
  }

  public administrator(accountId: string): { accessKeyId: string; secretAccessKey: string; sessionToken: string } {
    this.simulation.iam.putRole({
      arn: `arn:aws:iam::${accountId}:role/admin`,
      roleName: 'admin',
      roleId: 'AROAADMIN',
      accountId,
      trust: { Statement: [] },
      policies: {},
      managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      tags: {},
    });
    return this.simulation.iam.issue({ accountId, arn: `arn:aws:sts::${accountId}:assumed-role/admin/anna` });
  }

  public async deploy(accountId: string, name: string, resources: Fields): Promise<void> {
    const request = {
      accountId,
      region: REGION,
      name,
      body: JSON.stringify({ Resources: resources }),
      capabilities: ['CAPABILITY_NAMED_IAM'],
    };
    const { cloudformation } = this.simulation;
    const isNew = cloudformation.find(accountId, REGION, name) === undefined;
    const stack = await (isNew ? cloudformation.create(request) : cloudformation.update(request));
    if (!/^(CREATE|UPDATE)_COMPLETE$/.test(stack.status)) {
      throw new Error(`stack ${name} is ${stack.status}: ${stack.failure}`);
    }
  }

  /** Deploys the pipeline with the given stages after Source. */
  public async pipeline(
    stages: readonly Fields[],
    { resources = {}, ...properties }: { readonly resources?: Fields } & Fields = {},
  ): Promise<void> {
    await this.deploy(MEMBER, 'pipeline', {
      ...base(),
      ...resources,
      Pipeline: {
        Type: 'AWS::CodePipeline::Pipeline',
        DependsOn: ['PipelineRole', 'BuildRole', 'BucketPolicy', ...Object.keys(resources)],
        Properties: {
          Name: PIPELINE,
          PipelineType: 'V2',
          RoleArn: `arn:aws:iam::${MEMBER}:role/pipeline`,
          ArtifactStore: { Type: 'S3', Location: BUCKET },
          Stages: [{ Name: 'Source', Actions: [sourceAction()] }, ...stages],
          ...properties,
        },
      },
    });
  }

  /** Commits files to a branch, as a push does, and returns the commit id. */
  public async commit(files: Readonly<Record<string, string>>, branch = 'main'): Promise<string> {
    const clone = join(this.folder, 'clone');
    rmSync(clone, { recursive: true, force: true });
    const path = this.simulation.codecommit.path(CICD, REGION, REPOSITORY) ?? '';
    const anna = ['-c', 'user.name=Anna', '-c', 'user.email=anna@example.com'];
    const git = async (...argument: string[]): Promise<string> =>
      (await execute('git', [...anna, ...argument])).stdout.trim();
    await git('clone', '--quiet', path, clone);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(clone, name), content);
    await git('-C', clone, 'add', '--all');
    await git('-C', clone, 'commit', '--quiet', '--message', `change ${Object.keys(files).join(', ')}`);
    await git('-C', clone, 'push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`);
    return git('-C', clone, 'rev-parse', 'HEAD');
  }

  public async run(
    options: { readonly commitId?: string; readonly variables?: { name: string; value: string }[] } = {},
  ): Promise<string> {
    const { commitId, variables } = options;
    const sourceRevisions =
      commitId === undefined
        ? []
        : [{ actionName: 'Source', revisionType: 'COMMIT_ID' as const, revisionValue: commitId }];
    const { pipelineExecutionId = '' } = await this.client.send(
      new StartPipelineExecutionCommand({ name: PIPELINE, sourceRevisions, variables }),
    );
    return pipelineExecutionId;
  }

  public async executions(): Promise<PipelineExecutionSummary[]> {
    return (
      (await this.client.send(new ListPipelineExecutionsCommand({ pipelineName: PIPELINE }))).pipelineExecutionSummaries
      ?? []
    );
  }

  public async actions(pipelineExecutionId?: string): Promise<ActionExecutionDetail[]> {
    const filter = pipelineExecutionId === undefined ? undefined : { pipelineExecutionId };
    const { actionExecutionDetails = [] } = await this.client.send(
      new ListActionExecutionsCommand({ pipelineName: PIPELINE, filter }),
    );
    return actionExecutionDetails;
  }

  public async stage(name: string): Promise<StageState> {
    const { stageStates = [] } = await this.client.send(new GetPipelineStateCommand({ name: PIPELINE }));
    const found = stageStates.find(({ stageName }) => stageName === name);
    if (found === undefined) throw new Error(`no stage ${name}`);
    return found;
  }

  public async status(executionId: string): Promise<string | undefined> {
    return (await this.executions()).find(({ pipelineExecutionId }) => pipelineExecutionId === executionId)?.status;
  }

  /** Waits for the end of an execution and returns its status. @default - the newest execution */
  public async ended(executionId?: string): Promise<PipelineExecutionSummary> {
    return until(async () => {
      const executions = await this.executions();
      const found =
        executionId === undefined
          ? executions[0]
          : executions.find(({ pipelineExecutionId }) => pipelineExecutionId === executionId);
      return ['InProgress', 'Stopping', undefined].includes(found?.status) ? undefined : found;
    });
  }

  public async stop(): Promise<void> {
    await this.simulation.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Polls until there is a value. */
export async function until<Answer>(ask: () => Promise<Answer | undefined> | Answer | undefined): Promise<Answer> {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise(resolve => setTimeout(resolve, 20))) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error(`never: ${ask.toString()}`);
}

function base(): Fields {
  const [bucket, objects] = [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`];
  return {
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: BUCKET } },
    BucketPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: 'Bucket' },
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Principal: { AWS: `arn:aws:iam::${CICD}:role/source` },
              Action: ['s3:PutObject'],
              Resource: objects,
            },
          ],
        },
      },
    },
    PipelineRole: role('pipeline', { Service: 'codepipeline.amazonaws.com' }, [
      allow(['sts:AssumeRole'], [`arn:aws:iam::${CICD}:role/source`, `arn:aws:iam::${MEMBER}:role/deploy`]),
      allow(['codebuild:StartBuild', 'codebuild:BatchGetBuilds'], '*'),
      allow(['cloudwatch:DescribeAlarms'], '*'),
    ]),
    BuildRole: role('build', { Service: 'codebuild.amazonaws.com' }, [
      allow(['s3:GetObject', 's3:PutObject'], objects),
      allow(['s3:GetBucketLocation'], bucket),
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], '*'),
      allow(['sts:AssumeRole'], `arn:aws:iam::${MEMBER}:role/cdk-*`),
      allow(['ssm:GetParameters'], '*'),
    ]),
  };
}

export function sourceAction(change: Fields = {}): Fields {
  return {
    Name: 'Source',
    ActionTypeId: { Category: 'Source', Owner: 'AWS', Provider: 'CodeCommit', Version: '1' },
    RoleArn: `arn:aws:iam::${CICD}:role/source`,
    Namespace: 'SourceVariables',
    Configuration: { RepositoryName: REPOSITORY, BranchName: 'main', PollForSourceChanges: 'false' },
    OutputArtifacts: [{ Name: 'Source' }],
    ...change,
  };
}

export function buildAction(name: string, project: string, change: Fields = {}): Fields {
  return {
    Name: name,
    ActionTypeId: { Category: 'Build', Owner: 'AWS', Provider: 'CodeBuild', Version: '1' },
    Configuration: { ProjectName: project },
    InputArtifacts: [{ Name: 'Source' }],
    ...change,
  };
}

export function approvalAction(change: Fields = {}): Fields {
  return {
    Name: 'Approve',
    ActionTypeId: { Category: 'Approval', Owner: 'AWS', Provider: 'Manual', Version: '1' },
    ...change,
  };
}

/** An action of CloudFormation that deploys into the member account, with the roles of `stackRoles`. */
export function stackAction(name: string, configuration: Fields, change: Fields = {}): Fields {
  return {
    Name: name,
    ActionTypeId: { Category: 'Deploy', Owner: 'AWS', Provider: 'CloudFormation', Version: '1' },
    RoleArn: `arn:aws:iam::${MEMBER}:role/deploy`,
    Configuration: { StackName: 'shop', ...configuration },
    InputArtifacts: [{ Name: 'Source' }],
    ...change,
  };
}

/** The role of the actions of CloudFormation, and the one that CloudFormation uses. */
export function stackRoles(deployer = DEPLOYER, execution = ['ssm:*']): Fields {
  return {
    DeployRole: role('deploy', { AWS: `arn:aws:iam::${MEMBER}:root` }, [allow(deployer, '*')]),
    ExecutionRole: role('execution', { Service: 'cloudformation.amazonaws.com' }, [allow(execution, '*')]),
  };
}
const DEPLOYER = ['cloudformation:*', 's3:GetObject', 's3:PutObject', 'iam:PassRole'];

/** A project with commands, or with a complete build specification. */
export function buildProject(name: string, specification: readonly string[] | Fields, change: Fields = {}): Fields {
  const spec = Array.isArray(specification)
    ? { version: 0.2, phases: { build: { commands: specification } } }
    : { version: 0.2, ...specification };
  return {
    Type: 'AWS::CodeBuild::Project',
    DependsOn: ['BuildRole'],
    Properties: {
      Name: name,
      ServiceRole: `arn:aws:iam::${MEMBER}:role/build`,
      Source: { Type: 'CODEPIPELINE', BuildSpec: JSON.stringify(spec) },
      Artifacts: { Type: 'CODEPIPELINE' },
      Environment: {
        Type: 'LINUX_CONTAINER',
        Image: 'aws/codebuild/standard:7.0',
        ComputeType: 'BUILD_GENERAL1_SMALL',
      },
      ...change,
    },
  };
}
