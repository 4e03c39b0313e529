import { FakeAccount } from './fake-account';
import type { Planted } from './fake-account';
import { CleanWorld, PROTECT, requestOf } from './world';
import { sparedResource } from '../../lambda/clean/spare/spare';

const REGION = 'eu-west-1';

/** What must remain, by type and id. */
const SPARED: readonly (readonly [type: string, id: string, more?: Partial<Planted>])[] = [
  ['AWS::IAM::Role', 'cdk-hnb659fds-cfn-exec-role-333333333333-eu-west-1'],
  ['AWS::S3::Bucket', 'cdk-hnb659fds-assets-333333333333-eu-west-1'],
  ['AWS::S3::BucketPolicy', 'cdk-hnb659fds-assets-333333333333-eu-west-1'],
  ['AWS::ECR::Repository', 'cdk-hnb659fds-container-assets-333333333333-eu-west-1'],
  ['AWS::SSM::Parameter', '/cdk-bootstrap/hnb659fds/version'],
  ['AWS::IAM::Role', 'OrganizationAccountAccessRole'],
  ['AWS::IAM::Role', 'org-environments-access'],
  ['AWS::IAM::ManagedPolicy', 'arn:aws:iam::333333333333:policy/org-environments-execution-eu-west-1'],
  ['AWS::IAM::ManagedPolicy', 'arn:aws:iam::aws:policy/ReadOnlyAccess'],
  ['AWS::S3::Bucket', 'org-environments-artifacts-333333333333-eu-west-1'],
  ['AWS::IAM::Role', 'stacksets-exec-0123456789abcdef'],
  ['AWS::IAM::Role', 'AWSReservedSSO_Administrator_0123456789abcdef'],
  ['AWS::IAM::SAMLProvider', 'arn:aws:iam::333333333333:saml-provider/AWSSSO_0123_DO_NOT_DELETE'],
  ['AWS::IAM::Role', 'AWSServiceRoleForECS'],
  ['AWS::IAM::Role', 'aws-controltower-ConfigRecorderRole'],
  ['AWS::Lambda::Function', 'aws-controltower-NotificationForwarder'],
  ['AWS::IAM::Role', 'AWSControlTowerExecution'],
  ['AWS::Config::ConfigurationRecorder', 'default'],
  ['AWS::Config::DeliveryChannel', 'default'],
  ['AWS::Events::Rule', 'managed-by-backup', { facts: { managedBy: 'backup.amazonaws.com' } }],
  ['AWS::EC2::VPC', 'vpc-default'],
  ['AWS::EC2::Subnet', 'subnet-default'],
  ['AWS::Events::EventBus', 'default'],
  ['AWS::Athena::WorkGroup', 'primary'],
  ['AWS::KMS::Alias', 'alias/aws/s3'],
  ['AWS::RDS::DBParameterGroup', 'default.postgres16'],
  ['AWS::SQS::Queue', 'tagged', { tags: { [PROTECT]: 'yes' } }],
  ['AWS::SQS::Queue', 'tagged-in-secret', { tags: { [PROTECT]: 'yes' }, hidesTags: true }],
  ['AWS::IAM::Role', 'tagged-role', { tags: { [PROTECT]: 'yes' } }],
  ['AWS::SQS::Queue', 'of-a-stackset'],
  ['AWS::SQS::Queue', 'of-a-nested-stack'],
  ['AWS::SQS::Queue', 'legacy-1'],
];

const DELETED: readonly (readonly [string, string])[] = [
  ['AWS::IAM::Role', 'app-role'],
  ['AWS::S3::Bucket', 'cdk-tutorial-assets'],
  ['AWS::IAM::Role', 'my-org-environments-access'],
  ['AWS::EC2::VPC', 'vpc-1'],
  ['AWS::Events::Rule', 'nightly'],
  ['AWS::SQS::Queue', 'legacy'],
];

function world(): CleanWorld {
  const account = new FakeAccount();
  for (const [type, id, more] of [...SPARED, ...DELETED]) {
    account.know({ type, cleaner: 'cloudcontrol', isGlobal: false });
    account.plant({ type, region: REGION, id, ...more });
  }
  account.defaultIds.set(REGION, ['vpc-default', 'subnet-default']);
  account.deploy({ stackName: 'CDKToolkit', region: REGION, resources: [] });
  account.deploy({ stackName: 'org-environments-baseline', region: REGION, resources: [] });
  account.deploy({ stackName: 'StackSet-audit-1', region: REGION, resources: [{ id: 'of-a-stackset' }] });
  const parentId = `arn:aws:cloudformation:${REGION}:333333333333:stack/StackSet-audit-1/1`;
  account.deploy({ stackName: 'nested', region: REGION, parentId, resources: [{ id: 'of-a-nested-stack' }] });
  account.deploy({ stackName: 'owned-by-security', region: REGION, resources: [], tags: { [PROTECT]: 'security' } });
  const spare = [{ type: 'AWS::SQS::*', id: 'legacy-*', why: 'the data of the old system' }];
  return new CleanWorld(account, requestOf({ spare }));
}

test('what is spared remains, everything else is deleted', async () => {
  const clean = world();
  expect(await clean.run()).toEqual({ state: 'available' });
  expect(clean.present).toEqual(SPARED.map(([, id]) => id).sort());
  expect([...clean.account.live.values()].map(({ status }) => status)).toEqual(Array(5).fill('CREATE_COMPLETE'));
});

test.each([
  ['arn:aws:widgets:eu-west-1:333333333333:widget/of-stackset', true],
  ['arn:aws:widgets:eu-west-1:333333333333:widget:/of/stackset', true],
  ['arn:aws:widgets:eu-west-1:333333333333:widget/of/stackset', true],
  ['arn:aws:widgets:eu-west-1:333333333333:widget/other/of-stackset', false],
  ['arn:aws:widgets:eu-west-1:333333333333:widget/other', false],
])('an inspection that finds %s of an unknown type, whose id a spared stack may contain: %s', (arn, isSpared) => {
  const rule = sparedResource({ type: 'AWS::widgets', region: REGION, id: arn, arn, cleaner: '' }, {
    protectingTag: PROTECT,
    rules: [],
    stackResources: new Set(['of-stackset', '/of/stackset']),
    defaults: new Set(),
    protectedArns: [],
  });
  expect(rule).toBe(isSpared ? 'belongs to a stack that is spared' : undefined);
});

test('no plan contains what is spared, and the reasons can be read', async () => {
  const clean = world();
  await clean.run();
  expect(clean.violations).toEqual([]);
  const ruleOf = (id: string) => clean.spared.find(one => one.id === id)?.rule;
  expect(ruleOf('tagged')).toBe("has the tag 'keep'");
  expect(ruleOf('tagged-in-secret')).toBe("has the tag 'keep'");
  expect(ruleOf('of-a-stackset')).toBe('belongs to a stack that is spared');
  expect(ruleOf('of-a-nested-stack')).toBe('belongs to a stack that is spared');
  expect(ruleOf('vpc-default')).toBe('default network of the region');
  expect(ruleOf('managed-by-backup')).toBe('managed by backup.amazonaws.com');
  expect(ruleOf('OrganizationAccountAccessRole')).toBe('access of the organization');
  expect(ruleOf('legacy-1')).toBe('the data of the old system');
  expect(ruleOf('CDKToolkit')).toBe('CDK bootstrap');
});
