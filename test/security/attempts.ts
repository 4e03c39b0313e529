import { BOOTSTRAP_ROLES, bootstrapRole, bucketOf, inCicd, inProd, on, roleIn } from './attempt';
import type { Attempt, Target } from './attempt';
import { SHARED } from './shared-attempts';
import { TRAFFIC_PARAMETER } from './target-app';
import { CICD_ACCOUNT, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, REGION } from '../fixtures/app';

const sourceOf = (target: Target): string => `${bucketOf(target)}/prod/Source/abc`;
const artifact = (arn: string) => ({ 'kms:EncryptionContext:aws:s3:arn': arn });
const BUS = inCicd('events', 'event-bus/org-environments');

const SOURCE: readonly Attempt[] = [
  {
    what: 'Assume the role through which the pipeline of `prod` reads the repository',
    why: 'it trusts the role `org-environments-pipeline-run` of the account of `prod` only',
    needs: ({ sourceRoleArn }) => on(sourceRoleArn, 'sts:AssumeRole'),
  },
  {
    what: 'Read the repository directly',
    why: 'CodeCommit has no access for other accounts; only source roles may read',
    needs: ({ repositoryArn }) => on(repositoryArn, [
      'codecommit:GetBranch', 'codecommit:GetFile', 'codecommit:GitPull', 'codecommit:UploadArchive',
    ]),
  },
  {
    what: 'Push to the branch of `prod`, or move it',
    why: 'CodeCommit has no access for other accounts, and source roles may not write',
    needs: ({ repositoryArn }) => on(repositoryArn, [
      'codecommit:GitPush', 'codecommit:CreateCommit', 'codecommit:DeleteBranch', 'codecommit:UpdateDefaultBranch',
    ]),
  },
  {
    what: 'Put a source artifact into the bucket of `prod`, or replace one',
    why: 'the bucket admits source roles with the account of `prod` in their path only',
    needs: target => on(sourceOf(target), ['s3:PutObject', 's3:PutObjectAcl']),
  },
  {
    what: 'Read, list or delete the artifacts of `prod`',
    why: 'the bucket admits no other account to read, not even source roles',
    needs: target => [
      ...on(sourceOf(target), ['s3:GetObject', 's3:DeleteObject']), ...on(bucketOf(target), 's3:ListBucket'),
    ],
  },
  {
    what: 'Open the bucket of `prod`: change its policy or its encryption',
    why: 'only the account of `prod` may',
    needs: target => on(bucketOf(target), ['s3:PutBucketPolicy', 's3:PutEncryptionConfiguration', 's3:DeleteBucket']),
  },
  {
    what: 'Encrypt or decrypt artifacts of `prod` with the artifact key',
    why: 'the key admits a pipeline for the bucket of its own account only (encryption context)',
    needs: target => [bucketOf(target), sourceOf(target)].flatMap(arn =>
      on(target.keyArn, ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'], artifact(arn))),
  },
  {
    what: 'Use the artifact key for other things: without an encryption context, or for other buckets',
    why: 'the encryption context must be the bucket of the own account',
    needs: ({ keyArn }) => [undefined, artifact('arn:aws:s3:::any')].flatMap(context =>
      on(keyArn, ['kms:Decrypt', 'kms:GenerateDataKey'], context)),
  },
  {
    what: 'Take over the artifact key: change its policy, grant it, delete it',
    why: 'only the CICD account may',
    needs: ({ keyArn }) => on(keyArn, ['kms:PutKeyPolicy', 'kms:CreateGrant', 'kms:ScheduleKeyDeletion']),
  },
];

const MESSAGES: readonly Attempt[] = [
  {
    what: 'Publish a request for an approval to the approval topic of `prod`',
    why: 'the topic admits the pipelines of the accounts that use it only',
    needs: ({ topicArn }) => on(topicArn, 'sns:Publish'),
  },
  {
    what: 'Subscribe to the approval topic of `prod`, or change its policy',
    why: 'only the CICD account may',
    needs: ({ topicArn }) => on(topicArn, ['sns:Subscribe', 'sns:SetTopicAttributes', 'sns:DeleteTopic']),
  },
  {
    what: 'Send events to the bus that look as if they were verified',
    why: 'the bus admits the source `aws.codepipeline` only, which only AWS can send',
    needs: () => ['lambda', 'org-environments', 'aws.codecommit'].flatMap(source =>
      on(BUS, 'events:PutEvents', { 'events:source': [source], 'events:detail-type': 'any' })),
  },
  {
    what: 'Change the bus or its rules',
    why: 'only the CICD account may',
    needs: () => [
      ...on(BUS, ['events:PutPermission', 'events:DeleteEventBus']),
      ...on(inCicd('events', 'rule/org-environments/any'), [
        'events:PutRule', 'events:PutTargets', 'events:DisableRule',
      ]),
    ],
  },
];

const CICD: readonly Attempt[] = [
  {
    what: 'Assume a role of the functions of the CICD account',
    why: 'they trust services, and functions of the CICD account, only',
    needs: ({ providerRoleArns }) => on(providerRoleArns, 'sts:AssumeRole'),
  },
  {
    what: 'Assume a role of the CDK bootstrap of the CICD account',
    why: 'they trust the CICD account only',
    needs: () => on(BOOTSTRAP_ROLES.map(kind => bootstrapRole(CICD_ACCOUNT, kind)), 'sts:AssumeRole'),
  },
  {
    what: 'Invoke the functions: forge a request of CloudFormation, halt or resume a pipeline, record a deployment',
    why: 'the policies of the functions admit rules of the CICD account only',
    needs: ({ functionArns }) => on(functionArns, ['lambda:InvokeFunction', 'lambda:UpdateFunctionCode']),
  },
  {
    what: 'Start a state machine, or answer for it: the waiter, releases, backports, cleans',
    why: 'a state machine has no access for other accounts',
    needs: ({ stateMachineArns }) =>
      on(stateMachineArns, ['states:StartExecution', 'states:SendTaskSuccess', 'states:UpdateStateMachine']),
  },
  {
    what: 'Answer CloudFormation in place of the entry function',
    why: 'the address of the answer is a secret in the registry, and signals are for the CICD account only',
    needs: ({ registryArn }) => [
      ...on(registryArn, 'dynamodb:GetItem', { 'dynamodb:LeadingKeys': ['response#1'] }),
      ...on(inCicd('cloudformation', 'stack/Cicd/1'), 'cloudformation:SignalResource'),
    ],
  },
  {
    what: 'Read the registry, or take the lease of `prod`',
    why: 'the table has no access for other accounts',
    needs: ({ registryArn }) =>
      on(registryArn, ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:DeleteItem']),
  },
  {
    what: 'Read the parameter of the organization, the queue of missed events and the logs',
    why: 'they have no access for other accounts',
    needs: ({ parameterArn, queueArn }) => [
      ...on(parameterArn, ['ssm:GetParameter', 'ssm:PutParameter']),
      ...on(queueArn, ['sqs:ReceiveMessage', 'sqs:SendMessage']),
      ...on(inCicd('logs', 'log-group:Cicd-any:*'), 'logs:GetLogEvents'),
    ],
  },
  {
    what: 'Replace a template or the code of a function among the assets of the CICD account',
    why: 'the bucket and the repository of the bootstrap have no access for other accounts',
    needs: () => [
      ...on(`arn:aws:s3:::cdk-hnb659fds-assets-${CICD_ACCOUNT}-${REGION}/any`, ['s3:GetObject', 's3:PutObject']),
      ...on(inCicd('ecr', `repository/cdk-hnb659fds-container-assets-${CICD_ACCOUNT}-${REGION}`), [
        'ecr:PutImage', 'ecr:BatchGetImage',
      ]),
    ],
  },
  {
    what: 'Change the traffic of a blue/green environment',
    why: 'the parameter has no access for other accounts, and its role trusts the function of the releases only',
    needs: ({ providerRoleArns }) => [
      ...on(inCicd('ssm', `parameter${TRAFFIC_PARAMETER}`), ['ssm:PutParameter', 'ssm:DeleteParameter']),
      ...on(providerRoleArns.filter(arn => arn.includes('/org-environments-release/')), 'sts:AssumeRole'),
    ],
  },
  {
    what: 'Change the stack of the CICD account',
    why: 'a stack has no access for other accounts',
    needs: () => on(inCicd('cloudformation', 'stack/Cicd/1'), [
      'cloudformation:UpdateStack', 'cloudformation:DeleteStack',
    ]),
  },
  {
    what: 'Pass a role of the CICD account to a service of the own account',
    why: 'a role can be passed in its own account only',
    needs: ({ providerRoleArns, sourceRoleArn }) => on([...providerRoleArns, sourceRoleArn], 'iam:PassRole'),
  },
  {
    what: 'Change the roles of the CICD account: their trust, their permissions or their boundary',
    why: 'only the CICD account may',
    needs: ({ providerRoleArns, sourceRoleArn }) => on([...providerRoleArns, sourceRoleArn], [
      'iam:UpdateAssumeRolePolicy', 'iam:PutRolePolicy', 'iam:DeleteRolePermissionsBoundary',
    ]),
  },
];

const PROD: readonly Attempt[] = [
  {
    what: 'Assume the roles that deploy, start or operate the pipeline of `prod`',
    why: 'they trust roles of the CICD account only',
    needs: ({ accountId }) => on([
      `org-environments-deployer-${REGION}`,
      `org-environments-deployer-execution-${REGION}`,
      'org-environments-pipeline-start',
      'org-environments-pipeline-operate',
    ].map(name => roleIn(accountId, name)), 'sts:AssumeRole'),
  },
  {
    what: 'Assume the roles that run the pipeline of `prod`, plan or apply its application',
    why: 'they trust services for their own account, or the pipeline of their own account only',
    needs: ({ accountId }) => on([
      'org-environments-pipeline-run',
      'org-environments-pipeline-deploy',
      `org-environments-plan-${REGION}`,
      `org-environments-application-${REGION}`,
    ].map(name => roleIn(accountId, name)), 'sts:AssumeRole'),
  },
  {
    what: 'Assume a role of the CDK bootstrap of `prod`',
    why: 'they trust their own account and the CICD account only',
    needs: ({ accountId }) => on(BOOTSTRAP_ROLES.map(kind => bootstrapRole(accountId, kind)), 'sts:AssumeRole'),
  },
  {
    what: 'Assume the access role of the account of `prod`',
    why: 'it trusts the management account only',
    needs: ({ accountId }) => on(roleIn(accountId, 'OrganizationAccountAccessRole'), 'sts:AssumeRole'),
  },
  {
    what: 'Approve, start, stop or roll back the pipeline of `prod`',
    why: 'a pipeline has no access for other accounts',
    needs: target => on(inProd(target, 'codepipeline', 'prod'), [
      'codepipeline:PutApprovalResult', 'codepipeline:StartPipelineExecution', 'codepipeline:StopPipelineExecution',
      'codepipeline:RollbackStage', 'codepipeline:UpdatePipeline',
    ]),
  },
  {
    what: 'Run or change the builds of `prod`',
    why: 'a project has no access for other accounts',
    needs: target => on(inProd(target, 'codebuild', 'project/org-environments-deploy'), [
      'codebuild:StartBuild', 'codebuild:UpdateProject', 'codebuild:BatchGetBuilds',
    ]),
  },
  {
    what: 'Change the baseline, the bootstrap or the pipeline stack of `prod`',
    why: 'a stack has no access for other accounts',
    needs: target => on(
      ['org-environments-baseline', 'CDKToolkit', 'org-environments-pipeline-prod']
        .map(name => inProd(target, 'cloudformation', `stack/${name}/1`)),
      ['cloudformation:UpdateStack', 'cloudformation:DeleteStack', 'cloudformation:SetStackPolicy'],
    ),
  },
  {
    what: 'Change the execution policy or the boundary of `prod`',
    why: 'a policy can be changed by its own account only',
    needs: ({ accountId }) => on(
      ['execution', 'boundary'].map(name => `arn:aws:iam::${accountId}:policy/org-environments-${name}-${REGION}`),
      ['iam:CreatePolicyVersion', 'iam:DeletePolicy'],
    ),
  },
  {
    what: 'Read secrets and parameters of `prod`',
    why: 'they have no access for other accounts',
    needs: target => [
      ...on(inProd(target, 'secretsmanager', 'secret:any'), 'secretsmanager:GetSecretValue'),
      ...on(inProd(target, 'ssm', 'parameter/any'), 'ssm:GetParameter'),
    ],
  },
];

const organizationArn = (resource: string): string =>
  `arn:aws:organizations::${MANAGEMENT_ACCOUNT}:${resource}`;

const MANAGEMENT: readonly Attempt[] = [
  {
    what: 'Assume the role in the management account, with the right external id',
    why: 'it trusts the account provider of the CICD account only',
    needs: () => on(
      roleIn(MANAGEMENT_ACCOUNT, 'org-environments-access'), 'sts:AssumeRole', { 'sts:ExternalId': ORGANIZATION_ID },
    ),
  },
  {
    what: 'Move the own account or `prod` to another organizational unit',
    why: 'only the management account may, and who assumes the role there',
    needs: ({ accountId }) =>
      on(organizationArn(`account/${ORGANIZATION_ID}/${accountId}`), 'organizations:MoveAccount'),
  },
  {
    what: 'Forge the tag by which the registry knows an account',
    why: 'only the management account may tag accounts, and who assumes the role there',
    needs: ({ accountId }) => on(
      organizationArn(`account/${ORGANIZATION_ID}/${accountId}`),
      ['organizations:TagResource', 'organizations:UntagResource'],
      { 'aws:RequestTag/org-environments:registry-key': 'forged', 'aws:TagKeys': ['org-environments:registry-key'] },
    ),
  },
  {
    what: 'Create, change or delete organizational units',
    why: 'only the management account may, and who assumes the role there',
    needs: () => on(organizationArn(`ou/${ORGANIZATION_ID}/ou-ab12-cdefgh34`), [
      'organizations:CreateOrganizationalUnit', 'organizations:DeleteOrganizationalUnit',
      'organizations:UpdateOrganizationalUnit',
    ]),
  },
  {
    what: 'Change the contacts, the regions or the root e-mail of the account of `prod`',
    why: 'only the management account and the account itself may',
    needs: ({ accountId }) => on(
      `arn:aws:account::${MANAGEMENT_ACCOUNT}:account/${ORGANIZATION_ID}/${accountId}`,
      [
        'account:PutAlternateContact', 'account:EnableRegion', 'account:DisableRegion',
        'account:StartPrimaryEmailUpdate', 'account:AcceptPrimaryEmailUpdate',
      ],
    ),
  },
  {
    what: 'Close, rename or remove the account of `prod`',
    why: 'only the management account and the account itself may',
    needs: ({ accountId }) => [
      ...on(organizationArn(`account/${ORGANIZATION_ID}/${accountId}`), [
        'organizations:CloseAccount', 'organizations:RemoveAccountFromOrganization',
      ]),
      ...on(`arn:aws:account::${MANAGEMENT_ACCOUNT}:account/${ORGANIZATION_ID}/${accountId}`, 'account:PutAccountName'),
    ],
  },
];

/** The attempts by what they aim at. */
export const ATTEMPTS: Readonly<Record<string, readonly Attempt[]>> = {
  'Repository and artifacts': SOURCE,
  'Approvals and notifications': MESSAGES,
  'The CICD account': CICD,
  'Another environment': [...PROD, ...SHARED],
  'The management account': MANAGEMENT,
};
