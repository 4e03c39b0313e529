import { Stack } from 'aws-cdk-lib';
import { BASELINE } from '../../lambda/account/baseline';
import { OrganizationAccessRole } from '../../src';
import { CICD_ACCOUNT, Cicd, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, REGION, quickApp } from '../fixtures/app';
import { pipelineTemplateOf, templateOf } from '../fixtures/assembly';
import { actionsOf, list } from '../fixtures/policies';
import { sdkActionsOf } from '../fixtures/sdk-commands';

const app = quickApp();
const environment = new Cicd(app).environment();
const management = new Stack(app, 'Management', { env: { account: MANAGEMENT_ACCOUNT, region: REGION } });
new OrganizationAccessRole(management, 'Access', { cicdAccountId: CICD_ACCOUNT, organizationId: ORGANIZATION_ID });
const assembly = app.synth();

const cicd = templateOf(assembly);
const managing = templateOf(assembly, 'Management');
const member = pipelineTemplateOf(assembly, environment.pipeline);

const LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const READ = ['dynamodb:GetItem'];
const PUT = [...READ, 'dynamodb:PutItem'];
const RECORDS = ['dynamodb:BatchGetItem', ...PUT, 'dynamodb:DeleteItem'];
const KEY = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'];
const BUCKET = ['s3:GetBucketAcl', 's3:GetBucketLocation', 's3:GetBucketVersioning'];
const ENTER = 'sts:AssumeRole';
const AWAITED = 'cloudformation:DescribeStackResources';
const MERGES = [
  'codecommit:GetMergeConflicts', 'codecommit:MergeBranchesByFastForward', 'codecommit:MergeBranchesByThreeWay',
];
const PICKS = [
  'codecommit:BatchGetCommits',
  'codecommit:CreatePullRequest', 'codecommit:CreateUnreferencedMergeCommit', 'codecommit:GetBlob',
  'codecommit:GetDifferences',
];
const BRANCHES = [
  'codecommit:AssociateApprovalRuleTemplateWithRepository', 'codecommit:CreateApprovalRuleTemplate',
  'codecommit:DeleteApprovalRuleTemplate', 'codecommit:DisassociateApprovalRuleTemplateFromRepository',
  'codecommit:GetApprovalRuleTemplate', 'codecommit:ListAssociatedApprovalRuleTemplatesForRepository',
  'codecommit:UpdateApprovalRuleTemplateContent',
  'codecommit:CreateBranch',
  'codecommit:CreateCommit', 'codecommit:CreateRepository', 'codecommit:DeleteBranch',
  'codecommit:GetBranch',
  'codecommit:GetFile', 'codecommit:GetFolder', 'codecommit:GetMergeOptions', 'codecommit:GetPullRequest',
  'codecommit:ListBranches', 'codecommit:ListPullRequests',
];
/** What git does, which is no operation of the SDK. */
const GIT = ['codecommit:GitPull', 'codecommit:GitPush'];
const OPERATE = [
  'codebuild:StopBuild', 'codepipeline:DisableStageTransition', 'codepipeline:EnableStageTransition',
  'codepipeline:GetPipelineState',
  'codepipeline:ListPipelineExecutions', 'codepipeline:StartPipelineExecution', 'codepipeline:StopPipelineExecution',
];
const IMAGES = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
/** Through the role of the bootstrap that publishes images. */
const PUBLISH_IMAGES = [
  'BatchCheckLayerAvailability', 'CompleteLayerUpload', 'DescribeImages', 'InitiateLayerUpload', 'PutImage',
  'UploadLayerPart',
].map(action => `ecr:${action}`);
const ARTIFACTS = ['s3:DeleteObject', 's3:ListBucket'];
const ACCOUNTS = [
  'account:PutAccountName', 'organizations:CreateAccount', 'organizations:DescribeAccount',
  'organizations:DescribeCreateAccountStatus',
  'organizations:ListAccounts', 'organizations:ListCreateAccountStatus', 'organizations:ListDelegatedAdministrators',
  'organizations:ListOrganizationalUnitsForParent', 'organizations:ListParents',
  'organizations:ListRoots', 'organizations:ListTagsForResource', 'organizations:MoveAccount',
  'organizations:TagResource', 'organizations:UntagResource',
  'servicequotas:GetServiceQuota',
];

