import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { ARTIFACT_CONTEXT, NAMES } from '../private/contract';

/**
 * One key for the artifacts of all pipelines: each key costs a dollar a month. The pipeline of an account can use it
 * only for the artifact bucket of that account; the roles that read repositories are limited by their own policies.
 */
export function artifactKey(scope: Construct, organizationId: string): Key {
  const key = new Key(scope, 'ArtifactKey', {
    alias: 'alias/org-environments-artifacts',
    description: 'Encrypts the artifacts of the pipelines of all environments',
    enableKeyRotation: true,
    // artifacts cannot be read without it; a first deployment that fails deletes the key, which costs money
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  const pipelines = {
    StringEquals: { 'aws:PrincipalOrgID': organizationId },
    ArnLike: { 'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::*:role/${NAMES.pipelineRolePrefix}*` },
  };
  const ownBucket = `arn:${Aws.PARTITION}:s3:::${NAMES.artifactBucketPrefix}\${aws:PrincipalAccount}-*`;
  key.addToResourcePolicy(statement('PipelinesForTheirArtifacts', [
    'kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey',
  ], { ...pipelines, StringLike: { [ARTIFACT_CONTEXT]: ownBucket } }));
  // CodePipeline reads the key without an encryption context
  key.addToResourcePolicy(statement('PipelinesOfTheOrganization', ['kms:DescribeKey'], pipelines));
  return key;
}

function statement(sid: string, actions: string[], conditions: { [operator: string]: unknown }): PolicyStatement {
  return new PolicyStatement({ sid, principals: [new AnyPrincipal()], actions, resources: ['*'], conditions });
}
