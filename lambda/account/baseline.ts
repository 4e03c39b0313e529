import { APPLICATION, DEPLOYER, DEPLOYER_EXECUTION, PLAN } from './baseline-roles';
import { CLEAN, IS_CLEANED } from './clean-role';
import type { ConditionalStatement, Statement } from './deny-statements';
import { BOUNDED_IDENTITIES, denyStatements, REQUIRE_BOUNDARY } from './deny-statements';
import { NAMES } from '../../src/private/contract';

/** Applications may not manage billing, the organization and user identities; roles have a statement of their own. */
const DENIED_SERVICES = [
  'iam',
  'sts',
  'organizations',
  'account',
  'aws-portal',
  'billing',
  'billingconductor',
  'consolidatedbilling',
  'payments',
  'tax',
  'invoicing',
  'purchase-orders',
  'freetier',
  'sso',
  'sso-directory',
  'identitystore',
  'identity-sync',
].map(service => `${service}:*`);

/** Roles, policies and instance profiles; neither users, groups, access keys, login profiles nor identity providers. */
const ROLES_AND_POLICIES = [
  'Get*',
  'List*',
  'PassRole',
  'CreateRole',
  'DeleteRole',
  'UpdateRole',
  'UpdateRoleDescription',
  'UpdateAssumeRolePolicy',
  'TagRole',
  'UntagRole',
  'PutRolePolicy',
  'DeleteRolePolicy',
  'AttachRolePolicy',
  'DetachRolePolicy',
  'PutRolePermissionsBoundary',
  'CreatePolicy',
  'DeletePolicy',
  'CreatePolicyVersion',
  'DeletePolicyVersion',
  'SetDefaultPolicyVersion',
  'TagPolicy',
  'UntagPolicy',
  'CreateInstanceProfile',
  'DeleteInstanceProfile',
  'AddRoleToInstanceProfile',
  'RemoveRoleFromInstanceProfile',
  'TagInstanceProfile',
  'UntagInstanceProfile',
  'CreateServiceLinkedRole',
  'DeleteServiceLinkedRole',
].map(action => `iam:${action}`);

const sub = (text: string) => ({ 'Fn::Sub': text });
const bucketArn = `arn:\${AWS::Partition}:s3:::${NAMES.artifactBucketPrefix}\${AWS::AccountId}-\${AWS::Region}`;

interface Policy {
  readonly Version: string;
  readonly Statement: readonly (Statement | ConditionalStatement)[];
}

/**
 * Permissions of CloudFormation for applications. Unless the account requires the boundary, they prevent accidents
 * only: a principal that can create roles can create a role with more permissions.
 */
const executionPolicy: Policy = {
  Version: '2012-10-17',
  Statement: [
    { Sid: 'Services', Effect: 'Allow', NotAction: DENIED_SERVICES, Resource: '*' },
    { Sid: 'Roles', Effect: 'Allow', Action: ROLES_AND_POLICIES, Resource: '*' },
    {
      Sid: 'NoAdministrators',
      Effect: 'Deny',
      Action: 'iam:AttachRolePolicy',
      Resource: '*',
      Condition: {
        ArnLike: {
          'iam:PolicyARN': ['AdministratorAccess', 'IAMFullAccess'].map(name =>
            sub(`arn:\${AWS::Partition}:iam::aws:policy/${name}`),
          ),
        },
      },
    },
    ...denyStatements('no role may be passed'),
    ...BOUNDED_IDENTITIES,
  ],
};

/**
 * Permissions boundary of the bootstrap roles, and of the roles of applications where it is required. Without it,
 * builds could use the deploy role to change the pipeline's stack. The deploy role must pass the execution role to
 * CloudFormation.
 */
const boundaryPolicy: Policy = {
  Version: '2012-10-17',
  Statement: [
    { Sid: 'All', Effect: 'Allow', Action: '*', Resource: '*' },
    ...denyStatements('bootstrap roles may be passed'),
    ...BOUNDED_IDENTITIES,
  ],
};