/** Only with the features of the access role. */
const FEATURES = [
  'account:AcceptPrimaryEmailUpdate', 'account:EnableRegion', 'account:GetAlternateContact',
  'account:GetRegionOptStatus', 'account:PutAlternateContact', 'account:StartPrimaryEmailUpdate',
  'organizations:CloseAccount', 'organizations:CreateOrganizationalUnit', 'organizations:DeleteOrganizationalUnit',
  'organizations:DescribeOrganizationalUnit',
];
/** Through the access role of the account. */
const IN_THE_ACCOUNT = ['iam:CreateAccountAlias', 'iam:ListAccountAliases'];

test.each([
  ['org-environments-access', managing, [...ACCOUNTS, ENTER]],
  ['org-environments-account-provider', cicd, [
    ...LOGS, ...RECORDS, 'dynamodb:UpdateItem', 'codecommit:GetBranch', 'codecommit:GetFolder',
    'codecommit:ListBranches', ENTER, AWAITED, 'cloudformation:DescribeStackEvents',
    'cloudformation:DescribeStacks', 'organizations:DescribeOrganization',
  ]],
  ['org-environments-branch-provider', cicd, [...LOGS, ...RECORDS, 'dynamodb:Query', ...BRANCHES, ...GIT, AWAITED]],
  [
    'org-environments-stack-provider',
    cicd,
    [
      ...LOGS, ...RECORDS, ENTER, 's3:GetObject', ...IMAGES, 'cloudformation:DescribeStackEvents',
      'cloudformation:DescribeStacks', AWAITED,
    ],
  ],
  [
    'org-environments-pipeline-provider',
    cicd,
    [
      ...LOGS, ...RECORDS, ENTER, 's3:GetObject', 'cloudformation:DescribeStackEvents', 'cloudformation:DescribeStacks',
      AWAITED,
    ],
  ],
  ['org-environments-entry', cicd, [...LOGS, ...PUT, 'states:StartExecution', 'events:PutEvents']],
  [
    'org-environments-operations',
    cicd,
    [
      ...LOGS, ...PUT, 'dynamodb:DeleteItem', 'dynamodb:Query', 'codecommit:GetCommit', 'events:PutEvents', ENTER,
      'lambda:InvokeFunction', 'states:StartExecution',
      // releases
      'codecommit:GetFolder', 'codecommit:GetMergeOptions',
      // backports of pull requests
      'codecommit:GetPullRequest',
      // the map
      'codecommit:BatchGetCommits', 'codecommit:GetBlob', 'codecommit:GetBranch', 'codecommit:GetDifferences',
    ],
  ],
  ['org-environments-trigger', cicd, [
    ...LOGS, 'codecommit:GetBranch', ...READ, ENTER, 'sqs:SendMessage', 'lambda:InvokeFunction',
  ]],
  ['org-environments-deployments', cicd, [
    ...LOGS, 'codecommit:GetCommit', ...PUT, 'events:PutEvents', 'sqs:SendMessage',
  ]],
  ['/org-environments-source/', cicd, [
    'codecommit:CancelUploadArchive', 'codecommit:GetBranch', 'codecommit:GetCommit',
    'codecommit:GetUploadArchiveStatus', 'codecommit:UploadArchive',
    ...KEY, 's3:PutObject', 's3:PutObjectAcl',
  ]],
  ['org-environments-pipeline-run', member, [
    'codebuild:BatchGetBuilds', 'codebuild:StartBuild', ...KEY, ...BUCKET, 's3:GetObject', 's3:GetObjectVersion',
    's3:PutObject',
    // only with a topic for approvals
    'sns:Publish', ENTER,
  ]],
  [
    'org-environments-pipeline-synth',
    member,
    [...KEY, ...LOGS, ...BUCKET, 's3:GetObject', 's3:GetObjectVersion', 's3:PutObject', ENTER],
  ],
  [
    'org-environments-pipeline-check',
    member,
    [...KEY, ...LOGS, ...BUCKET, 's3:GetObject', 's3:GetObjectVersion', ENTER],
  ],
  [
    'org-environments-pipeline-deploy',
    member,
    [...KEY, ...LOGS, ...BUCKET, 's3:GetObject', 's3:GetObjectVersion', 's3:PutObject', ENTER],
  ],
  ['org-environments-pipeline-events', member, ['events:PutEvents']],
  ['org-environments-pipeline-start', member, ['codepipeline:StartPipelineExecution']],
  ['org-environments-pipeline-operate', member, [...OPERATE, ...ARTIFACTS]],
])('the role %s allows exactly the actions that it needs', (roleName, template, actions) => {
  expect(actionsOf(template, roleName)).toEqual([...actions].sort());
});

