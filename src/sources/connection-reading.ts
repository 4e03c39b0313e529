import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { SourceActionValues, SourceReading } from './source-host';
import type { Permission } from '../kinds/kind';
import { allow } from '../kinds/permissions';

/** What the source action puts into its artifact. */
export enum OutputFormat {
  /** An archive of the commit. */
  ARCHIVE = 'CODE_ZIP',
  /** A reference: each build that uses the artifact clones the repository. */
  CLONE = 'CODEBUILD_CLONE_REF',
}

/**
 * Pipelines read other hosts through a connection of the CICD account, which is shared with their account, and start by
 * triggers of their own.
 *
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
 */
export function connectionReading(format: OutputFormat): SourceReading {
  return {
    parameter: 'ConnectionArn',
    action: ({ repositoryName, branchName, grantArn }) => ({
      actionTypeId: { category: 'Source', owner: 'AWS', provider: 'CodeStarSourceConnection', version: '1' },
      configuration: {
        ConnectionArn: grantArn,
        FullRepositoryId: repositoryName,
        BranchName: branchName,
        OutputArtifactFormat: format,
        // the trigger detects them
        DetectChanges: 'false',
      },
    }),
    pipelineStatements: branch => [useConnection(branch)],
    // a clone names the repository only
    buildStatements: ({ branchName, ...repository }) => (format === OutputFormat.CLONE
      ? [useConnection({ ...repository, branchName: undefined })]
      : []),
    trigger: ({ branchName }) => ({
      providerType: 'CodeStarSourceConnection',
      gitConfiguration: { sourceActionName: 'Source', push: [{ branches: { includes: [branchName] } }] },
    }),
  };
}

/** Permission to read the states of the connections of the account. */
export function readConnections(): Permission {
  return allow(
    'Connections',
    ['codeconnections:GetConnection'],
    [`arn:${Aws.PARTITION}:codeconnections:${Aws.REGION}:${Aws.ACCOUNT_ID}:connection/*`],
    'the connections of other apps are not known; only their states are read',
  );
}

/**
 * Holds a role to one repository, and to one branch.
 *
 * https://docs.aws.amazon.com/dtconsole/latest/userguide/security_iam_id-based-policy-examples-connections.html
 */
function useConnection(
  { grantArn, repositoryName, branchName }: Omit<SourceActionValues, 'branchName'> & { readonly branchName?: string },
): PolicyStatement {
  return new PolicyStatement({
    sid: 'UseConnection',
    actions: ['codeconnections:UseConnection'],
    resources: [grantArn],
    conditions: {
      StringEquals: { 'codeconnections:FullRepositoryId': repositoryName },
      // not every request of the service names the branch
      ...branchName !== undefined && { StringEqualsIfExists: { 'codeconnections:BranchName': branchName } },
    },
  });
}
