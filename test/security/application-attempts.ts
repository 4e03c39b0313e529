import type { Attempt } from './attempt';
import { bootstrapRole, bucketOf, inProd, on, roleIn } from './attempt';
import { REGION } from '../fixtures/app';

const ROLES_OF_PIPELINE = [
  'org-environments-pipeline-run', 'org-environments-pipeline-deploy', 'org-environments-pipeline-operate',
  `org-environments-deployer-${REGION}`, `org-environments-deployer-execution-${REGION}`,
];
const PROTECTED_ROLES = [
  ...ROLES_OF_PIPELINE, `org-environments-plan-${REGION}`, `org-environments-application-${REGION}`,
  'OrganizationAccountAccessRole',
];
const protectedRoles = (accountId: string): string[] => [
  ...PROTECTED_ROLES.map(name => roleIn(accountId, name)),
  ...['deploy', 'cfn-exec'].map(kind => bootstrapRole(accountId, kind)),
];

/** What an application may try to reach the pipeline of its own account, with a role that has all permissions. */
export const APPLICATION_ATTEMPTS: readonly Attempt[] = [
  {
    what: 'Create a role or a user without the boundary, or give it permissions',
    why: 'the boundary requires itself',
    needs: ({ accountId }) => [
      ...on(roleIn(accountId, 'evil'), ['iam:CreateRole', 'iam:AttachRolePolicy', 'iam:PutRolePolicy']),
      ...on(`arn:aws:iam::${accountId}:user/evil`, ['iam:CreateUser', 'iam:AttachUserPolicy', 'iam:PutUserPolicy']),
      ...on(roleIn(accountId, 'evil'), 'iam:CreateRole', {
        'iam:PermissionsBoundary': 'arn:aws:iam::aws:policy/AdministratorAccess',
      }),
    ],
  },
  {
    what: 'Remove the boundary of the own role, or replace it',
    why: 'the boundary denies it',
    needs: ({ accountId }) => [
      ...on(roleIn(accountId, 'application'), 'iam:DeleteRolePermissionsBoundary'),
      ...on(roleIn(accountId, 'application'), 'iam:PutRolePermissionsBoundary', {
        'iam:PermissionsBoundary': `arn:aws:iam::${accountId}:policy/evil`,
      }),
    ],
  },
  {
    what: 'Change the boundary or the execution policy',
    why: 'the boundary denies changes of policies of this library',
    needs: ({ accountId }) => on(
      ['execution', 'boundary'].map(name => `arn:aws:iam::${accountId}:policy/org-environments-${name}-${REGION}`),
      ['iam:CreatePolicyVersion', 'iam:SetDefaultPolicyVersion', 'iam:DeletePolicyVersion', 'iam:DeletePolicy'],
    ),
  },
  {
    what: 'Change the access role or a role of the pipeline, the baseline or the bootstrap',
    why: 'the boundary denies changes of these roles',
    needs: ({ accountId }) => on(protectedRoles(accountId), [
      'iam:UpdateAssumeRolePolicy', 'iam:PutRolePolicy', 'iam:AttachRolePolicy', 'iam:DeleteRolePolicy',
      'iam:DeleteRolePermissionsBoundary', 'iam:TagRole', 'iam:DeleteRole',
    ]),
  },
  {
    what: 'Create a role that looks like one of the pipeline',
    why: 'the boundary denies names of this library, also with the boundary',
    needs: ({ accountId }) => on(roleIn(accountId, 'org-environments-pipeline-evil'), 'iam:CreateRole', {
      'iam:PermissionsBoundary': `arn:aws:iam::${accountId}:policy/org-environments-boundary-${REGION}`,
    }),
  },
  {
    what: 'Assume the access role or a role of the pipeline or the baseline',
    why: 'they trust services, the pipeline, or other accounts only',
    needs: ({ accountId }) => on(PROTECTED_ROLES.map(name => roleIn(accountId, name)), 'sts:AssumeRole'),
  },
  {
    what: 'Pass a role of the pipeline or the baseline to a service',
    why: 'the boundary denies it',
    needs: ({ accountId }) => on(PROTECTED_ROLES.map(name => roleIn(accountId, name)), 'iam:PassRole'),
  },
  {
    what: 'Approve, start, stop, roll back, change or untag the pipeline',
    why: 'the boundary denies it for pipelines with the tag of this library',
    needs: target => on(inProd(target, 'codepipeline', 'prod'), [
      'codepipeline:PutApprovalResult', 'codepipeline:StartPipelineExecution', 'codepipeline:StopPipelineExecution',
      'codepipeline:RollbackStage', 'codepipeline:UpdatePipeline', 'codepipeline:EnableStageTransition',
      'codepipeline:UntagResource', 'codepipeline:DeletePipeline',
    ]),
  },
  {
    what: 'Run, repeat or change the builds, or enter one',
    why: 'the boundary denies it for the projects of this library',
    needs: target => on(inProd(target, 'codebuild', 'project/org-environments-deploy'), [
      'codebuild:StartBuild', 'codebuild:StartBuildBatch', 'codebuild:RetryBuild', 'codebuild:StartSandbox',
      'codebuild:StartCommandExecution', 'codebuild:UpdateProject', 'codebuild:CreateWebhook',
      'codebuild:BatchGetBuilds', 'codebuild:DeleteProject',
    ]),
  },
  {
    what: 'Read or replace artifacts, or change their bucket',
    why: 'the boundary denies all of S3 for this bucket',
    needs: target => [
      ...on(`${bucketOf(target)}/prod/Source/abc`, ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']),
      ...on(bucketOf(target), ['s3:PutBucketPolicy', 's3:PutLifecycleConfiguration', 's3:DeleteBucket']),
    ],
  },
  {
    what: 'Change the stacks of the pipeline, the baseline or the bootstrap',
    why: 'the boundary denies it',
    needs: target => on(
      ['org-environments-baseline', 'CDKToolkit', 'org-environments-pipeline-prod']
        .map(name => inProd(target, 'cloudformation', `stack/${name}/1`)),
      [
        'cloudformation:UpdateStack', 'cloudformation:CreateChangeSet', 'cloudformation:DeleteStack',
        'cloudformation:SetStackPolicy',
      ],
    ),
  },
  {
    what: 'Stop the events of the pipeline',
    why: 'the boundary denies changes of this rule',
    needs: target => on(inProd(target, 'events', 'rule/org-environments-pipeline-events'), [
      'events:PutRule', 'events:PutTargets', 'events:RemoveTargets', 'events:DisableRule', 'events:DeleteRule',
    ]),
  },
  {
    what: 'Stop, change or delete a trail of CloudTrail',
    why: 'the boundary denies it',
    needs: target => on(inProd(target, 'cloudtrail', 'trail/audit'), [
      'cloudtrail:StopLogging', 'cloudtrail:UpdateTrail', 'cloudtrail:PutEventSelectors', 'cloudtrail:DeleteTrail',
    ]),
  },
  {
    what: 'Leave the organization, or close the account',
    why: 'the boundary denies it',
    needs: () => on('*', ['organizations:LeaveOrganization', 'account:CloseAccount']),
  },
];
