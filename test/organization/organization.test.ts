import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IOrganization } from '../../src';
import { Account, Organization, OrganizationAccess } from '../../src';
import { KINDS } from '../../src/kinds/list';
import { internalsOf } from '../../src/organization/internals';
import {
  ACCESS_ROLE_ARN, CICD_ACCOUNT, Cicd, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, REGION, SERVICE_TOKEN, importedOrganization,
  quickApp,
} from '../fixtures/app';
import { onlyResource, synthesized, templateOf } from '../fixtures/assembly';
import { textOf } from '../fixtures/policies';

const access = OrganizationAccess.role(ACCESS_ROLE_ARN);
const organizationId = ORGANIZATION_ID;

describe('the organization', () => {
  const template = Template.fromStack(new Cicd().stack);

  test('protects and retains its registry, with point-in-time recovery', () => {
    expect(Object.values(template.findResources('AWS::DynamoDB::Table'))).toMatchObject([{
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        DeletionProtectionEnabled: true,
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    }]);
  });

  test('keeps the key of the artifacts, turns it over every year, '
    + 'and gives it to pipelines of the organization alone, for the artifacts of their account', () => {
    const ofPipelines = {
      StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION_ID },
      ArnLike: {
        'aws:PrincipalArn': {
          'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::*:role/org-environments-pipeline-*']],
        },
      },
    };
    expect(Object.values(template.findResources('AWS::KMS::Key'))).toMatchObject([{
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: {
        EnableKeyRotation: true,
        KeyPolicy: {
          Statement: expect.arrayContaining([expect.objectContaining({
            Sid: 'PipelinesForTheirArtifacts',
            Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
            Condition: {
              ...ofPipelines,
              StringLike: {
                'kms:EncryptionContext:aws:s3:arn': {
                  'Fn::Join': ['', [
                    'arn:', { Ref: 'AWS::Partition' }, ':s3:::org-environments-artifacts-${aws:PrincipalAccount}-*',
                  ]],
                },
              },
            },
          }), expect.objectContaining({
            Sid: 'PipelinesOfTheOrganization', Action: 'kms:DescribeKey', Condition: ofPipelines,
          })]),
        },
      },
    }]);
  });

  test('has an event bus that accepts only events of pipelines in its accounts', () => {
    expect(
      Object.values(template.findResources('AWS::Events::EventBus')).map(({ Properties }) => Properties),
    ).toMatchObject([{
      Name: 'org-environments',
      Policy: {
        Statement: [{
          Sid: 'PipelinesOfTheOrganization',
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: 'events:PutEvents',
          Resource: {
            'Fn::Join': [
              '', ['arn:', { Ref: 'AWS::Partition' }, `:events:${REGION}:${CICD_ACCOUNT}:event-bus/org-environments`],
            ],
          },
          Condition: {
            'StringEquals': { 'aws:PrincipalOrgID': ORGANIZATION_ID },
            'ForAllValues:StringEquals': { 'events:source': ['aws.codepipeline'] },
          },
        }],
      },
    }]);
  });

  test('listens to pipelines before it makes the first of them', () => {
    const [permission] = Object.keys(
      template.findResources('AWS::Lambda::Permission'),
    ).filter(id => id.includes('PipelineEvents'));
    const [entry] = Object.values(
      template.findResources('AWS::Lambda::Function', { Properties: { FunctionName: 'org-environments-entry' } }),
    );
    expect(entry.DependsOn).toContain(permission);
  });

  test('has one service token and one waiter for all kinds of custom resources', () => {
    template.resourceCountIs('AWS::StepFunctions::StateMachine', 1);
    const [entry] = Object.values(
      template.findResources('AWS::Lambda::Function', { Properties: { FunctionName: 'org-environments-entry' } }),
    );
    const functions = JSON.stringify(entry.Properties.Environment.Variables.FUNCTIONS);
    expect(KINDS.filter(({ resourceType }) => !functions.includes(resourceType))).toEqual([]);
  });

  test('can check every type of custom resources, not only the first one of each kind', () => {
    const [operations] = Object.values(
      template.findResources('AWS::Lambda::Function', { Properties: { FunctionName: 'org-environments-operations' } }),
    );
    const functions = JSON.stringify(operations.Properties.Environment.Variables.FUNCTIONS);
    const types = KINDS.flatMap(({ resourceType, alsoServes = [] }) => [resourceType, ...alsoServes]);
    expect(types.filter(type => !functions.includes(`${type}\\":`))).toEqual([]);
  });

  test('has a function, a role and a log group that does not grow for ever for each kind, '
    + 'the entry and three listeners', () => {
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    const count = KINDS.length + 4;
    expect(functions).toHaveLength(count);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x', Architectures: ['arm64'], MemorySize: 512,
      });
    }
    expect(new Set(functions.map(({ Properties }) => JSON.stringify(Properties.Role))).size).toBe(count);
    template.resourceCountIs('AWS::IAM::Policy', 0);
    template.resourceCountIs('AWS::Logs::LogGroup', count);
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 180 });
  });

  test('gives every function a log group, because those of Lambda never expire', () => {
    const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
    const withLogGroup = functions.filter(([, { Properties }]) => Properties.LoggingConfig?.LogGroup);
    expect(functions.map(([id]) => id)).toEqual(withLogGroup.map(([id]) => id));
    expect(functions).toHaveLength(KINDS.length + 4);
  });

  test('passes account and partition to all handlers, and the access role to the account function only', () => {
    const environments = Object.values(template.findResources('AWS::Lambda::Function'))
      .filter(({ Properties }) => Properties.Environment?.Variables.REGISTRY_TABLE)
      .map(({ Properties }) => Properties.Environment.Variables);
    expect(environments).toHaveLength(KINDS.length + 4);
    for (const variables of environments) {
      expect(variables).toMatchObject({
        CICD_ACCOUNT: { Ref: 'AWS::AccountId' }, PARTITION: { Ref: 'AWS::Partition' },
      });
    }
    expect(environments.filter(variables => 'ACCESS_ROLE_ARN' in variables)).toEqual([expect.objectContaining({
      ACCESS_ROLE_ARN, ACCESS_EXTERNAL_ID: ORGANIZATION_ID,
    })]);
  });

  test.each([false, true])('grants the operation of pipelines, and nothing else (imported: %s)', imported => {
    const { stack, organization } = new Cicd(undefined, { imported });
    const operator = new Role(stack, 'Operator', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });

    organization.grantOperate(operator);

    const [policy, ...others] = Object.values(
      Template.fromStack(stack).findResources(
        'AWS::IAM::Policy', { Properties: { Roles: [stack.resolve(operator.roleName)] } },
      ),
    );
    expect(others).toEqual([]);
    expect(policy.Properties.PolicyDocument.Statement).toMatchObject([
      { Action: 'lambda:InvokeFunction', Effect: 'Allow' },
    ]);
    expect(JSON.stringify(policy)).toContain(
      imported ? 'function:org-environments-operations' : 'ListenersOperationsFunction',
    );
  });

  test('grants reading the registry but for its secrets, and nothing else', () => {
    const { stack, organization } = new Cicd();
    const reader = new Role(stack, 'Reader', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });

    organization.grantReadRegistry(reader);

    const [policy] = Object.values(
      Template.fromStack(stack).findResources(
        'AWS::IAM::Policy', { Properties: { Roles: [stack.resolve(reader.roleName)] } },
      ),
    );
    const actions: string[] = policy.Properties.PolicyDocument.Statement.flatMap(
      ({ Action }: { Action: string[] }) => Action,
    );
    expect(actions).toEqual(['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query']);
    // neither what CloudFormation requests nor the secret addresses of its answers
    expect(JSON.stringify(policy)).not.toMatch(/request#|response#/);
  });
});

