import { Aws, Stack, Token } from 'aws-cdk-lib';
import { CfnRepository, IRepository } from 'aws-cdk-lib/aws-codecommit';
import { AnyPrincipal, IRole, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { requireAllowed } from './repository-permissions';
import type { SourceConfig, SourceHost, SourceReader, SourceReading } from './source-host';
import { internalsOf } from '../organization/internals';
import type { IOrganization } from '../organization/organization-interface';
import { acknowledgeWildcards } from '../private/acknowledge';
import { containsResource } from '../private/contains-resource';
import { ARTIFACT_CONTEXT, NAMES } from '../private/contract';
import { fail } from '../private/validate';

/** A CodeCommit repository in the account and region of the CICD stack. */
export class CodeCommitHost implements SourceHost {
  public readonly repositoryArn: string;

  public constructor(private readonly repository: IRepository) {
    this.repositoryArn = repository.repositoryArn;
  }

  public bind(scope: Construct, organization: IOrganization): SourceConfig {
    const { repositoryName, repositoryArn } = this.repository;
    this.checkPlace(scope);
    const { repositoryNames } = internalsOf(scope, organization);
    if (repositoryNames) requireAllowed(scope, repositoryName, repositoryNames);
    return {
      repository: { host: 'codecommit', repositoryName, repositoryArn },
      key: Token.isUnresolved(repositoryName) ? this.repository.node.path : repositoryName,
      reading: CODECOMMIT_READING,
      isDefinedByApp: () => this.isDefinedByApp(),
      grantRead: reader => ({ arn: readRole(this.repository, organization, reader).roleArn }),
      reportsPushes: true,
      mergesBranches: true,
    };
  }

  /** Whether this construct, or another one with the same name, defines the repository. */
  private isDefinedByApp(): boolean {
    const { repositoryName, node } = this.repository;
    return containsResource(
      node.root,
      'AWS::CodeCommit::Repository',
      resource =>
        resource === node.defaultChild ||
        (resource instanceof CfnRepository && resource.repositoryName === repositoryName),
    );
  }

  private checkPlace(scope: Construct) {
    const { account, region } = this.repository.env;
    const stack = Stack.of(scope);
    const elsewhere = (ours: string, theirs: string) =>
      !Token.isUnresolved(ours) && !Token.isUnresolved(theirs) && ours !== theirs;
    if (elsewhere(stack.account, account) || elsewhere(stack.region, region)) {
      fail(
        scope,
        `repository '${this.repository.repositoryName}' must be in the account and region of the stack `
        + `(${stack.account}/${stack.region}), got ${account}/${region}`,
      );
    }
  }
}

/** Pipelines read CodeCommit with a role of the CICD account. The trigger function starts them. */
export const CODECOMMIT_READING: SourceReading = {
  parameter: 'SourceRoleArn',
  action: ({ repositoryName, branchName, grantArn }) => ({
    actionTypeId: { category: 'Source', owner: 'AWS', provider: 'CodeCommit', version: '1' },
    configuration: { RepositoryName: repositoryName, BranchName: branchName, PollForSourceChanges: 'false' },
    roleArn: grantArn,
  }),
  pipelineStatements: ({ grantArn }) => [
    new PolicyStatement({ sid: 'ReadRepository', actions: ['sts:AssumeRole'], resources: [grantArn] }),
  ],
  buildStatements: () => [],
  trigger: () => undefined,
};

/**
 * The role through which the pipeline of one environment reads the repository. It trusts the pipeline of the account of
 * the environment, and writes to the artifact bucket of that account only.
 */
function readRole(repository: IRepository, organization: IOrganization, { scope, accountId }: SourceReader): IRole {
  const statements = readStatements(repository, organization, accountId, Stack.of(scope).region);
  const role = new Role(scope, 'SourceRole', {
    // known by its path: when the removal of the environment fails, CloudFormation keeps the role and forgets it; with
    // a fixed name, it could not be created again
    path: `${NAMES.sourceRolePath}${accountId}/`,
    description: 'Reads the repository for the pipeline of an environment',
    // in conditions: IAM rejects a principal that was deleted, like the role of a pipeline or a closed account
    assumedBy: new AnyPrincipal().withConditions({
      StringEquals: { 'aws:PrincipalOrgID': organization.organizationId, 'aws:PrincipalAccount': accountId },
      ArnEquals: { 'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::${accountId}:role/${NAMES.pipelineRole}` },
    }),
    inlinePolicies: { Source: new PolicyDocument({ statements }) },
  });
  acknowledgeWildcards(role, statements, { Artifacts: 'CodePipeline names the objects of an artifact' });
  return role;
}

function readStatements(
  repository: IRepository, organization: IOrganization, accountId: string, region: string,
): PolicyStatement[] {
  // CodePipeline needs all of it when a pipeline runs:
  // https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
  const bucket = `arn:${Aws.PARTITION}:s3:::${NAMES.artifactBucketPrefix}${accountId}-${region}`;
  const key = organization.artifactKey.keyArn;
  return [
    new PolicyStatement({
      sid: 'Read',
      // IAM has no condition for the branch of these actions
      actions: [
        'codecommit:CancelUploadArchive',
        'codecommit:GetBranch',
        'codecommit:GetCommit',
        'codecommit:GetUploadArchiveStatus',
        'codecommit:UploadArchive',
      ],
      resources: [repository.repositoryArn],
    }),
    new PolicyStatement({
      sid: 'Artifacts',
      actions: ['s3:PutObject', 's3:PutObjectAcl'],
      resources: [`${bucket}/*/Source/*`],
      conditions: { StringEquals: { 'aws:ResourceAccount': accountId } },
    }),
    new PolicyStatement({
      sid: 'Encrypt',
      actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
      resources: [key],
      conditions: { StringLike: { [ARTIFACT_CONTEXT]: [bucket, `${bucket}/*`] } },
    }),
    new PolicyStatement({ sid: 'DescribeKey', actions: ['kms:DescribeKey'], resources: [key] }),
  ];
}
