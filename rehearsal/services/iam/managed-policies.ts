import type { PolicyDocument, Statement } from '../../core/policy-document';

const ANYTHING = { Resource: '*' } as const;

function policy(...statements: Partial<Statement>[]): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: statements.map(statement => ({ Effect: 'Allow', ...ANYTHING, ...statement })),
  };
}

const LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];

/** Services with read actions in the managed policies; AWS's own list has hundreds. */
const READ_ONLY = [
  'account:Get*',
  'account:List*',
  'cloudformation:Describe*',
  'cloudformation:Detect*',
  'cloudformation:Estimate*',
  'cloudformation:Get*',
  'cloudformation:List*',
  'cloudformation:ValidateTemplate',
  'codecommit:BatchGet*',
  'codecommit:Describe*',
  'codecommit:Get*',
  'codecommit:GitPull',
  'codecommit:List*',
  'codepipeline:Get*',
  'codepipeline:List*',
  'dynamodb:BatchGet*',
  'dynamodb:Describe*',
  'dynamodb:Get*',
  'dynamodb:List*',
  'dynamodb:PartiQLSelect',
  'dynamodb:Query',
  'dynamodb:Scan',
  'ec2:Describe*',
  'ec2:Get*',
  'ec2:SearchTransitGatewayRoutes',
  'events:Describe*',
  'events:List*',
  'events:Test*',
  'iam:Generate*',
  'iam:Get*',
  'iam:List*',
  'iam:Simulate*',
  'kms:Describe*',
  'kms:Get*',
  'kms:List*',
  'lambda:Get*',
  'lambda:List*',
  'organizations:Describe*',
  'organizations:List*',
  'rds:Describe*',
  'rds:Download*',
  'rds:List*',
  's3:Get*',
  's3:List*',
  'ssm:Describe*',
  'ssm:Get*',
  'ssm:List*',
  'states:Describe*',
  'states:GetExecutionHistory',
  'states:List*',
  'sts:GetAccessKeyInfo',
  'sts:GetCallerIdentity',
  'sts:GetSessionToken',
];

/** AWS managed policies by the name after `policy/`, restricted to the simulated services. */
export const AWS_MANAGED_POLICIES: Readonly<Record<string, PolicyDocument | undefined>> = {
  'AdministratorAccess': policy({ Action: '*' }),
  'PowerUserAccess': policy(
    { NotAction: ['iam:*', 'organizations:*', 'account:*'] },
    {
      Action: [
        'account:GetAccountInformation',
        'account:GetGovCloudAccountInformation',
        'account:GetPrimaryEmail',
        'account:ListRegions',
        'iam:CreateServiceLinkedRole',
        'iam:DeleteServiceLinkedRole',
        'iam:ListRoles',
        'organizations:DescribeEffectivePolicy',
        'organizations:DescribeOrganization',
      ],
    },
  ),
  'IAMFullAccess': policy({
    Action: [
      'iam:*',
      'organizations:DescribeAccount',
      'organizations:DescribeOrganization',
      'organizations:DescribeOrganizationalUnit',
      'organizations:DescribePolicy',
      'organizations:ListChildren',
      'organizations:ListParents',
      'organizations:ListPoliciesForTarget',
      'organizations:ListRoots',
      'organizations:ListPolicies',
      'organizations:ListTargetsForPolicy',
    ],
  }),
  'ReadOnlyAccess': policy({ Action: READ_ONLY }),
  'AWSCloudFormationReadOnlyAccess': policy({
    Action: [
      'cloudformation:Describe*',
      'cloudformation:EstimateTemplateCost',
      'cloudformation:Get*',
      'cloudformation:List*',
      'cloudformation:ValidateTemplate',
      'cloudformation:Detect*',
    ],
  }),
  'AWSOrganizationsReadOnlyAccess': policy({
    Action: [
      'organizations:Describe*',
      'organizations:List*',
      'account:GetAlternateContact',
      'account:GetContactInformation',
      'account:ListRegions',
      'account:GetRegionOptStatus',
      'account:GetPrimaryEmail',
    ],
  }),
  'AmazonS3FullAccess': policy({ Action: ['s3:*', 's3-object-lambda:*'] }),
  'AmazonS3ReadOnlyAccess': policy({
    Action: ['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*'],
  }),
  'service-role/AWSLambdaBasicExecutionRole': policy({ Action: LOGS }),
  'service-role/AWSLambdaVPCAccessExecutionRole': policy({
    Action: [
      ...LOGS,
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ],
  }),
};