describe('another app', () => {
  test('imports the organization by the name of its parameter', () => {
    const app = quickApp();
    const stack = new Stack(app, 'Other', { env: { account: CICD_ACCOUNT, region: REGION } });
    const organization = Organization.fromParameterName(stack, 'Organization');
    new CfnOutput(stack, 'Id', { value: organization.organizationId });
    new CfnOutput(stack, 'Table', { value: organization.registry.tableName });

    const { Parameters = {}, Outputs = {} } = templateOf(app.synth(), 'Other');

    const [[parameter]] = Object.entries(Parameters).filter(
      ([, { Default }]) => Default === '/org-environments/organization',
    );
    expect(Parameters[parameter].Type).toBe('AWS::SSM::Parameter::Value<String>');
    expect(Outputs.Id.Value).toEqual({ 'Fn::Select': [7, { 'Fn::Split': ['"', { Ref: parameter }] }] });
    expect(Outputs.Table.Value).toEqual({ 'Fn::Select': [11, { 'Fn::Split': ['"', { Ref: parameter }] }] });
  });

  test('finds in the parameter what it splits out of it: JSON with a version', () => {
    const { stack, organization } = new Cicd(quickApp(), { parameterName: '/shop/organization' });
    const { Properties: { Value } } = onlyResource(synthesized(stack), 'AWS::SSM::Parameter');
    const text = textOf(Value);
    const [table, key] = [
      organization.registry.tableName, organization.artifactKey.keyArn,
    ].map(token => textOf(stack.resolve(token)));
    expect(JSON.parse(text)).toEqual({
      version: '1',
      organizationId: ORGANIZATION_ID,
      registryName: table,
      artifactKeyArn: key,
      managementAccountId: MANAGEMENT_ACCOUNT,
    });
    expect(
      [7, 11, 15, 19].map(index => text.split('"')[index]),
    ).toEqual([ORGANIZATION_ID, table, key, MANAGEMENT_ACCOUNT]);
  });

  test('uses the service token, the bus and the operations of the organization by their fixed names', () => {
    const stack = new Stack(quickApp(), 'Other', { env: { account: CICD_ACCOUNT, region: REGION } });
    const organization = importedOrganization(stack);
    expect(stack.resolve(internalsOf(stack, organization).serviceToken)).toEqual(SERVICE_TOKEN);
    expect(textOf(stack.resolve(organization.eventBus.eventBusArn))).toContain(':event-bus/org-environments');
  });

  test('cannot bring an organization of its own making', () => {
    const { stack, organization } = new Cicd();
    const fake: IOrganization = {
      ...organization, node: stack.node, onPipelineEvent: organization.onPipelineEvent,
    } as IOrganization;
    for (const symbol of Object.getOwnPropertySymbols(fake)) Reflect.deleteProperty(fake, symbol);
    expect(
      () => new Account(stack, 'Dev', { organization: fake, accountName: 'dev', email: 'dev@example.com' }),
    ).toThrow(
      "the 'organization' must be an 'Organization', "
        + "or imported by 'Organization.fromParameterName', got another implementation");
  });
});