describe('the roles of each handler allow exactly the actions that it calls', () => {
  test.each([
    // starting a clean, if there are account pools
    ['account', 'account', [
      'organizations:DescribeOrganization', ...ACCOUNTS, ...FEATURES, ...IN_THE_ACCOUNT, 's3:GetObject',
      'states:StartExecution',
    ]],
    ['branch', 'branch', []],
    [
      'way to repositories', 'sources',
      // credentials are read only by an organization that names them
      [...BRANCHES, 'codecommit:GetCommit', ...MERGES, ...PICKS, 'secrets-manager:GetSecretValue'],
    ],
    // writing templates and assets into an account is done through the bootstrap's roles there
    // and deleting artifacts through the role for that
    ['stack', 'stack', ['s3:GetObject', 's3:PutObject', ...IMAGES, ...PUBLISH_IMAGES]],
    // invoking the functions of releases, if there are blue/green environments
    ['pipeline', 'pipeline', ['lambda:InvokeFunction', ...ARTIFACTS]],
    [
      'operations of the CICD stack', 'cloudformation/cicd-stack.ts',
      ['cloudformation:DescribeStackEvents', 'cloudformation:DescribeStacks'],
    ],
    ['way of templates', 'cloudformation/accounts.ts', ['s3:GetObject', 's3:PutObject']],
    ['operations', 'operations', ['lambda:InvokeFunction', 'states:StartExecution']],
    ['way to release machines', 'shared/release-machine.ts', ['states:StartExecution']],
    // through the role that is there for it in the account of the pipeline
    ['way to halt pipelines', 'pipeline-control/aws.ts', OPERATE],
    // starting a pipeline is done through the start role there
    ['trigger', 'trigger', ['codepipeline:StartPipelineExecution', 'lambda:InvokeFunction']],
    ['deployments', 'deployments', []],
    ['check of the status in CloudFormation', 'shared/cfn-status.ts', [AWAITED]],
    [
      'registry',
      'registry/table.ts',
      [...RECORDS, 'dynamodb:Query', 'dynamodb:TransactWriteItems', 'dynamodb:UpdateItem'],
    ],
    ['entry', 'entry', ['states:StartExecution']],
    ['way into other accounts', 'shared/assume-role.ts', [ENTER]],
  ])('by the %s', (_, place, actions) => {
    expect(sdkActionsOf(place)).toEqual([...actions].sort());
  });
});

