import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Source } from '../../src';
import { Cicd, ORGANIZATION_ID, quickApp } from '../fixtures/app';
import { onlyResource, resourcesOf, synthesized } from '../fixtures/assembly';
import { identityStatements, textOf } from '../fixtures/policies';

const TRIGGER_ARN = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':lambda:eu-west-1:222222222222:function:trigger']] };
const SHOP_ARN = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':codecommit:eu-west-1:222222222222:shop']] };

function twoEnvironments() {
  const cicd = new Cicd(quickApp(), { imported: true });
  cicd.environment('dev');
  cicd.environment('test');
  return cicd.stack;
}

describe('a repository', () => {
  const stack = twoEnvironments();
  const template = Template.fromStack(stack);

  test('has one rule, however many environments follow it, for branches that are made or moved', () => {
    template.resourceCountIs('AWS::Events::Rule', 1);
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        'source': ['aws.codecommit'],
        'detail-type': ['CodeCommit Repository State Change'],
        'resources': [SHOP_ARN],
        'detail': { event: ['referenceCreated', 'referenceUpdated'], referenceType: ['branch'] },
      },
      Targets: [Match.objectLike({ Arn: TRIGGER_ARN })],
    });
    template.hasResourceProperties('AWS::Lambda::Permission', { FunctionName: TRIGGER_ARN, Principal: 'events.amazonaws.com' });
  });

  test('is read through one role, by pipelines of the organization alone', () => {
    const role = onlyResource(synthesized(stack), 'AWS::IAM::Role');
    expect(role.Properties).toMatchObject({ Path: '/org-environments-source/' });
    expect(role.Properties.RoleName).toBeUndefined();
    expect(role.Properties.AssumeRolePolicyDocument.Statement).toEqual([{
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { AWS: '*' },
      Condition: {
        StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION_ID },
        ArnLike: { 'aws:PrincipalArn': { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::*:role/org-environments-pipeline-*']] } },
      },
    }]);
  });

  test('is only read through that role, and into the artifact buckets of the organization', () => {
    const statements = identityStatements(synthesized(stack));
    const read = statements.find(({ Sid }) => Sid === 'Read');
    expect(read).toMatchObject({ Resource: SHOP_ARN });
    expect(read?.Action).toEqual([
      'codecommit:CancelUploadArchive', 'codecommit:GetBranch', 'codecommit:GetCommit', 'codecommit:GetUploadArchiveStatus', 'codecommit:UploadArchive',
    ]);
    const artifacts = statements.find(({ Sid }) => Sid === 'Artifacts');
    expect(artifacts).toMatchObject({ Action: ['s3:PutObject', 's3:PutObjectAcl'], Condition: { StringEquals: { 'aws:ResourceOrgID': ORGANIZATION_ID } } });
    expect(textOf(artifacts?.Resource)).toBe('arn:<AWS::Partition>:s3:::org-environments-artifacts-*/*/Source/*');
  });

  test('is opened once to the branch provider', () => {
    const granted = identityStatements(synthesized(stack)).filter(({ Action }) => Action.includes('codecommit:CreateBranch'));
    expect(granted).toEqual([{
      Effect: 'Allow',
      Action: ['codecommit:CreateBranch', 'codecommit:CreateCommit', 'codecommit:GetBranch', 'codecommit:GetFile', 'codecommit:ListBranches'],
      Resource: SHOP_ARN,
    }]);
  });

  test('lets the trigger look where its branches are', () => {
    const [policy] = resourcesOf(synthesized(stack), 'AWS::IAM::Policy').filter(({ Properties }) => Properties.Roles.includes('org-environments-trigger'));
    expect(policy?.Properties.PolicyDocument.Statement).toEqual([{ Effect: 'Allow', Action: 'codecommit:GetBranch', Resource: SHOP_ARN }]);
  });

  test('lets its branches be removed before the branch provider loses it', () => {
    const { Resources } = synthesized(stack);
    const [policy] = Object.keys(Resources).filter(id => Resources[id].Type === 'AWS::IAM::Policy' && id.includes('BranchProvider'));
    const branches = Object.values(Resources).filter(({ Type }) => Type === 'Custom::OrgEnvironmentsBranch');
    expect(branches).toHaveLength(2);
    for (const { DependsOn } of branches) expect(DependsOn).toEqual([policy]);
  });
});

test('each of two repositories has a rule and a role', () => {
  const cicd = new Cicd(quickApp(), { imported: true });
  cicd.environment('dev');
  const source = Source.codeCommit(Repository.fromRepositoryName(cicd.stack, 'Second', 'warehouse'));
  cicd.environment('second', { branch: { source, branchName: 'env/dev' } });

  const template = Template.fromStack(cicd.stack);
  template.resourceCountIs('AWS::Events::Rule', 2);
  template.resourceCountIs('AWS::IAM::Role', 2);
});

test('two stacks that import the organization do not overwrite what the other may do', () => {
  const policiesOf = (id: string) => {
    const cicd = new Cicd(quickApp(), { imported: true, id });
    cicd.environment('dev');
    return resourcesOf(synthesized(cicd.stack), 'AWS::IAM::Policy').map(({ Properties }) => Properties.PolicyName as string);
  };
  const names = [...policiesOf('One'), ...policiesOf('Two')];
  expect(names.length).toBeGreaterThan(3);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[\w+=,.@-]{1,128}$/);
});

test('a repository that is imported twice has still one rule', () => {
  const cicd = new Cicd(quickApp(), { imported: true });
  cicd.environment('dev');
  const source = Source.codeCommit(Repository.fromRepositoryName(cicd.stack, 'Again', 'shop'));
  cicd.environment('test', { branch: { source, branchName: 'env/test' } });
  Template.fromStack(cicd.stack).resourceCountIs('AWS::Events::Rule', 1);
});

test('a repository may be made in the same app', () => {
  const cicd = new Cicd(quickApp(), { imported: true });
  const repository = new Repository(cicd.stack, 'New', { repositoryName: 'new-shop' });
  cicd.environment('dev', { branch: { source: Source.codeCommit(repository), branchName: 'env/dev' } });
  const { Properties } = onlyResource(synthesized(cicd.stack), 'Custom::OrgEnvironmentsBranch');
  expect(Properties.repositoryName).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^New/), 'Name'] });
});

test.each([
  ['another account', '333333333333', 'eu-west-1'],
  ['another region', '222222222222', 'us-east-1'],
])('a repository in %s stops at synth', (_, account, region) => {
  const app = quickApp();
  const elsewhere = new Stack(app, 'Elsewhere', { env: { account, region } });
  const source = Source.codeCommit(Repository.fromRepositoryName(elsewhere, 'Shop', 'shop'));
  const cicd = new Cicd(app, { imported: true });
  expect(() => cicd.environment('dev', { branch: { source, branchName: 'env/dev' } })).toThrow(
    `[Cicd/dev/Branch] the repository must be in the account and region of the stack (222222222222/eu-west-1), got one in ${account}/${region}`);
});