describe('an app stops at synth', () => {
  test('when a stack has two organizations', () => {
    const { stack } = new Cicd(quickApp(), { env: {} });
    expect(() => new Organization(stack, 'Second', { organizationId, access })).toThrow(
      "[Cicd/Second] the organization of the stack 'Cicd' is already used by 'Cicd/Organization': a CICD account "
        + 'can have only one Organization');
  });

  test('when an account has two organizations, also in two regions', () => {
    const app = quickApp();
    new Cicd(app);
    expect(() => new Cicd(app, { id: 'Elsewhere', env: { account: CICD_ACCOUNT, region: 'us-east-1' } })).toThrow(
      `[Elsewhere/Organization] the organization of the account '${CICD_ACCOUNT}' `
        + "is already used by 'Cicd/Organization'");
  });

  test('but two accounts, and two apps, may have one each', () => {
    const app = quickApp();
    new Cicd(app);
    new Cicd(app, { id: 'Second', env: { account: MANAGEMENT_ACCOUNT, region: REGION } });
    expect(() => new Cicd(new App())).not.toThrow();
  });

  test.each([
    'example', 'o-short', 'O-EXAMPLEORGID', 'o-exampleorgid ', '',
  ])('when the id of the organization is %j', value => {
    const stack = new Stack(quickApp(), 'Cicd');
    expect(() => new Organization(stack, 'Organization', { organizationId: value, access })).toThrow(
      `[Cicd/Organization] the organization id must be 'o-' and 10 to 32 lower-case letters or digits, got '${value}'`);
  });

  test.each([
    'org-environments-access', 'arn:aws:iam::99999999999:role/access', 'arn:aws:iam::999999999999:user/access',
  ])('when the access role is %j', arn => {
    const stack = new Stack(quickApp(), 'Cicd');
    expect(
      () => new Organization(stack, 'Organization', { organizationId, access: OrganizationAccess.role(arn) }),
    ).toThrow(
      '[Cicd/Organization] the role ARN must be like '
        + `'arn:aws:iam::111122223333:role/org-environments-access', got '${arn}'`);
  });
});

test('an organization rejects a removal policy, because its registry is always retained', () => {
  const { organization } = new Cicd(quickApp());
  expect(() => organization.applyRemovalPolicy(RemovalPolicy.DESTROY)).toThrow(
    "[Cicd/Organization] the removal policy 'destroy' cannot be applied: "
      + 'the registry and the artifact key are always retained');
});

test.each([
  ['12345', "the account id must be twelve digits, got '12345'"],
  [CICD_ACCOUNT, `replacedCicdAccountId must be another account than that of the stack, got: ${CICD_ACCOUNT}`],
])('an organization cannot replace the CICD account %s', (replacedCicdAccountId, message) => {
  expect(() => new Cicd(quickApp(), { replacedCicdAccountId })).toThrow(`[Cicd/Organization] ${message}`);
});
