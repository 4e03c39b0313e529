import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Source } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';
import { onlyResource, resourcesOf, synthesized } from '../fixtures/assembly';
import { identityStatements, list, textOf } from '../fixtures/policies';

const SHOP_ARN = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':codecommit:eu-west-1:222222222222:shop']] };

const DEV_ACCOUNT = { 'Fn::GetAtt': [expect.stringMatching(/^devaccount/), 'accountId'] };

function twoEnvironments() {
  const cicd = new Cicd(quickApp(), { imported: true });
  cicd.environment('dev');
  cicd.environment('test');
  return cicd.stack;
}

describe('a repository', () => {
  const stack = twoEnvironments();
  const template = Template.fromStack(stack);

  test('needs no rule of its own, and no right of a function of the organization', () => {
    const types = ['AWS::Events::Rule', 'AWS::Lambda::Permission', 'AWS::IAM::Policy'];
    expect(types.filter(type => Object.keys(template.findResources(type)).length > 0)).toEqual([]);
  });

  test('is read through a role for each environment, by the pipeline of its account alone', () => {
    const [role, ...others] = resourcesOf(synthesized(stack), 'AWS::IAM::Role');
    expect(others).toHaveLength(1);
    expect(textOf(role.Properties.Path)).toMatch(/^\/org-environments-source\/<devaccount\w+\.accountId>\/$/);
    expect(role.Properties.RoleName).toBeUndefined();
    expect(role.Properties.AssumeRolePolicyDocument.Statement).toEqual([{
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { AWS: '*' },
      Condition: {
        StringEquals: {
          'aws:PrincipalOrgID': { 'Fn::Select': [7, expect.anything()] }, 'aws:PrincipalAccount': DEV_ACCOUNT,
        },
        ArnEquals: {
          'aws:PrincipalArn': {
            'Fn::Join': ['', [
              'arn:', { Ref: 'AWS::Partition' }, ':iam::', DEV_ACCOUNT, ':role/org-environments-pipeline-run',
            ]],
          },
        },
      },
    }]);
  });

  test('is only read through that role, and into the artifact bucket of the account', () => {
    const statements = identityStatements(synthesized(stack));
    const read = statements.find(({ Sid }) => Sid === 'Read');
    expect(read).toMatchObject({ Resource: SHOP_ARN });
    expect(read?.Action).toEqual([
      'codecommit:CancelUploadArchive', 'codecommit:GetBranch', 'codecommit:GetCommit',
      'codecommit:GetUploadArchiveStatus', 'codecommit:UploadArchive',
    ]);
    const artifacts = statements.find(({ Sid }) => Sid === 'Artifacts');
    expect(artifacts).toMatchObject({
      Action: ['s3:PutObject', 's3:PutObjectAcl'],
      Condition: { StringEquals: { 'aws:ResourceAccount': DEV_ACCOUNT } },
    });
    const bucket = /^arn:<AWS::Partition>:s3:::org-environments-artifacts-<devaccount\w+\.accountId>-eu-west-1/;
    expect(textOf(artifacts?.Resource)).toMatch(new RegExp(`${bucket.source}/\\*/Source/\\*$`));
    const encrypt = statements.find(({ Sid }) => Sid === 'Encrypt');
    const contexts = list(encrypt?.Condition?.StringLike?.['kms:EncryptionContext:aws:s3:arn']).map(textOf);
    expect(contexts).toEqual([
      expect.stringMatching(new RegExp(`${bucket.source}$`)),
      expect.stringMatching(new RegExp(`${bucket.source}/\\*$`)),
    ]);
  });
});

