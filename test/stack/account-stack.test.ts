import { existsSync } from 'node:fs';
import { Annotations, App, CfnOutput, Stack, Stage, Tags } from 'aws-cdk-lib';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { CfnQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import type { IAccountStack } from '../../src';
import { Account, AccountStack } from '../../src';
import { Accounts, STACK } from '../fixtures/accounts';
import { Cicd, quickApp, SERVICE_TOKEN } from '../fixtures/app';
import { accountTemplateOf, fileAssetsOf, onlyResource, resourcesOf, templateOf } from '../fixtures/assembly';
import { textOf } from '../fixtures/policies';

describe('an account stack', () => {
  test('requests strings only, with the location of its template', () => {
    const accounts = new Accounts();
    const stack = accounts.stack('Network');
    new Queue(stack, 'Queue');
    const { assembly, request } = accounts.synth();

    const [asset] = fileAssetsOf(assembly).filter(({ displayName }) => displayName === 'Template of an account stack');
    expect(request).toEqual({
      ServiceToken: SERVICE_TOKEN,
      registry: expect.anything(),
      ServiceTimeout: '3600',
      accountId: { 'Fn::GetAtt': [expect.stringMatching(/^network/), 'accountId'] },
      region: 'eu-west-1',
      stackName: expect.stringMatching(/^CicdNetwork[0-9A-F]{8}$/),
      qualifier: 'hnb659fds',
      templateBucket: 'cdk-hnb659fds-assets-222222222222-eu-west-1',
      templateKey: `${asset.hash}.json`,
      parameters: {},
      tags: {},
      outputs: [],
    });
    expect(asset.destinations).toEqual([
      expect.objectContaining({ bucketName: request.templateBucket, objectKey: request.templateKey }),
    ]);
    expect(asset.source).toEqual({ packaging: 'file', path: stack.templateFile });
    expect(existsSync(`${assembly.directory}/${stack.templateFile}`)).toBe(true);
  });

  test('is no stack of the CICD account', () => {
    const accounts = new Accounts();
    accounts.stack('Network');
    expect(accounts.synth().assembly.stacks.map(({ stackName }) => stackName)).toEqual(['Cicd']);
  });

  test('is deployed in another region, and under another name, if they are given', () => {
    const accounts = new Accounts();
    accounts.stack('Network', { region: 'us-east-1', stackName: 'network', description: 'Where all meet' });
    const { request } = accounts.synth();
    expect(request).toMatchObject({ region: 'us-east-1', stackName: 'network' });
  });

  test('has a description', () => {
    const accounts = new Accounts();
    const stack = accounts.stack('Network', { description: 'Where all meet' });
    expect(accounts.synth().inner(stack)).toMatchObject({ Description: 'Where all meet' });
  });

  test('has the same template, and the same name, whenever it is synthesized', () => {
    const once = () => {
      const accounts = new Accounts();
      new Queue(accounts.stack('Network'), 'Queue');
      return accounts.synth().request;
    };
    expect(once()).toEqual(once());
  });

  test('has a valid name, however long its path is', () => {
    const accounts = new Accounts();
    accounts.stack('N'.repeat(200), { account: accounts.cicd.account() });
    expect(accounts.synth().request.stackName).toMatch(/^[A-Za-z][A-Za-z0-9-]{0,127}$/);
  });

  test('has its name and id as pseudo parameters inside, and as results of the deployment outside', () => {
    const accounts = new Accounts();
    const stack = accounts.stack('Network', { stackName: 'network' });
    new CfnOutput(stack, 'Inside', { value: `${stack.stackName} ${stack.stackId}` });
    new CfnOutput(accounts.outer, 'Outside', { value: `${stack.stackName} ${stack.stackId}` });
    const { outer, inner } = accounts.synth();
    expect(textOf(inner(stack).Outputs?.Inside.Value)).toBe('<AWS::StackName> <AWS::StackId>');
    expect(textOf(outer.Outputs?.Outside.Value)).toMatch(/^network <Network\w+\.stackId>$/);
  });

  test.each([
    ['reads its id', true, 'yes'],
    ['does not read its id', false, undefined],
  ])('requests whether the app %s', (_, isRead, expected) => {
    const accounts = new Accounts();
    const stack = accounts.stack('Network');
    new Queue(stack, 'Queue');
    if (isRead) new CfnOutput(accounts.outer, 'Id', { value: stack.stackId });
    expect(accounts.synth().request.stackIdIsRead).toBe(expected);
  });

  test('carries the tags of the app, and its own', () => {
    const accounts = new Accounts();
    Tags.of(accounts.app).add('team', 'shop');
    const stack = accounts.stack('Network');
    Tags.of(stack).add('part', 'network');
    new Queue(stack, 'Queue');
    const { request, inner } = accounts.synth();
    expect(request.tags).toEqual({ team: 'shop', part: 'network' });
    expect(onlyResource(inner(stack), 'AWS::SQS::Queue').Properties.Tags).toEqual([
      { Key: 'part', Value: 'network' }, { Key: 'team', Value: 'shop' },
    ]);
  });

  test('has its warnings shown with those of the stack around', () => {
    const accounts = new Accounts();
    Annotations.of(new Queue(accounts.stack('Network'), 'Queue')).addWarningV2('test:slow', 'the queue is slow');
    expect(
      accounts.synth().assembly.getStackByName('Cicd').messages.map(({ id, level }) => ({ id, level })),
    ).toContainEqual({ id: '/Cicd/Network/Queue', level: 'warning' });
  });

  test('takes no lease of the account', () => {
    const accounts = new Accounts();
    accounts.stack('Network');
    expect(accounts.synth().request).not.toHaveProperty('lease');
  });
});

describe('an account stack stops at synth', () => {
  test.each(['', '1network', 'net_work', 'net work', 'n'.repeat(129)])('when its name is %j', stackName => {
    expect(() => new Accounts().stack('Network', { stackName })).toThrow(
      '[Cicd/Network] the stack name must be 1 to 128 letters, digits and hyphens, '
        + `beginning with a letter, got '${stackName}'`);
  });
});

test('a stack in an account that exists waits until the account is prepared', () => {
  const accounts = new Accounts();
  const account = Account.fromAccountId(accounts.outer, 'Member', '123456789012');
  accounts.stack('One', { account });
  accounts.stack('Two', { account });
  const { outer, requests } = accounts.synth();
  expect(resourcesOf(outer, 'Custom::OrgEnvironmentsAccount')).toHaveLength(1);
  expect(requests).toHaveLength(2);
  for (const { accountId } of requests) {
    expect(accountId).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/^MemberPreparation/), 'accountId'],
    });
  }
});

