import { Aws, Fn } from 'aws-cdk-lib';
import { AccountPrincipal, IPrincipal, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from '../private/acknowledge';
import { BOOTSTRAP_QUALIFIER } from '../private/bootstrap';
import { NAMES } from '../private/contract';

export interface PipelineRolesProps {
  readonly bucketArn: string;
  readonly keyArn: string;
  readonly logGroupArn: string;
  readonly pipelineName: string;
  readonly sourceRoleArn: string;
  readonly triggerRoleArn: string;
}

/** The roles of a pipeline. Their names begin with a prefix by which the key and the repository in the CICD account know them. */
export class PipelineRoles extends Construct {
  public readonly pipeline: Role;
  public readonly synth: Role;
  public readonly deploy: Role;

  public constructor(scope: Construct, id: string, private readonly props: PipelineRolesProps) {
    super(scope, id);
    const bootstrapRole = (kind: string) => `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/cdk-${BOOTSTRAP_QUALIFIER}-${kind}-role-${Aws.ACCOUNT_ID}-*`;

    this.pipeline = this.role('Run', NAMES.pipelineRole, service('codepipeline'), [
      ...this.artifacts('s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'),
      allow('ReadRepository', ['sts:AssumeRole'], [props.sourceRoleArn]),
      allow('Build', ['codebuild:BatchGetBuilds', 'codebuild:StartBuild'], [NAMES.synthProject, NAMES.deployProject].map(projectArn)),
    ]);
    this.synth = this.role('Synth', NAMES.synthRole, service('codebuild'), [
      ...this.artifacts('s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'),
      this.logs(),
      allow('LookUp', ['sts:AssumeRole'], [bootstrapRole('lookup')]),
    ]);
    this.deploy = this.role('Deploy', NAMES.deployRole, service('codebuild'), [
      ...this.artifacts('s3:GetObject', 's3:GetObjectVersion'),
      this.logs(),
      allow('Deploy', ['sts:AssumeRole'], ['deploy', 'file-publishing', 'image-publishing', 'lookup'].map(bootstrapRole)),
    ]);
    this.role('Start', NAMES.startRole, this.trigger(), [
      allow('Start', ['codepipeline:StartPipelineExecution'], [
        `arn:${Aws.PARTITION}:codepipeline:${Aws.REGION}:${Aws.ACCOUNT_ID}:${props.pipelineName}`,
      ]),
    ]);
  }

  /** By name and not as the principal itself: that would have to exist already, and would no longer be the same when it is made anew. */
  private trigger(): IPrincipal {
    const cicdAccount = Fn.select(4, Fn.split(':', this.props.triggerRoleArn));
    return new AccountPrincipal(cicdAccount).withConditions({ ArnEquals: { 'aws:PrincipalArn': this.props.triggerRoleArn } });
  }

  private role(id: string, roleName: string, assumedBy: IPrincipal, statements: PolicyStatement[]): Role {
    const role = new Role(this, id, { roleName, assumedBy, inlinePolicies: { Pipeline: new PolicyDocument({ statements }) } });
    const region = 'the bootstrap roles of this account, in whatever region the app deploys to';
    acknowledgeWildcards(role, statements, { Artifacts: 'the objects in the artifact bucket of this account', LookUp: region, Deploy: region });
    return role;
  }

  private artifacts(...objectActions: string[]): PolicyStatement[] {
    return [
      allow('Artifacts', objectActions, [`${this.props.bucketArn}/*`]),
      allow('ArtifactBucket', ['s3:GetBucketAcl', 's3:GetBucketLocation', 's3:GetBucketVersioning'], [this.props.bucketArn]),
      allow('ArtifactKey', ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'], [this.props.keyArn]),
    ];
  }

  private logs(): PolicyStatement {
    return allow('Logs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [this.props.logGroupArn]);
  }
}

function service(name: string): ServicePrincipal {
  return new ServicePrincipal(`${name}.amazonaws.com`, { conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } } });
}

function projectArn(name: string): string {
  return `arn:${Aws.PARTITION}:codebuild:${Aws.REGION}:${Aws.ACCOUNT_ID}:project/${name}`;
}

function allow(sid: string, actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ sid, actions, resources });
}
