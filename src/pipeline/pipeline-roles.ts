import { Aws, Fn } from 'aws-cdk-lib';
import {
  AccountPrincipal, CfnRolePolicy, IPrincipal, PolicyDocument, PolicyStatement, Role, ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { projectArn, runsInRepository, usesRepository } from './build-project';
import type { BuildOptions, PipelineStage, PipelineStep } from './pipeline-plan';
import { AccountRole } from './pipeline-plan';
import { RELEASE_REASONS, releaseStatements } from './release-role';
import type { SideAccess } from '../blue-green/side-access';
import { acknowledgeWildcards } from '../private/acknowledge';
import { BOOTSTRAP_QUALIFIER, NAMES } from '../private/contract';

export interface PipelineRolesProps {
  readonly stages: readonly PipelineStage[];
  readonly build: BuildOptions;
  readonly bucketArn: string;
  readonly keyArn: string;
  readonly logGroupArn: string;
  readonly pipelineName: string;
  /** The statements of the pipeline for its repository. */
  readonly read: PolicyStatement[];
  /** The statements of builds that clone the repository. */
  readonly clone: PolicyStatement[];
  readonly triggerRoleArn: string;
  /** What releases may read and change; undefined: the environment has one account. */
  readonly release?: Required<SideAccess>;
}

const REGION = 'the bootstrap roles of this account, in whatever region the app deploys to';

/** Reasons for the wildcards in the resources of the statements below. */
const REASONS = {
  Artifacts: 'the objects in the artifact bucket of this account',
  Output: 'CodePipeline names the objects of an artifact',
  DeleteArtifacts: 'the objects in the artifact bucket of this account',
  Assume: REGION,
  Secrets: 'Secrets Manager adds six random characters to the ARN of a secret',
  Network: 'these actions have no resources, or the network interface is created for the build',
  PlanSecrets: 'the secrets and keys of the application are not known',
  NetworkInterface: 'the network interface is created for the build',
};

/**
 * The roles of a pipeline. The policies of the artifact key and of the repository identify them by the prefix of
 * their names.
 */
export class PipelineRoles extends Construct {
  public readonly pipeline: Role;
  private readonly steps: ReadonlyMap<string, Role>;

  public constructor(scope: Construct, id: string, private readonly props: PipelineRolesProps) {
    super(scope, id);
    const steps = props.stages.flatMap(stage => stage.steps);
    const alarms = props.stages.flatMap(({ alarmNames = [] }) => alarmNames);
    this.pipeline = this.role('Run', NAMES.pipelineRole, service('codepipeline'), [
      ...this.artifacts('s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'),
      ...props.read,
      allow('Build', ['codebuild:BatchGetBuilds', 'codebuild:StartBuild'], steps.map(projectArn)),
      ...alarms.length > 0 ? [this.watchAlarms(alarms)] : [],
    ]);
    const own = new Construct(this, 'Steps');
    this.steps = new Map(steps.map(step => [step.name, this.stepRole(own, step)]));
    if (steps.some(({ roles = [] }) => roles.includes(AccountRole.PLAN))) this.readSecrets();
    const pipelineArn = arnHere('codepipeline', props.pipelineName);
    this.role('Start', NAMES.startRole, this.fromCicd(props.triggerRoleArn), [
      allow('Start', ['codepipeline:StartPipelineExecution'], [pipelineArn]),
    ]);
    const operators = [NAMES.operationsFunction, NAMES.pipelineProviderRole].map(name => this.roleInCicd(name));
    const releases = props.release ? [this.roleInCicd(`${NAMES.releaseFunctionRole}*`)] : [];
    this.role(
      'Operate', NAMES.operateRole, this.fromCicd([...operators, ...releases]), this.operate(pipelineArn, steps),
    );
    const statements = props.release ? releaseStatements(props.release) : [];
    if (statements.length > 0) this.role('Release', NAMES.releaseRole, this.fromCicd(releases), statements);
  }

  /**
   * Lets the role that plans read secrets: the state may be encrypted with a key of the application, and a plan
   * compares existing secrets.
   */
  private readSecrets(): void {
    const statements = [allow('PlanSecrets', ['kms:Decrypt', 'secretsmanager:GetSecretValue'], ['*'])];
    const policy = new CfnRolePolicy(this, 'PlanSecrets', {
      roleName: `${NAMES.planRole}-${Aws.REGION}`,
      policyName: 'PlanSecrets',
      policyDocument: new PolicyDocument({ statements }),
    });
    acknowledgeWildcards(policy, statements, REASONS);
  }

  private watchAlarms(names: readonly string[]): PolicyStatement {
    const arns = names.map(name => arnHere('cloudwatch', `alarm:${name}`));
    return allow('WatchAlarms', ['cloudwatch:DescribeAlarms'], arns);
  }

  private operate(pipelineArn: string, steps: readonly PipelineStep[]): PolicyStatement[] {
    const { bucketArn, stages } = this.props;
    return [
      allow('Operate', [
        'codepipeline:GetPipelineState', 'codepipeline:ListPipelineExecutions', 'codepipeline:StartPipelineExecution',
        'codepipeline:StopPipelineExecution',
      ], [pipelineArn]),
      allow('Gate', [
        'codepipeline:DisableStageTransition', 'codepipeline:EnableStageTransition',
      ], [`${pipelineArn}/${stages[0].name}`]),
      allow('StopBuilds', ['codebuild:StopBuild'], steps.map(projectArn)),
      // to delete the artifacts with the pipeline
      allow('ListArtifacts', ['s3:ListBucket'], [bucketArn]),
      allow('DeleteArtifacts', ['s3:DeleteObject'], [`${bucketArn}/*`]),
    ];
  }

  public of(step: PipelineStep): Role {
    const role = this.steps.get(step.name);
    if (!role) throw new Error(`the pipeline has no step '${step.name}'`);
    return role;
  }

  private stepRole(scope: Construct, step: PipelineStep): Role {
    const { build } = this.props;
    const written = [
      ...step.outputArtifact ? [artifactKeys(step.outputArtifact)] : [],
      ...step.cached && build.cachePaths ? ['cache/*'] : [],
    ];
    return this.role(step.name, `${NAMES.pipelineRolePrefix}${step.name.toLowerCase()}`, service('codebuild'), [
      ...this.artifacts('s3:GetObject', 's3:GetObjectVersion'),
      ...written.length > 0
        ? [allow('Output', ['s3:PutObject'], written.map(key => `${this.props.bucketArn}/${key}`))] : [],
      allow('Logs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [this.props.logGroupArn]),
      ...step.roles?.length ? [allow('Assume', ['sts:AssumeRole'], step.roles.map(accountRole))] : [],
      ...runsInRepository(step) ? this.secrets() : [],
      ...usesRepository(step) ? this.props.clone : [],
      ...this.network(),
    ], scope);
  }

  private secrets(): PolicyStatement[] {
    const secrets = Object.values(this.props.build.secrets ?? {}).map(secret => secret._bind());
    return [...new Set(secrets.map(({ action }) => action))].map(action => {
      const arns = secrets.filter(secret => secret.action === action)
        .map(({ service: name, resource }) => arnHere(name, resource));
      return allow(action.startsWith('ssm') ? 'Parameters' : 'Secrets', [action], arns);
    });
  }

  /**
   * The permissions that CodeBuild needs in a VPC: "Allow CodeBuild access to AWS services required to create a VPC
   * network interface" in the user guide of CodeBuild.
   */
  private network(): PolicyStatement[] {
    const { network } = this.props.build;
    if (!network) return [];
    const permission = allow('NetworkInterface', ['ec2:CreateNetworkInterfacePermission'], [
      arnHere('ec2', 'network-interface/*'),
    ]);
    permission.addConditions({
      StringEquals: { 'ec2:AuthorizedService': 'codebuild.amazonaws.com' },
      ArnEquals: { 'ec2:Subnet': network.subnetIds.map(subnet => arnHere('ec2', `subnet/${subnet}`)) },
    });
    return [
      allow('Network', [
        'ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:DescribeDhcpOptions',
        'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcs',
      ], ['*']),
      permission,
    ];
  }

  /**
   * The roles are named in a condition: a principal would have to exist, and a role that is created again would be
   * another principal.
   */
  private fromCicd(roleArns: string | string[]): IPrincipal {
    return new AccountPrincipal(this.cicdAccount()).withConditions({ ArnEquals: { 'aws:PrincipalArn': roleArns } });
  }

  private roleInCicd(roleName: string): string {
    return `arn:${Aws.PARTITION}:iam::${this.cicdAccount()}:role/${roleName}`;
  }

  private cicdAccount(): string {
    return Fn.select(4, Fn.split(':', this.props.triggerRoleArn));
  }

  private role(
    id: string, roleName: string, assumedBy: IPrincipal, statements: PolicyStatement[], scope: Construct = this,
  ): Role {
    const role = new Role(scope, id, {
      roleName, assumedBy, inlinePolicies: { Pipeline: new PolicyDocument({ statements }) },
    });
    acknowledgeWildcards(role, statements, { ...REASONS, ...RELEASE_REASONS });
    return role;
  }

  private artifacts(...objectActions: string[]): PolicyStatement[] {
    return [
      allow('Artifacts', objectActions, [`${this.props.bucketArn}/*`]),
      allow('ArtifactBucket', [
        's3:GetBucketAcl', 's3:GetBucketLocation', 's3:GetBucketVersioning',
      ], [this.props.bucketArn]),
      allow('ArtifactKey', [
        'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey',
      ], [this.props.keyArn]),
    ];
  }
}

const OF_BASELINE: { readonly [role in AccountRole]?: string } = {
  [AccountRole.APPLICATION]: NAMES.applicationRole,
  [AccountRole.PLAN]: NAMES.planRole,
};

/** The ARN of a role, or the pattern of those in all regions. */
export function accountRole(role: AccountRole): string {
  const own = OF_BASELINE[role];
  const name = own ? `${own}-${Aws.REGION}` : `cdk-${BOOTSTRAP_QUALIFIER}-${role}-role-${Aws.ACCOUNT_ID}-*`;
  return `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/${name}`;
}

/** CodePipeline shortens names to ten characters: pipeline/artifact/object. */
function artifactKeys(artifact: string): string {
  return `*/${artifact.length > 10 ? `${artifact.slice(0, 10)}*` : artifact}/*`;
}

function service(name: string): ServicePrincipal {
  return new ServicePrincipal(`${name}.amazonaws.com`, {
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  });
}

function arnHere(name: string, resource: string): string {
  return `arn:${Aws.PARTITION}:${name}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;
}

function allow(sid: string, actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ sid, actions, resources });
}
