import { NAMES } from '../../src/private/contract';

const sub = (text: string) => ({ 'Fn::Sub': text });
const here = (service: string, resource: string) =>
  sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`);
const iamHere = (resource: string) => sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:${resource}`);
const allow = (Sid: string, Action: readonly string[], Resource: unknown) => ({
  Sid,
  Effect: 'Allow',
  Action,
  Resource,
});

export function role(RoleName: string, Description: string, trust: object, rights: object) {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      // roles are global, the stack is regional
      RoleName: sub(`${RoleName}-\${AWS::Region}`),
      Description,
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', ...trust }],
      },
      ...rights,
    },
  };
}

function inline(...statements: readonly object[]): object {
  return { Policies: [{ PolicyName: 'Pipeline', PolicyDocument: { Version: '2012-10-17', Statement: statements } }] };
}

/**
 * The role through which the pipeline function of the CICD account deploys pipelines. No principal of this account can
 * assume it.
 */
export const DEPLOYER = role(
  NAMES.deployerRole,
  'Deploys the pipeline of the environment',
  {
    Principal: { AWS: sub('arn:${AWS::Partition}:iam::${CicdAccount}:root') },
    Condition: {
      ArnEquals: {
        'aws:PrincipalArn': sub(`arn:\${AWS::Partition}:iam::\${CicdAccount}:role/${NAMES.pipelineProviderRole}`),
      },
    },
  },
  inline(
    allow(
      'Deploy',
      ['CreateStack', 'DeleteStack', 'DescribeStackEvents', 'DescribeStacks', 'UpdateStack'].map(
        action => `cloudformation:${action}`,
      ),
      here('cloudformation', `stack/${NAMES.pipelineStackPrefix}*/*`),
    ),
    // CloudFormation reads a template of more than 51,200 bytes with the permissions of the caller
    allow(
      'Template',
      ['s3:GetObject'],
      sub('arn:${AWS::Partition}:s3:::cdk-*-assets-${AWS::AccountId}-${AWS::Region}/*'),
    ),
    allow('Execute', ['iam:PassRole'], iamHere(`role/${NAMES.deployerExecutionRole}-\${AWS::Region}`)),
  ),
);

const ROLES = [
  'AttachRolePolicy',
  'CreateRole',
  'DeleteRole',
  'DeleteRolePolicy',
  'DetachRolePolicy',
  'GetRole',
  'GetRolePolicy',
  'ListAttachedRolePolicies',
  'ListRolePolicies',
  'PassRole',
  'PutRolePolicy',
  'TagRole',
  'UntagRole',
  'UpdateAssumeRolePolicy',
  'UpdateRole',
  'UpdateRoleDescription',
];

/** The execution role of CloudFormation for pipelines. */
export const DEPLOYER_EXECUTION = role(
  NAMES.deployerExecutionRole,
  'Execution role of CloudFormation for the pipeline of the environment',
  {
    Principal: { Service: 'cloudformation.amazonaws.com' },
  },
  inline(
    allow(
      'Roles',
      ROLES.map(action => `iam:${action}`),
      iamHere(`role/${NAMES.pipelineRolePrefix}*`),
    ),
    allow(
      'PlanSecrets',
      ['DeleteRolePolicy', 'GetRolePolicy', 'PutRolePolicy'].map(action => `iam:${action}`),
      iamHere(`role/${NAMES.planRole}-\${AWS::Region}`),
    ),
    allow(
      'Builds',
      ['BatchGetProjects', 'CreateProject', 'DeleteProject', 'UpdateProject'].map(action => `codebuild:${action}`),
      here('codebuild', `project/${NAMES.buildProjectPrefix}*`),
    ),
    // a pipeline is named as its environment is
    allow(
      'Pipeline',
      [
        'CreatePipeline',
        'DeletePipeline',
        'DisableStageTransition',
        'EnableStageTransition',
        'GetPipeline',
        'GetPipelineState',
        'ListTagsForResource',
        'TagResource',
        'UntagResource',
        'UpdatePipeline',
      ].map(action => `codepipeline:${action}`),
      here('codepipeline', '*'),
    ),
    // https://docs.aws.amazon.com/dtconsole/latest/userguide/security_iam_id-based-policy-examples-connections.html
    {
      ...allow(
        'Connections',
        ['codeconnections:PassConnection'],
        sub('arn:${AWS::Partition}:codeconnections:${AWS::Region}:${CicdAccount}:connection/*'),
      ),
      Condition: { StringEquals: { 'codeconnections:PassedToService': 'codepipeline.amazonaws.com' } },
    },
    allow(
      'Events',
      [
        'DeleteRule',
        'DescribeRule',
        'DisableRule',
        'EnableRule',
        'ListTagsForResource',
        'ListTargetsByRule',
        'PutRule',
        'PutTargets',
        'RemoveTargets',
        'TagResource',
        'UntagResource',
      ].map(action => `events:${action}`),
      here('events', `rule/${NAMES.pipelineRolePrefix}*`),
    ),
    // CloudFormation also reads settings of log groups that it does not change
    allow(
      'Logs',
      [
        'logs:Create*',
        'logs:Delete*',
        'logs:Describe*',
        'logs:Get*',
        'logs:List*',
        'logs:Put*',
        'logs:Tag*',
        'logs:Untag*',
      ],
      here('logs', `log-group:${NAMES.pipelineRolePrefix}*`),
    ),
    allow('FindLogs', ['logs:DescribeLogGroups'], here('logs', 'log-group:*')),
  ),
);

const FOR_PIPELINES = {
  Principal: { AWS: sub('arn:${AWS::Partition}:iam::${AWS::AccountId}:root') },
  Condition: { ArnLike: { 'aws:PrincipalArn': iamHere(`role/${NAMES.pipelineRolePrefix}*`) } },
};

/**
 * The role with which tools plan applications. It is read-only, because commands of the repository run before an
 * approval. A pipeline that plans lets it read secrets.
 */
export const PLAN = role(
  NAMES.planRole,
  'Role with which tools plan the application of the environment',
  FOR_PIPELINES,
  {
    ManagedPolicyArns: [sub('arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess')],
    PermissionsBoundary: { Ref: 'Boundary' },
  },
);

/**
 * The role with which tools other than CloudFormation deploy applications: with the same policy and permissions
 * boundary.
 */
export const APPLICATION = role(
  NAMES.applicationRole,
  'Role with which tools deploy the application of the environment',
  FOR_PIPELINES,
  {
    ManagedPolicyArns: [{ Ref: 'ExecutionPolicy' }],
    PermissionsBoundary: { Ref: 'Boundary' },
  },
);
