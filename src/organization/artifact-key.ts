import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { ARTIFACT_CONTEXT, NAMES } from '../private/contract';
import { fail } from '../private/validate';

/** One key for the artifacts of all pipelines: each key costs a dollar a month. */
export function artifactKey(scope: Construct): Key {
  return new Key(scope, 'ArtifactKey', {
    alias: 'alias/org-environments-artifacts',
    description: 'Encrypts the artifacts of the pipelines of all environments',
    enableKeyRotation: true,
    // artifacts cannot be read without it; a first deployment that fails deletes the key, which costs money
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
}

/**
 * The pipeline of an account can use the key only for the artifact bucket of that account; the roles that read
 * repositories are limited by their own policies.
 */
export function allowPipelines(scope: Construct, key: IKey, organizationId: string): void {
  const pipelines = {
    StringEquals: { 'aws:PrincipalOrgID': organizationId },
    ArnLike: { 'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::*:role/${NAMES.pipelineRolePrefix}*` },
  };
  const ownBucket = `arn:${Aws.PARTITION}:s3:::${NAMES.artifactBucketPrefix}\${aws:PrincipalAccount}-*`;
  const statements = [
    statement('PipelinesForTheirArtifacts', ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'], {
      ...pipelines, StringLike: { [ARTIFACT_CONTEXT]: ownBucket },
    }),
    // CodePipeline reads the key without an encryption context
    statement('PipelinesOfTheOrganization', ['kms:DescribeKey'], pipelines),
  ];
  const isAllowed = statements.map(one => key.addToResourcePolicy(one).statementAdded).every(Boolean);
  if (!isAllowed) {
    fail(scope, `the policy of the artifact key '${key.node.path}' cannot be changed, because the key is imported: `
      + 'create the key in this app');
  }
}

function statement(sid: string, actions: string[], conditions: { [operator: string]: unknown }): PolicyStatement {
  return new PolicyStatement({ sid, principals: [new AnyPrincipal()], actions, resources: ['*'], conditions });
}
