import { role } from './baseline-roles';
import { NAMES } from '../../src/private/contract';

const sub = (text: string) => ({ 'Fn::Sub': text });
const deny = (Sid: string, Action: readonly string[], Resource: unknown) => ({ Sid, Effect: 'Deny', Action, Resource });
const iamHere = (names: readonly string[]) =>
  names.map(name => sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:${name}`));

/** Condition of the template: accounts that are never cleaned do not have the role. */
export const IS_CLEANED = 'IsCleaned';

/** The roles and policies that remain in every account. */
const REMAINING = [
  ...[NAMES.applicationRole, NAMES.planRole, NAMES.deployerRole, NAMES.cleanRole].map(name => `role/${name}*`),
  `role/${NAMES.accessRole}`,
  'role/${AccessRoleName}',
  'role/cdk-*-role-${AWS::AccountId}-*',
  'role/stacksets-exec-*',
  'role/aws-reserved/*',
  'role/aws-controltower-*',
  'role/AWSControlTower*',
  `policy/${NAMES.executionPolicy}*`,
  `policy/${NAMES.boundaryPolicy}*`,
];

const STACKS = ['CDKToolkit', NAMES.baselineStack, NAMES.accountBaselineStack, 'StackSet-*'].map(name =>
  sub(`arn:\${AWS::Partition}:cloudformation:*:\${AWS::AccountId}:stack/${name}/*`),
);

/**
 * The role through which an account is cleaned. A resource of any type may be left, so it may do everything that is not
 * denied. The denials prevent mistakes of the clean: they are no boundary against a principal that controls its
 * function.
 */
export const CLEAN = {
  ...role(
    NAMES.cleanRole,
    'Cleans the account when its lease ends',
    {
      Principal: { AWS: sub('arn:${AWS::Partition}:iam::${CicdAccount}:root') },
      Condition: {
        ArnEquals: {
          'aws:PrincipalArn': sub(`arn:\${AWS::Partition}:iam::\${CicdAccount}:role/${NAMES.cleanFunctionRole}`),
        },
      },
    },
    {
      Policies: [{
        PolicyName: 'Clean',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Sid: 'All', Effect: 'Allow', Action: '*', Resource: '*' },
            deny('Identities', [
              'iam:Add*', 'iam:Attach*', 'iam:Create*', 'iam:Put*', 'iam:Set*', 'iam:Update*', 'iam:Upload*',
              'sts:AssumeRole', 'organizations:*', 'account:Close*', 'account:Put*', 'account:Disable*',
              'account:Enable*',
            ], '*'),
            deny('Compute', [
              'ec2:RunInstances', 'lambda:CreateFunction', 'lambda:InvokeFunction', 'codebuild:StartBuild',
              'ssm:SendCommand', 'ssm:StartSession', 'ssm:StartAutomationExecution', 'lambda:UpdateFunctionCode',
              'ecs:RunTask', 'ecs:StartTask', 'cloudformation:CreateStack', 'cloudformation:UpdateStack',
              'cloudformation:CreateChangeSet', 'cloudformation:ExecuteChangeSet',
            ], '*'),
            deny('Data', [
              's3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 'dynamodb:GetItem', 'dynamodb:Query',
              'dynamodb:Scan', 'kms:Decrypt', 'secretsmanager:GetSecretValue', 'ssm:GetParameter*',
              'sqs:ReceiveMessage', 'logs:GetLogEvents', 'logs:FilterLogEvents', 'rds-data:*', 'dynamodb:BatchGetItem',
              'dynamodb:PartiQL*',
            ], '*'),
            deny('Sharing', [
              's3:PutBucketPolicy', 's3:PutBucketAcl', 'ec2:ModifySnapshotAttribute', 'ec2:ModifyImageAttribute',
              'rds:ModifyDBSnapshotAttribute', 'rds:ModifyDBClusterSnapshotAttribute',
            ], '*'),
            deny('RemainingRoles', ['iam:Delete*', 'iam:Detach*', 'iam:Remove*'], iamHere(REMAINING)),
            deny('RemainingStacks', ['cloudformation:Delete*', 'cloudformation:UpdateTerminationProtection'], STACKS),
            // the objects in the buckets may be deleted: the lease has put some there
            deny('RemainingBootstrap', [
              's3:DeleteBucket*', 's3:DeleteAccessPoint*', 's3:PutLifecycleConfiguration', 'ecr:BatchDeleteImage',
              'ecr:DeleteRepository*', 'ssm:DeleteParameter*',
            ], [
              's3:::cdk-*-assets-${AWS::AccountId}-*',
              `s3:::${NAMES.artifactBucketPrefix}\${AWS::AccountId}-*`,
              'ecr:*:${AWS::AccountId}:repository/cdk-*-container-assets-*',
              'ssm:*:${AWS::AccountId}:parameter/cdk-bootstrap/*',
            ].map(name => sub(`arn:\${AWS::Partition}:${name}`))),
          ],
        },
      }],
    },
  ),
  Condition: IS_CLEANED,
};