describe('in every account', () => {
  const bucket = BASELINE.Resources.ArtifactBucketPolicy.Properties.PolicyDocument.Statement;
  const execution = BASELINE.Resources.ExecutionPolicy.Properties.PolicyDocument.Statement;
  const boundary = BASELINE.Resources.Boundary.Properties.PolicyDocument.Statement;
  const always = (statements: typeof execution) => statements.filter(entry => entry['Fn::If'] === undefined);
  const statement = (sid: string) => execution.find(({ Sid }) => Sid === sid);
  const arns = (resource: unknown) => list(resource).map(
    arn => (arn as { 'Fn::Sub': string })['Fn::Sub'].replace(/\$\{AWS::Partition\}/g, 'aws'),
  );

  test('the artifact bucket lets the CICD account write source artifacts over TLS, and read nothing', () => {
    expect(bucket.map(({ Sid, Effect, Action }) => ({ Sid, Effect, Action }))).toEqual([
      { Sid: 'TlsOnly', Effect: 'Deny', Action: 's3:*' },
      { Sid: 'SourceRoles', Effect: 'Allow', Action: ['s3:PutObject', 's3:PutObjectAcl'] },
    ]);
    const [tls, roles] = bucket;
    expect(tls).toMatchObject({ Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    expect(arns(tls?.Resource)).toEqual(
      ['', '/*'].map(end => `arn:aws:s3:::org-environments-artifacts-\${AWS::AccountId}-\${AWS::Region}${end}`),
    );
    expect(arns(roles?.Resource)).toEqual([
      'arn:aws:s3:::org-environments-artifacts-${AWS::AccountId}-${AWS::Region}/*/Source/*',
    ]);
    expect(JSON.stringify(roles?.Condition)).toBe('{"ArnLike":{"aws:PrincipalArn":{"Fn::Sub":'
      + '"arn:${AWS::Partition}:iam::${CicdAccount}:role/org-environments-source/${AWS::AccountId}/*"}}}');
  });

  test('the execution policy allows services and roles, and denies changes of what this library manages', () => {
    expect(always(execution).map(({ Sid, Effect }) => `${Effect} ${Sid}`)).toEqual([
      'Allow Services', 'Allow Roles', 'Deny NoAdministrators', 'Deny AccessRoles', 'Deny Bootstrap',
      'Deny BootstrapResources', 'Deny Artifacts', 'Deny Trail', 'Deny LeaveOrganization', 'Deny Builds',
      'Deny Pipeline', 'Deny Events', 'Deny PassRoles',
    ]);
  });

  test('the policies deny identities without the boundary, and changes of trails, only where it is required', () => {
    for (const statements of [execution, boundary]) {
      expect(statements.flatMap(({ 'Fn::If': choice }) => choice ? [[choice[0], choice[1].Sid, choice[2]]] : []))
        .toEqual(['Boundary', 'NoBoundary', 'Trails'].map(sid => ['RequireBoundary', sid, { Ref: 'AWS::NoValue' }]));
    }
  });

  test('the policies have at most the 6,144 characters that IAM allows, with the longest names', () => {
    const names = {
      'AWS::Region': 'ap-northeast-1',
      'AWS::AccountId': '1'.repeat(12),
      'AWS::Partition': 'aws-us-gov',
      'AccessRoleName': 'r'.repeat(64),
    };
    for (const statements of [execution, boundary]) {
      const all = statements.map(entry => entry['Fn::If']?.[1] ?? entry);
      const text = Object.entries(names).reduce(
        (policy, [name, value]) => policy.replaceAll(`\${${name}}`, value),
        JSON.stringify(all).replace(/\{"Fn::Sub":("[^"]*")\}/g, '$1'),
      );
      expect(text).not.toContain('Fn::');
      expect(text.length).toBeLessThan(6_000);
    }
  });

  test('the roles of the bootstrap have the same boundary, except for passing the role of CloudFormation', () => {
    const [all, ...guard] = always(boundary);
    expect(all).toMatchObject({ Effect: 'Allow', Action: '*', Resource: '*' });
    expect(guard.slice(0, -1)).toEqual(always(execution).slice(3, -1));
    expect(arns(guard.at(-1)?.Resource)).toEqual(
      ['role/${AccessRoleName}', 'role/org-environments-*'].map(name => `arn:aws:iam::\${AWS::AccountId}:${name}`),
    );
  });

  test('the execution policy forbids applications to create administrators', () => {
    const denied = statement('NoAdministrators');
    expect(denied).toMatchObject({ Action: 'iam:AttachRolePolicy', Resource: '*' });
    expect(arns(denied?.Condition?.ArnLike?.['iam:PolicyARN'])).toEqual([
      'arn:aws:iam::aws:policy/AdministratorAccess', 'arn:aws:iam::aws:policy/IAMFullAccess',
    ]);
  });

  test('the execution policy forbids applications to change access roles or their own permissions', () => {
    const denied = statement('AccessRoles');
    expect(denied?.Action).toEqual([
      'Add*', 'Attach*', 'Create*', 'Delete*', 'Detach*', 'Put*', 'Set*', 'Tag*', 'Untag*', 'Update*',
    ]
      .map(action => `iam:${action}`));
    const roles = ['role/${AccessRoleName}', 'role/org-environments-*', 'role/cdk-*-role-${AWS::AccountId}-*'];
    expect(arns(statement('PassRoles')?.Resource)).toEqual(
      roles.map(name => `arn:aws:iam::\${AWS::AccountId}:${name}`),
    );
    expect(arns(denied?.Resource)).toEqual([...roles, 'policy/org-environments-*']
      .map(name => `arn:aws:iam::\${AWS::AccountId}:${name}`));
  });
});
