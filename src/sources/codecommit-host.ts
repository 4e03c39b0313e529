import { Aws, Names, Stack, Token } from 'aws-cdk-lib';
import { CfnRepository, IRepository } from 'aws-cdk-lib/aws-codecommit';
import { AnyPrincipal, IRole, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { requireAllowed } from './repository-permissions';
import type { SourceAction, SourceActionValues, SourceConfig, SourceHost } from './source-host';
import { internalsOf } from '../organization/internals';
import type { IOrganization } from '../organization/organization-interface';
import { acknowledgeWildcards } from '../private/acknowledge';
import { containsResource } from '../private/contains-resource';
import { NAMES } from '../private/contract';
import { fail } from '../private/validate';

/** A CodeCommit repository in the account and region of the CICD stack. */
export class CodeCommitHost implements SourceHost {
  public constructor(private readonly repository: IRepository) {}

  public bind(scope: Construct, organization: IOrganization): SourceConfig {
    const { repositoryName, repositoryArn } = this.repository;
    this.checkPlace(scope);
    const { repositoryNames } = internalsOf(scope, organization);
    if (repositoryNames) requireAllowed(scope, repositoryName, repositoryNames);
    return {
      repository: { host: 'codecommit', repositoryName, repositoryArn },
      key: Token.isUnresolved(repositoryName) ? this.repository.node.path : repositoryName,
      action: codeCommitAction,
      isDefinedByApp: () => this.isDefinedByApp(),
      readRole: () => this.readRole(scope, organization),
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

  private readRole(scope: Construct, organization: IOrganization): IRole {
    const { repositoryName, node } = this.repository;
    const id = `Connection-${Token.isUnresolved(repositoryName) ? Names.nodeUniqueId(node) : repositoryName}`;
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(id);
    const connection =
      existing instanceof CodeCommitConnection
        ? existing
        : new CodeCommitConnection(stack, id, this.repository, organization);
    return connection.readRole;
  }
}

/** The action of a pipeline that reads a branch of CodeCommit. */
export function codeCommitAction({ repositoryName, branchName }: SourceActionValues): SourceAction {
  return {
    actionTypeId: { category: 'Source', owner: 'AWS', provider: 'CodeCommit', version: '1' },
    // the trigger function starts pipelines
    configuration: { RepositoryName: repositoryName, BranchName: branchName, PollForSourceChanges: 'false' },
  };
}

/** One role for each repository, however many environments read it. */
class CodeCommitConnection extends Construct {
  public readonly readRole: IRole;

  public constructor(scope: Construct, id: string, repository: IRepository, organization: IOrganization) {
    super(scope, id);
    const statements = readStatements(repository, organization);
    const role = new Role(this, 'SourceRole', {
      // known by its path: when the removal of the last environment fails, CloudFormation keeps the role and forgets
      // it; with a fixed name, it could not be created again
      path: NAMES.sourceRolePath,
      description: 'Reads the repository for the pipelines of the organization',
      // the accounts are not known yet; their pipelines' roles are, by name and organization
      assumedBy: new AnyPrincipal().withConditions({
        StringEquals: { 'aws:PrincipalOrgID': organization.organizationId },
        ArnLike: { 'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::*:role/${NAMES.pipelineRolePrefix}*` },
      }),
      inlinePolicies: { Source: new PolicyDocument({ statements }) },
    });
    const later = 'the accounts are created later; the prefix and the organization identify their buckets';
    acknowledgeWildcards(role, statements, { Artifacts: later });
    this.readRole = role;
  }
}

function readStatements(repository: IRepository, organization: IOrganization): PolicyStatement[] {
  // CodePipeline needs all of it when a pipeline runs:
  // https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
  const organizationOnly = { StringEquals: { 'aws:ResourceOrgID': organization.organizationId } };
  const bucket = `arn:${Aws.PARTITION}:s3:::${NAMES.artifactBucketPrefix}*`;
  return [
    new PolicyStatement({
      sid: 'Read',
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
      conditions: organizationOnly,
    }),
    new PolicyStatement({
      sid: 'Encrypt',
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
      resources: [organization.artifactKey.keyArn],
    }),
  ];
}