describe('an organization', () => {
  const template = synthesized(new Cicd(quickApp(), { repositoryNames: ['shop', 'team-?-*'] }).stack);

  test('has one rule for all repositories, for branches that are made or moved', () => {
    const rules = resourcesOf(template, 'AWS::Events::Rule').filter(
      ({ Properties }) => Properties.EventPattern && !Properties.EventBusName,
    );
    expect(rules.map(({ Properties: { EventPattern } }) => EventPattern)).toEqual([{
      'source': ['aws.codecommit'],
      'detail-type': ['CodeCommit Repository State Change'],
      'detail': { event: ['referenceCreated', 'referenceUpdated'], referenceType: ['branch'] },
    }]);
    const [target] = rules[0].Properties.Targets;
    expect(target.Arn['Fn::GetAtt'][0]).toMatch(/^OrganizationListenersTrigger/);
    expect(
      resourcesOf(template, 'AWS::Lambda::Permission').map(({ Properties }) => Properties.FunctionName),
    ).toContainEqual(target.Arn);
  });

  test.each([
    ['Account', ['codecommit:GetBranch', 'codecommit:GetFolder', 'codecommit:ListBranches']],
    [
      'Branch',
      [
        'codecommit:AssociateApprovalRuleTemplateWithRepository',
        'codecommit:CreateBranch',
        'codecommit:CreateCommit',
        'codecommit:CreateRepository',
        'codecommit:DeleteBranch',
        'codecommit:DisassociateApprovalRuleTemplateFromRepository',
        'codecommit:GetBranch',
        'codecommit:GetFile',
        'codecommit:GetFolder',
        'codecommit:GetMergeOptions',
        'codecommit:GetPullRequest',
        'codecommit:GitPull',
        'codecommit:GitPush',
        'codecommit:ListAssociatedApprovalRuleTemplatesForRepository',
        'codecommit:ListBranches',
        'codecommit:ListPullRequests',
      ],
    ],
    ['Trigger', 'codecommit:GetBranch'],
    ['Deployments', 'codecommit:GetCommit'],
    [
      'Operations',
      [
        'codecommit:BatchGetCommits',
        'codecommit:GetBlob',
        'codecommit:GetBranch',
        'codecommit:GetCommit',
        'codecommit:GetDifferences',
        'codecommit:GetFolder',
        'codecommit:GetMergeOptions',
        'codecommit:GetPullRequest',
      ],
    ],
  ])('lets its function %s use the repositories that it names, and no others', (name, actions) => {
    const roles = Object.entries(template.Resources)
      .filter(
        ([id, { Type }]) => Type === 'AWS::IAM::Role' && new RegExp(
          `^Organization(Listeners|CustomResources)${name}`,
        ).test(id),
      );
    const statements = roles.flatMap(
      ([, role]) => identityStatements({ Resources: { role } }),
    ).filter(({ Sid }) => Sid === 'Repositories');
    expect(statements.map(({ Action }) => Action)).toEqual([actions]);
    expect(list(statements[0].Resource).map(textOf)).toEqual(['shop', 'team-?-*']
      .map(pattern => `arn:<AWS::Partition>:codecommit:<AWS::Region>:<AWS::AccountId>:${pattern}`));
  });

  test('that names no repositories allows all of the account', () => {
    const statements = identityStatements(synthesized(new Cicd().stack)).filter(({ Sid }) => Sid === 'Repositories');
    expect(statements).toHaveLength(5);
    for (const { Resource } of statements) {
      expect(textOf(Resource)).toBe(
        'arn:<AWS::Partition>:codecommit:<AWS::Region>:<AWS::AccountId>:*',
      );
    }
  });

  test.each(['shop', 'team-a-frontend'])('takes the repository %s', name => {
    expect(() => environmentOf(name)).not.toThrow();
  });

  test.each(['shop2', 'a-shop', 'team-ab-frontend', 'team-a'])('does not take the repository %s', name => {
    expect(
      () => environmentOf(name),
    ).toThrow(`[Cicd/dev/Branch] the organization does not allow the repository '${name}': its 'repositoryNames' are `
      + "'shop', 'team-?-*'; add the name there, or use another repository");
  });

  test('takes a dot of a pattern for a dot', () => {
    expect(() => environmentOf('a.b', ['a.b'])).not.toThrow();
    expect(() => environmentOf('axb', ['a.b'])).toThrow("does not allow the repository 'axb'");
  });

  test('leaves names that are known only at deployment to the deployment', () => {
    const app = quickApp();
    const cicd = new Cicd(app, { repositoryNames: ['shop'] });
    const later = new CfnParameter(cicd.stack, 'Name').valueAsString;
    const source = Source.codeCommit(Repository.fromRepositoryName(cicd.stack, 'Later', later));
    expect(() => cicd.environment('dev', { branch: { source, branchName: 'env/dev' } })).not.toThrow();
    expect(() => new Cicd(quickApp(), { repositoryNames: [later] }).environment()).not.toThrow();
  });

  test.each(['', 'shop/web', 'shop web', 'a'.repeat(101)])('does not take %j for the name of repositories', name => {
    expect(() => new Cicd(quickApp(), { repositoryNames: ['shop', name] })).toThrow(
      "[Cicd/Organization] each of the 'repositoryNames' must be 1 to 100 letters, digits and '._-', "
        + `with '*' for any text and '?' for any character, got '${name}'`);
  });

  test('is not without any repositories', () => {
    expect(() => new Cicd(quickApp(), { repositoryNames: [] })).toThrow(
      "[Cicd/Organization] 'repositoryNames' is empty: name repositories, or omit it to allow all");
  });

  function environmentOf(name: string, repositoryNames = ['shop', 'team-?-*']) {
    const cicd = new Cicd(quickApp(), { repositoryNames });
    const source = Source.codeCommit(Repository.fromRepositoryName(cicd.stack, 'Named', name));
    return cicd.environment('dev', { branch: { source, branchName: 'env/dev' } });
  }
});

test('each of two repositories has a role', () => {
  const cicd = new Cicd(quickApp(), { imported: true });
  cicd.environment('dev');
  const source = Source.codeCommit(Repository.fromRepositoryName(cicd.stack, 'Second', 'warehouse'));
  cicd.environment('second', { branch: { source, branchName: 'env/dev' } });

  expect(resourcesOf(synthesized(cicd.stack), 'AWS::IAM::Role')).toHaveLength(2);
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
    "[Cicd/dev/Branch] repository 'shop' must be in the account and region of the stack (222222222222/eu-west-1), "
      + `got ${account}/${region}`);
});
