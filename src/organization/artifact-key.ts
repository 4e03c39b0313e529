import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { NAMES } from '../private/contract';

/** One key for the artifacts of all pipelines: each key costs a dollar a month. */
export function artifactKey(scope: Construct, organizationId: string): Key {
  const key = new Key(scope, 'ArtifactKey', {
    alias: 'alias/org-environments-artifacts',
    description: 'Encrypts the artifacts of the pipelines of all environments',
    enableKeyRotation: true,
    // artifacts cannot be read without it; a first deployment that fails deletes the key, which costs money
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  key.addToResourcePolicy(new PolicyStatement({
    sid: 'PipelinesOfTheOrganization',
    principals: [new AnyPrincipal()],
    actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
    resources: ['*'],
    conditions: {
      StringEquals: { 'aws:PrincipalOrgID': organizationId },
      ArnLike: {
        'aws:PrincipalArn': [
          `arn:${Aws.PARTITION}:iam::*:role/${NAMES.pipelineRolePrefix}*`,
          `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role${NAMES.sourceRolePath}*`,
        ],
      },
    },
  }));
  return key;
}
