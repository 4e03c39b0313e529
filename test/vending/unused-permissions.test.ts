import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tags } from 'aws-cdk-lib';
import { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { orgEnvironments, signedIn } from './command-line';
import { IN_REAL_TIME, reasons, Harness } from './harness';
import { RELEASE, releasePipeline, settings } from './release-app';
import { pipelinesIdle } from '../../cli/run/pipeline-runs';
import { unusedPermissions } from '../../rehearsal/assembly/unused-permissions';
import { listOf } from '../../rehearsal/core/policy-document';
import type { Execution } from '../../rehearsal/services/codepipeline/execution';
import type { Account } from '../../src';
import { AccountStack } from '../../src';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

/** The permissions that the app grants and the test does not use, by reason. */
const REASONS: readonly (readonly [reason: string, roles: RegExp, actions: string])[] = [
  [
    'explaining why the access role cannot be assumed, which other tests do',
    /^org-environments-account-provider$/,
    'organizations:DescribeOrganization',
  ],
  [
    'distinguishing a rollback before an account is closed, which other tests do',
    /^org-environments-account-provider$/,
    'cloudformation:DescribeStackEvents cloudformation:DescribeStacks',
  ],
  [
    'finding a creation request whose response was lost',
    /^org-environments-access$/,
    'organizations:ListCreateAccountStatus',
  ],
  [
    'checking an account that exists before it is used, which other tests do',
    /^org-environments-access$/,
    'organizations:ListDelegatedAdministrators',
  ],
  [
    'passing connections to pipelines of repositories outside of AWS, which other tests do',
    /^org-environments-deployer-execution-/,
    'codeconnections:PassConnection',
  ],
  [
    'checking and repairing environments, which other tests do',
    /^org-environments-(branch-provider|operations)$/,
    'codecommit:GetMergeOptions lambda:InvokeFunction states:StartExecution',
  ],
  [
    'renaming, archiving and protecting branches, and start points, which other tests do',
    /^org-environments-branch-provider$/,
    'codecommit:AssociateApprovalRuleTemplateWithRepository codecommit:CreateApprovalRuleTemplate '
    + 'codecommit:DeleteApprovalRuleTemplate codecommit:DisassociateApprovalRuleTemplateFromRepository '
    + 'codecommit:GetApprovalRuleTemplate codecommit:ListAssociatedApprovalRuleTemplatesForRepository '
    + 'codecommit:UpdateApprovalRuleTemplateContent '
    + 'codecommit:DeleteBranch codecommit:GetFolder codecommit:GetPullRequest codecommit:ListPullRequests '
    + 'dynamodb:Query',
  ],
  [
    'creating repositories from templates, which test/vending/repositories does',
    /^org-environments-branch-provider$/,
    'codecommit:CreateRepository codecommit:GitPull codecommit:GitPush',
  ],
  [
    'checking the start points of branches, which other tests do',
    /^org-environments-account-provider$/,
    'codecommit:GetFolder',
  ],
  [
    'releasing blue/green environments and drawing the map, which other tests do',
    /^org-environments-operations$/,
    'codecommit:GetFolder codecommit:BatchGetCommits codecommit:GetBlob codecommit:GetBranch '
    + 'codecommit:GetDifferences codecommit:GetPullRequest',
  ],
  [
    'releasing each commit of a branch, which other tests do',
    /^org-environments-trigger$/,
    'lambda:InvokeFunction',
  ],
  [
    'naming the existing branches when the parent branch does not exist',
    /^org-environments-(account|branch)-provider$/,
    'codecommit:ListBranches',
  ],
  [
    'reading a record again after a concurrent change or a throttled batch',
    /^org-environments-(account|branch|stack)-provider$/,
    'dynamodb:GetItem',
  ],
  [
    'distinguishing another deployment from a repeated deletion when an account cannot be reached',
    /^org-environments-stack-provider$/,
    'cloudformation:DescribeStackEvents cloudformation:DescribeStacks',
  ],
  [
    'distinguishing a rollback before a stack is deleted, which other tests do',
    /^org-environments-pipeline-provider$/,
    'cloudformation:DescribeStackEvents',
  ],
  [
    'attaching networks, which other tests do',
    /^org-environments-transit-provider$/,
    'cloudformation:DescribeStackResources dynamodb:BatchGetItem dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem '
    + 'logs:CreateLogStream logs:PutLogEvents sts:AssumeRole',
  ],
  [
    'sending events that failed three times to the queue',
    /^org-environments-(trigger|deployments)$/,
    'sqs:SendMessage',
  ],
  [
    'giving ranges of address spaces, which test/vending/addresses does',
    /^org-environments-address-provider$/,
    'cloudformation:DescribeStackResources dynamodb:BatchGetItem dynamodb:DeleteItem dynamodb:GetItem '
    + 'dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem ec2:AllocateIpamPoolCidr ec2:GetIpamPoolAllocations '
    + 'ec2:ReleaseIpamPoolAllocation logs:CreateLogStream logs:PutLogEvents sts:AssumeRole',
  ],
  [
    'aborting an upload, and giving the account of the pipeline access to the artifact',
    /SourceRole/,
    'codecommit:CancelUploadArchive s3:PutObjectAcl',
  ],
  [
    'using the key of the artifacts, for which AWS documents all of these',
    /^org-environments-pipeline-|SourceRole/,
    'kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey',
  ],
  [
    'reading the configuration of the artifact bucket',
    /^org-environments-pipeline-/,
    's3:GetBucketAcl s3:GetBucketLocation s3:GetBucketVersioning s3:GetObjectVersion',
  ],
  ['transferring artifacts by CodePipeline itself', /^org-environments-pipeline-run$/, 's3:GetObject s3:PutObject'],
  ['context lookups of an app during synthesis', /^org-environments-pipeline-synth$/, 'sts:AssumeRole'],
  [
    'actions that CloudFormation needs besides the main one, which the rehearsal checks',
    /^org-environments-deployer-execution-/,
    'codebuild:BatchGetProjects codepipeline:DisableStageTransition codepipeline:EnableStageTransition ' +
      'codepipeline:GetPipeline codepipeline:GetPipelineState codepipeline:ListTagsForResource ' +
      'codepipeline:TagResource codepipeline:UntagResource events:DescribeRule events:DisableRule ' +
      'events:EnableRule events:ListTagsForResource events:ListTargetsByRule events:UntagResource ' +
      'iam:AttachRolePolicy iam:DetachRolePolicy iam:GetRole iam:GetRolePolicy iam:ListAttachedRolePolicies ' +
      'iam:ListRolePolicies iam:UntagRole iam:UpdateRole iam:UpdateRoleDescription logs:Describe* ' +
      'logs:DescribeLogGroups logs:Get* logs:List* logs:Tag* logs:Untag*',
  ],
  [
    'creating resources without CloudFormation',
    /^org-environments-application-/,
    'iam:AddRoleToInstanceProfile iam:AttachRolePolicy iam:CreateInstanceProfile iam:CreatePolicy ' +
      'iam:CreatePolicyVersion iam:CreateRole iam:CreateServiceLinkedRole iam:DeleteInstanceProfile ' +
      'iam:DeletePolicy iam:DeletePolicyVersion iam:DeleteRole iam:DeleteRolePolicy ' +
      'iam:DeleteServiceLinkedRole iam:DetachRolePolicy iam:Get* iam:List* iam:PassRole ' +
      'iam:PutRolePermissionsBoundary iam:PutRolePolicy iam:RemoveRoleFromInstanceProfile ' +
      'iam:SetDefaultPolicyVersion iam:TagInstanceProfile iam:TagPolicy iam:TagRole ' +
      'iam:UntagInstanceProfile iam:UntagPolicy iam:UntagRole iam:UpdateAssumeRolePolicy iam:UpdateRole ' +
      'iam:UpdateRoleDescription',
  ],
];

const matches = ([, roles, actions]: typeof REASONS[number], [role, action]: readonly [string, string]): boolean =>
  roles.test(role) && actions.split(' ').includes(action);

const isManagedByAws = (arn: string): boolean => arn.split(':')[4] === 'aws';

const OPERATOR = `arn:aws:iam::${CICD_ACCOUNT}:role/Operator`;

describe('unused permissions of an app', () => {
  let harness: Harness;
  let unused: Record<string, string[]>;

  beforeAll(async () => {
    harness = await Harness.start({ ...IN_REAL_TIME, builds: true, files: RELEASE });
    expect(reasons(await harness.deploy(before))).toBe('');
    await pipelinesIdle(harness.simulation);
    await deployPushHaltAndResume();
    expect(reasons(await harness.deploy(after))).toBe('');
    await pipelinesIdle(harness.simulation);
    unused = unusedPermissions(harness.simulation);
  });
  afterAll(() => harness.stop());

  function app(cicd: Cicd, tags: Record<string, string>): void {
    // the roles that create resources in an account must be allowed to tag them
    for (const [key, value] of Object.entries(tags)) Tags.of(cicd.stack).add(key, value);
    cicd.organization.grantOperate(
      new Role(cicd.stack, 'Operator', { roleName: 'Operator', assumedBy: new AccountPrincipal(CICD_ACCOUNT) }),
    );
  }
  function before(cicd: Cicd): void {
    // the parameters make the template too long to be passed inline
    app(cicd, { team: 'shop', cost: '1', purpose: 'everything that is allowed is used once' });
    const account = cicd.account('dev', { organizationalUnit: 'Workloads/Test', accountTags: { cost: '1' } });
    cicd.environment('dev', { account, pipeline: { definition: releasePipeline() } });
    tools(cicd, account);
    cicd.environment('temporary', { pipeline: { definition: releasePipeline(), enabled: false } });
    const stack = new AccountStack(cicd.stack, 'Shared', {
      organization: cicd.organization,
      account: cicd.account('shared'),
      stackName: 'shared',
    });
    new StringParameter(stack, 'Parameter', { stringValue: 'shared' });
  }
  /** Defines a stack with an image in the account of an environment. */
  function tools(cicd: Cicd, account: Account): void {
    const image = join(harness.folder, 'image');
    mkdirSync(image, { recursive: true });
    writeFileSync(join(image, 'Dockerfile'), 'FROM public.ecr.aws/lambda/nodejs:24\n');
    const stack = new AccountStack(cicd.stack, 'Tools', { organization: cicd.organization, account });
    const { imageUri } = new DockerImageAsset(stack, 'Image', { directory: image });
    new StringParameter(stack, 'Address', { parameterName: '/tools/image', stringValue: imageUri });
  }
  /** Changes one environment and removes the other. */
  function after(cicd: Cicd): void {
    app(cicd, { team: 'shop' });
    const account = cicd.account('dev', { accountName: 'shop-development', organizationalUnit: 'Workloads/Prod' });
    cicd.environment('dev', { account, pipeline: { definition: releasePipeline('echo verified'), approval: true } });
    tools(cicd, account);
  }

  const pairs = () =>
    Object.entries(unused).flatMap(([role, actions]) => actions.map(action => [role, action] as const))
      .filter(([role, action]) => ownActions(role).has(action));
  const latest = (): Execution | undefined =>
    harness.simulation.codepipeline.find(harness.vended['shop-dev'], REGION, 'dev')?.executions[0];
  const cli = async (...args: string[]) =>
    expect(await orgEnvironments(signedIn(harness, OPERATOR), ...args)).toMatchObject({ status: 0 });

  /**
   * Returns the actions that our own policies allow. AWS defines what its managed policies allow, for example
   * ReadOnlyAccess of the role that plans, so their unused actions cannot be removed.
   */
  function ownActions(roleName: string): Set<string> {
    const { iam, organizations: { accounts } } = harness.simulation;
    const roles = accounts.flatMap(({ accountId }) => iam.roleNamed(accountId, roleName) ?? []);
    const documents = roles.flatMap(({ policies, managedPolicyArns }) => [
      ...Object.values(policies),
      ...managedPolicyArns.filter(arn => !isManagedByAws(arn)).flatMap(arn => iam.managedPolicy(arn) ?? []),
    ]);
    return new Set(documents.flatMap(({ Statement }) => Statement).flatMap(({ Action }) => listOf(Action)));
  }

  async function deployPushHaltAndResume(): Promise<void> {
    const commitId = await harness.push('env/dev', settings('1.1.0'));
    while (latest()?.found[0]?.revisionId !== commitId || !latest()?.stages.get('Synth')?.actions.has('Synth')) {
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    await cli('status');
    await cli('halt', '--all', '--reason', 'the till is wrong');
    await pipelinesIdle(harness.simulation);
    await cli('resume', '--all');
    await pipelinesIdle(harness.simulation);
    expect(latest()?.status).toBe('Succeeded');
  }

  test('every unused permission has a known reason', () => {
    expect(pairs().filter(pair => !REASONS.some(reason => matches(reason, pair)))).toEqual([]);
  });

  test.each(REASONS)('the unused permissions are exactly those listed for the reason: %s', (...reason) => {
    const found = pairs().filter(pair => matches(reason, pair)).map(([, action]) => action);
    expect([...new Set(found)].sort()).toEqual(reason[2].split(' ').sort());
  });

  test('roles of the bootstrap and of applications are not reported', async () => {
    const { simulation: { iam, cloudformation }, vended: { 'shop-development': accountId } } = harness;
    const body = JSON.stringify({
      Resources: {
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: {
            RoleName: 'till',
            ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
            AssumeRolePolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
              ],
            },
          },
        },
      },
    });
    const build = iam.sessionOf(`arn:aws:iam::${accountId}:role/org-environments-pipeline-deploy`, 'build');
    const stack = await cloudformation.create({
      accountId,
      region: REGION,
      name: 'Till',
      body,
      capabilities: ['CAPABILITY_NAMED_IAM'],
      roleArn: `arn:aws:iam::${accountId}:role/cdk-hnb659fds-cfn-exec-role-${accountId}-${REGION}`,
      caller: {
        ...iam.sessionOf(`arn:aws:iam::${accountId}:role/cdk-hnb659fds-deploy-role-${accountId}-${REGION}`, 'deploy'),
        enteredFrom: build.arn,
      },
    });
    expect(stack).toMatchObject({ status: 'CREATE_COMPLETE' });
    const roles = iam.rolesOf(accountId).map(({ roleName }) => roleName).filter(name => /^(cdk-|till$)/.test(name));
    expect(roles).toHaveLength(6);
    expect(Object.keys(unusedPermissions(harness.simulation)).filter(name => roles.includes(name))).toEqual([]);
  });
});