test('stacks with the same template share one file', () => {
  const accounts = new Accounts();
  for (const id of ['One', 'Two', 'Three']) new CfnQueue(accounts.stack(id), 'Queue');
  const { assembly, requests } = accounts.synth();
  expect(new Set(requests.map(({ templateKey }) => templateKey)).size).toBe(1);
  expect(new Set(requests.map(({ stackName }) => stackName)).size).toBe(3);
  expect(
    fileAssetsOf(assembly).filter(({ displayName }) => displayName === 'Template of an account stack'),
  ).toHaveLength(1);
});

test('an account stack works in a stage, and its file is there', () => {
  const app = quickApp();
  const stage = new Stage(app, 'Beta', { env: { account: '222222222222', region: 'eu-west-1' } });
  const cicd = new Cicd(stage, { imported: true });
  const stack = new AccountStack(cicd.stack, 'Network', { organization: cicd.organization, account: cicd.account() });
  const topic = new CfnTopic(cicd.stack, 'Topic');
  new CfnOutput(stack, 'TopicName', { value: topic.attrTopicName });
  new CfnOutput(cicd.stack, 'QueueArn', { value: new CfnQueue(stack, 'Queue').attrArn });

  const assembly = app.synth().getNestedAssembly('assembly-Beta');
  expect(accountTemplateOf(assembly, stack).Resources).toHaveProperty('Queue');
  const template = templateOf(assembly, 'Beta-Cicd');
  // the name of the topic is an output that is not read here
  expect(onlyResource(template, STACK).Properties).toMatchObject({
    stackName: expect.stringMatching(/^Beta-CicdNetwork/),
    outputs: [
      expect.stringMatching(/^BetaCicdNetworkQueue.*Arn$/),
    ],
  });
  expect(fileAssetsOf(assembly).map(({ source }) => source.path)).toContain(stack.templateFile);
});

test('an account stack works with the settings of an app that was made for the first CDK', () => {
  const app = new App({
    builtinCloudFormationValidation: false,
    context: { '@aws-cdk/core:newStyleStackSynthesis': true, '@aws-cdk/core:suppressTemplateIndentation': true },
  });
  const cicd = new Cicd(app, { imported: true });
  const stack = new AccountStack(cicd.stack, 'Network', { organization: cicd.organization, account: cicd.account() });
  new CfnQueue(stack, 'Queue');
  expect(accountTemplateOf(app.synth(), stack).Resources).toHaveProperty('Queue');
});

describe('an imported stack of an account', () => {
  const STACK_ID = 'arn:aws:cloudformation:eu-central-1:123456789012:stack/alarms/0b2b3f40-0000-0000-0000-000000000000';

  test('knows its name, account and region from its id', () => {
    const imported: IAccountStack = AccountStack.fromStackId(new Stack(), 'Alarms', STACK_ID);
    expect(imported).toMatchObject({
      stackId: STACK_ID, stackName: 'alarms', account: '123456789012', region: 'eu-central-1',
    });
  });

  test('is rejected when its id is not the ARN of a stack', () => {
    expect(() => AccountStack.fromStackId(new Stack(undefined, 'Cicd'), 'Alarms', 'alarms')).toThrow(
      '[Cicd/Alarms] the stack id must be an ARN like '
        + "'arn:aws:cloudformation:eu-west-1:111122223333:stack/alarms/0b2b3f40-…', got 'alarms'");
  });
});
