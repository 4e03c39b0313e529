import { Aws, Names, Stack, Token } from 'aws-cdk-lib';
import type { IRepository } from 'aws-cdk-lib/aws-codecommit';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { AnyPrincipal, IRole, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { IOrganization } from '../organization/organization';
import { acknowledgeWildcards } from '../private/acknowledge';
import { NAMES } from '../private/contract';
import { fail } from '../private/validate';

/** Where environments take their code from. */
export abstract class Source {
  /** A CodeCommit repository in the account and region of the CICD stack. */
  public static codeCommit(repository: IRepository): Source {
    return new CodeCommitSource(repository);
  }

  /** @internal */
  public abstract _bind(scope: Construct): SourceConfig;

  /**
   * Lets the branch provider work in the source.
   * @internal
   */
  public abstract _allowBranches(scope: Construct, organization: IOrganization): void;

  /**
   * What pipelines need of the source, made once for each repository in a stack; answers the role through which they read it.
   * @internal
   */
  public abstract _connect(scope: Construct, organization: IOrganization): IRole;
}

/** @internal */
export interface SourceConfig {
  readonly repositoryName: string;
  readonly repositoryArn: string;
  /** Tells repositories apart at synth. */
  readonly key: string;
}

class CodeCommitSource extends Source {
  public constructor(private readonly repository: IRepository) {
    super();
  }

  public _bind(scope: Construct): SourceConfig {
    this.checkPlace(scope);
    const { repositoryName, repositoryArn } = this.repository;
    return { repositoryName, repositoryArn, key: Token.isUnresolved(repositoryName) ? this.repository.node.path : repositoryName };
  }

  public _allowBranches(scope: Construct, organization: IOrganization): void {
    // ListBranches is for the words of an error: which branches there are when the parent is none of them
    // the same statement for every branch of the repository: CDK writes it once; without id, because another repository has another one
    const { policyDependable } = organization.branchProviderRole.addToPrincipalPolicy(new PolicyStatement({
      actions: ['codecommit:CreateBranch', 'codecommit:CreateCommit', 'codecommit:GetBranch', 'codecommit:GetFile', 'codecommit:ListBranches'],
      resources: [this.repository.repositoryArn],
    }));
    if (policyDependable) scope.node.addDependency(policyDependable);
  }

  public _connect(scope: Construct, organization: IOrganization): IRole {
    const { repositoryName, node } = this.repository;
    const id = `Connection-${Token.isUnresolved(repositoryName) ? Names.nodeUniqueId(node) : repositoryName}`;
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(id);
    const connection = existing instanceof CodeCommitConnection ? existing : new CodeCommitConnection(stack, id, this.repository, organization);
    return connection.sourceRole;
  }

  private checkPlace(scope: Construct) {
    const { account, region } = this.repository.env;
    const stack = Stack.of(scope);
    const elsewhere = (ours: string, theirs: string) => !Token.isUnresolved(ours) && !Token.isUnresolved(theirs) && ours !== theirs;
    if (elsewhere(stack.account, account) || elsewhere(stack.region, region)) {
      fail(scope, `the repository must be in the account and region of the stack (${stack.account}/${stack.region}), got one in ${account}/${region}`);
    }
  }
}

/** One rule and one role for each repository, however many environments follow it: EventBridge allows 300 rules. */
class CodeCommitConnection extends Construct {
  public readonly sourceRole: IRole;

  public constructor(scope: Construct, id: string, repository: IRepository, organization: IOrganization) {
    super(scope, id);
    new Rule(this, 'Moved', {
      description: `Starts the pipelines of ${Token.isUnresolved(repository.repositoryName) ? 'a repository' : repository.repositoryName}`,
      eventPattern: {
        source: ['aws.codecommit'],
        detailType: ['CodeCommit Repository State Change'],
        resources: [repository.repositoryArn],
        detail: { event: ['referenceCreated', 'referenceUpdated'], referenceType: ['branch'] },
      },
      targets: [new LambdaFunction(organization.triggerFunction)],
    });
    this.letFunctionsRead(repository, organization);
    const statements = this.statements(repository, organization);
    const role = new Role(this, 'SourceRole', {
      // known by its path: CloudFormation gives the role up when the removal of the last environment fails, and a name would be taken when that is put back
      path: NAMES.sourceRolePath,
      description: 'Reads the repository for the pipelines of the organization',
      // the accounts are not known yet; their pipelines' roles are, by name and organization
      assumedBy: new AnyPrincipal().withConditions({
        StringEquals: { 'aws:PrincipalOrgID': organization.organizationId },
        ArnLike: { 'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::*:role/${NAMES.pipelineRolePrefix}*` },
      }),
      inlinePolicies: { Source: new PolicyDocument({ statements }) },
    });
    const later = 'the accounts are created later; their buckets are known by prefix and organization';
    acknowledgeWildcards(role, statements, { Artifacts: later });
    this.sourceRole = role;
  }

  private letFunctionsRead(repository: IRepository, organization: IOrganization) {
    // for a start that comes late: the head may have moved since the event
    organization.triggerFunction.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({
      actions: ['codecommit:GetBranch'], resources: [repository.repositoryArn],
    }));

    // for the time at which a commit was written
    organization.deploymentsRole.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['codecommit:GetCommit'], resources: [repository.repositoryArn] }),
    );

    // for the authors of commits
    organization.operationsFunction.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({
      actions: ['codecommit:GetCommit'], resources: [repository.repositoryArn],
    }));
  }

  private statements(repository: IRepository, organization: IOrganization): PolicyStatement[] {
    // all of it is CodePipeline's own need, when a pipeline runs: https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
    const organizationOnly = { StringEquals: { 'aws:ResourceOrgID': organization.organizationId } };
    const bucket = `arn:${Aws.PARTITION}:s3:::${NAMES.artifactBucketPrefix}*`;
    return [
      new PolicyStatement({
        sid: 'Read',
        actions: [
          'codecommit:CancelUploadArchive', 'codecommit:GetBranch', 'codecommit:GetCommit', 'codecommit:GetUploadArchiveStatus',
          'codecommit:UploadArchive',
        ],
        resources: [repository.repositoryArn],
      }),
      new PolicyStatement({
        sid: 'Artifacts', actions: ['s3:PutObject', 's3:PutObjectAcl'], resources: [`${bucket}/*/Source/*`], conditions: organizationOnly,
      }),
      new PolicyStatement({
        sid: 'Encrypt',
        actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
        resources: [organization.artifactKey.keyArn],
      }),
    ];
  }
}
