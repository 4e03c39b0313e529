import { APPLICATION, DEPLOYER, DEPLOYER_EXECUTION, PLAN } from './deployer';
import type { Statement } from './guard';
import { guard } from './guard';
import { NAMES } from '../../src/private/contract';

/** Billing, the organization and identities of people are decided elsewhere; roles have a statement of their own. */
const NOT_FOR_APPLICATIONS = ['iam', 'sts', 'organizations', 'account', 'aws-portal', 'billing', 'billingconductor', 'consolidatedbilling', 'payments', 'tax',
  'invoicing', 'purchase-orders', 'freetier', 'sso', 'sso-directory', 'identitystore', 'identity-sync'].map(service => `${service}:*`);

/** Roles, policies and instance profiles; neither users, groups, access keys, login profiles nor identity providers. */
const ROLES_AND_POLICIES = [
  'Get*', 'List*', 'PassRole',
  'CreateRole', 'DeleteRole', 'UpdateRole', 'UpdateRoleDescription', 'UpdateAssumeRolePolicy', 'TagRole', 'UntagRole',
  'PutRolePolicy', 'DeleteRolePolicy', 'AttachRolePolicy', 'DetachRolePolicy', 'PutRolePermissionsBoundary',
  'CreatePolicy', 'DeletePolicy', 'CreatePolicyVersion', 'DeletePolicyVersion', 'SetDefaultPolicyVersion', 'TagPolicy', 'UntagPolicy',
  'CreateInstanceProfile', 'DeleteInstanceProfile', 'AddRoleToInstanceProfile', 'RemoveRoleFromInstanceProfile', 'TagInstanceProfile', 'UntagInstanceProfile',
  'CreateServiceLinkedRole', 'DeleteServiceLinkedRole', 'UpdateServiceLinkedRole',
].map(action => `iam:${action}`);

const sub = (text: string) => ({ 'Fn::Sub': text });
const bucketArn = `arn:\${AWS::Partition}:s3:::${NAMES.artifactBucketPrefix}\${AWS::AccountId}-\${AWS::Region}`;

/**
 * What CloudFormation may do for applications: build a platform, but not saw off the branch it sits on. It guards against accidents; whoever may
 * create roles can write a stronger one, so what must never happen belongs into a service control policy of the organization.
 */
const executionPolicy: { readonly Version: string; readonly Statement: readonly Statement[] } = {
  Version: '2012-10-17',
  Statement: [
    { Sid: 'Services', Effect: 'Allow', NotAction: NOT_FOR_APPLICATIONS, Resource: '*' },
    { Sid: 'Roles', Effect: 'Allow', Action: ROLES_AND_POLICIES, Resource: '*' },
    {
      Sid: 'NoAdministrators',
      Effect: 'Deny',
      Action: 'iam:AttachRolePolicy',
      Resource: '*',
      Condition: { ArnLike: { 'iam:PolicyARN': ['AdministratorAccess', 'IAMFullAccess'].map(name => sub(`arn:\${AWS::Partition}:iam::aws:policy/${name}`)) } },
    },
    ...guard('no role may be passed'),
  ],
};

/**
 * What no role of the bootstrap goes beyond, whatever policies it is given: the deploy role, which builds of the application take, could change the
 * pipeline's stack otherwise, and CloudFormation would do it with the role that the stack has.
 */
// CloudFormation is passed the bootstrap's own role by the one that deploys
const boundaryPolicy = { Version: '2012-10-17', Statement: [{ Sid: 'All', Effect: 'Allow', Action: '*', Resource: '*' }, ...guard('bootstrap roles may be passed')] };

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
      // the roles are made and removed with their repositories: a policy that named one of them would break when it goes
      Principal: { AWS: sub('arn:${AWS::Partition}:iam::${CicdAccount}:root') },
      Action: ['s3:PutObject', 's3:PutObjectAcl'],
      // pipeline/artifact/object: what the Source stage brings, and nothing that is built from it
      Resource: sub(`${bucketArn}/*/Source/*`),
      Condition: { ArnLike: { 'aws:PrincipalArn': sub(`arn:\${AWS::Partition}:iam::\${CicdAccount}:role${NAMES.sourceRolePath}*`) } },
    },
  ],
};

/** Logical ids of the resources that the bootstrap names. */
export const BOOTSTRAP_NEEDS = ['ExecutionPolicy', 'Boundary'];

/** What every account holds before its first pipeline: the narrow policy of CloudFormation, and the bucket that its pipelines share. */
export const BASELINE = {
  AWSTemplateFormatVersion: '2010-09-09',
  Description: 'What cdk-org-environments puts into every account before its first pipeline',
  Parameters: {
    CicdAccount: { Type: 'String', AllowedPattern: '^\\d{12}$', Description: 'Account in which the repositories live' },
    AccessRoleName: { Type: 'String', Default: 'OrganizationAccountAccessRole', Description: 'Role through which the account is entered' },
    ArtifactKeyArn: { Type: 'String', AllowedPattern: '^arn:.+', Description: 'Key that encrypts the artifacts of pipelines' },
  },
  Resources: {
    ExecutionPolicy: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        // policies are global, the stack is regional
        ManagedPolicyName: sub(`${NAMES.executionPolicy}-\${AWS::Region}`),
        Description: 'What CloudFormation may do for the applications of this account',
        PolicyDocument: executionPolicy,
      },
    },
    Boundary: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        ManagedPolicyName: sub(`${NAMES.boundaryPolicy}-\${AWS::Region}`),
        Description: 'What no role of the bootstrap goes beyond',
        PolicyDocument: boundaryPolicy,
      },
    },
    Application: APPLICATION,
    Plan: PLAN,
    Deployer: DEPLOYER,
    DeployerExecution: DEPLOYER_EXECUTION,
    ArtifactBucket: {
      Type: 'AWS::S3::Bucket',
      // kept for whoever looks for an artifact later; but a creation that failed must not be in the way of the next one
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BucketName: sub(`${NAMES.artifactBucketPrefix}\${AWS::AccountId}-\${AWS::Region}`),
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { Ref: 'ArtifactKeyArn' } },
            BucketKeyEnabled: true,
          }],
        },
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        LifecycleConfiguration: {
          Rules: [{
            Id: 'Expire',
            Status: 'Enabled',
            // a rollback takes the artifacts of the last commit that succeeded
            ExpirationInDays: 90,
            NoncurrentVersionExpiration: { NoncurrentDays: 30 },
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
          }],
        },
      },
    },
    ArtifactBucketPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      // the bucket outlives the stack, and so does its guard
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: { Bucket: { Ref: 'ArtifactBucket' }, PolicyDocument: artifactBucketPolicy },
    },
  },
};