const artifactBucketPolicy = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [sub(bucketArn), sub(`${bucketArn}/*`)],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Sid: 'SourceRoles',
      Effect: 'Allow',
      // source roles are deleted with their environments, and a policy that names a deleted role is invalid
      Principal: { AWS: sub('arn:${AWS::Partition}:iam::${CicdAccount}:root') },
      Action: ['s3:PutObject', 's3:PutObjectAcl'],
      // pipeline/artifact/object: only artifacts of the Source stage
      Resource: sub(`${bucketArn}/*/Source/*`),
      Condition: {
        ArnLike: {
          // the path has the account of the environment
          'aws:PrincipalArn': sub(
            `arn:\${AWS::Partition}:iam::\${CicdAccount}:role${NAMES.sourceRolePath}\${AWS::AccountId}/*`,
          ),
        },
      },
    },
  ],
};

/** Logical ids of the policies that the bootstrap refers to. */
export const BOOTSTRAP_POLICIES = ['ExecutionPolicy', 'Boundary'];

/** Template of the baseline stack: the policies and roles of an account, and the bucket of its pipelines. */
export const BASELINE = {
  AWSTemplateFormatVersion: '2010-09-09',
  Description: 'Baseline of cdk-org-environments for every account',
  Parameters: {
    CicdAccount: { Type: 'String', AllowedPattern: '^\\d{12}$', Description: 'Id of the CICD account' },
    AccessRoleName: {
      Type: 'String',
      Default: 'OrganizationAccountAccessRole',
      Description: 'Role through which the account is accessed',
    },
    ArtifactKeyArn: {
      Type: 'String',
      AllowedPattern: '^arn:.+',
      Description: 'Key that encrypts the artifacts of pipelines',
    },
    RequireBoundary: {
      Type: 'String',
      Default: 'false',
      AllowedValues: ['true', 'false'],
      Description: 'Whether applications may create roles and users only with the permissions boundary',
    },
    Cleaning: {
      Type: 'String',
      Default: 'false',
      AllowedValues: ['true', 'false'],
      Description: 'Whether the account is cleaned when its lease ends',
    },
  },
  Conditions: {
    [REQUIRE_BOUNDARY]: { 'Fn::Equals': [{ Ref: 'RequireBoundary' }, 'true'] },
    [IS_CLEANED]: { 'Fn::Equals': [{ Ref: 'Cleaning' }, 'true'] },
  },
  Resources: {
    ExecutionPolicy: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        // policies are global, the stack is regional
        ManagedPolicyName: sub(`${NAMES.executionPolicy}-\${AWS::Region}`),
        Description: 'Permissions of CloudFormation for the applications of this account',
        PolicyDocument: executionPolicy,
      },
    },
    Boundary: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        ManagedPolicyName: sub(`${NAMES.boundaryPolicy}-\${AWS::Region}`),
        Description: 'Permissions boundary of the bootstrap roles',
        PolicyDocument: boundaryPolicy,
      },
    },
    Application: APPLICATION,
    Plan: PLAN,
    Deployer: DEPLOYER,
    DeployerExecution: DEPLOYER_EXECUTION,
    Clean: CLEAN,
    ArtifactBucket: {
      Type: 'AWS::S3::Bucket',
      // kept for later access to artifacts; but the bucket of a failed creation must not block the next creation
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BucketName: sub(`${NAMES.artifactBucketPrefix}\${AWS::AccountId}-\${AWS::Region}`),
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            {
              ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { Ref: 'ArtifactKeyArn' } },
              BucketKeyEnabled: true,
            },
          ],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        LifecycleConfiguration: {
          Rules: [
            {
              Id: 'Expire',
              Status: 'Enabled',
              // a rollback uses the artifacts of the last successful commit
              ExpirationInDays: 90,
              NoncurrentVersionExpiration: { NoncurrentDays: 30 },
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
            },
          ],
        },
      },
    },
    ArtifactBucketPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      // kept with the bucket
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: { Bucket: { Ref: 'ArtifactBucket' }, PolicyDocument: artifactBucketPolicy },
    },
  },
};
