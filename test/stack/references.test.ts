import { CfnOutput, CfnParameter } from 'aws-cdk-lib';
import { CfnTopic, Topic } from 'aws-cdk-lib/aws-sns';
import { CfnQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { AccountStack } from '../../src';
import { Accounts, STACK } from '../fixtures/accounts';
import type { CicdProps } from '../fixtures/app';
import { textOf } from '../fixtures/policies';

const places: [string, CicdProps][] = [
  ['a stack in a known place', {}],
  ['an environment-agnostic stack', { env: {} }],
];

describe.each(places)('parameters and outputs in %s', (_, props) => {
  test('are given values of the stack around', () => {
    const accounts = new Accounts(props);
    const topic = new Topic(accounts.outer, 'Topic');
    const stack = accounts.stack('Network', { parameters: { First: topic.topicArn, Second: 'two' } });
    stack.setParameter('Third', 'three');
    for (const name of ['First', 'Second', 'Third']) new CfnParameter(stack, name);
    const { request } = accounts.synth();
    expect(request.parameters).toEqual({
      First: { Ref: expect.stringMatching(/^Topic/) },
      Second: 'two',
      Third: 'three',
    });
  });

  test('answer what the account knows', () => {
    const accounts = new Accounts(props);
    const stack = accounts.stack('Network');
    new CfnOutput(stack, 'QueueArn', { value: new Queue(stack, 'Queue').queueArn });
    new CfnOutput(accounts.outer, 'Outside', { value: stack.outputValue('QueueArn') });
    const { outer, request } = accounts.synth();
    expect(request.outputs).toEqual(['QueueArn']);
    expect(outer.Outputs?.Outside.Value).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/^NetworkAccountStack/), 'Outputs.QueueArn'],
    });
  });

  test('that the stack does not have stop at synth', () => {
    const accounts = new Accounts(props);
    const stack = accounts.stack('Network');
    new CfnOutput(stack, 'QueueArn', { value: 'arn' });
    stack.outputValue('QueueName');
    expect(() => accounts.synth()).toThrow("[Cicd/Network] the stack has no output 'QueueName': it has QueueArn");
  });
});

describe.each(places)('references in %s', (_, props) => {
  test('into an account stack become parameters', () => {
    const accounts = new Accounts(props);
    const topic = new CfnTopic(accounts.outer, 'Topic');
    const stack = accounts.stack('Network');
    new CfnOutput(stack, 'TopicName', { value: topic.attrTopicName });
    const { inner, request } = accounts.synth();
    const [[parameter, value]] = Object.entries(request.parameters);
    expect(value).toEqual({ 'Fn::GetAtt': ['Topic', 'TopicName'] });
    expect(inner(stack).Parameters?.[parameter].Type).toBe('String');
    expect(inner(stack).Outputs?.TopicName.Value).toEqual({ Ref: parameter });
  });

  test('out of an account stack become outputs', () => {
    const accounts = new Accounts(props);
    const stack = accounts.stack('Network');
    new CfnOutput(accounts.outer, 'QueueArn', { value: new CfnQueue(stack, 'Queue').attrArn });
    const { inner, outer, request } = accounts.synth();
    const [[name, { Value }]] = Object.entries(inner(stack).Outputs ?? {});
    expect(Value).toEqual({ 'Fn::GetAtt': ['Queue', 'Arn'] });
    expect(outer.Outputs?.QueueArn.Value).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/^NetworkAccountStack/), `Outputs.${name}`],
    });
    expect(request.outputs).toEqual([name]);
  });

  test('from one account stack to another go through both, and order them', () => {
    const accounts = new Accounts(props);
    const consumer = accounts.stack('Consumer');
    const producer = accounts.stack('Producer');
    new CfnOutput(consumer, 'QueueArn', { value: new CfnQueue(producer, 'Queue').attrArn });
    const { inner, requests } = accounts.synth();
    const [[parameter, value]] = Object.entries(requests[0].parameters);
    const [name] = Object.keys(inner(producer).Outputs ?? {});
    expect(inner(consumer).Outputs?.QueueArn.Value).toEqual({ Ref: parameter });
    expect(value).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^ProducerAccountStack/), `Outputs.${name}`] });
    expect(requests[1].outputs).toEqual([name]);
  });

  test('inside an account stack stay what they are, in whatever account it is', () => {
    const accounts = new Accounts(props);
    const stack = accounts.stack('Network');
    const parameter = StringParameter.fromStringParameterName(stack, 'Parameter', '/network/id');
    new CfnOutput(stack, 'Arn', { value: parameter.parameterArn });
    const { inner } = accounts.synth();
    expect(textOf(inner(stack).Outputs?.Arn.Value)).toBe(
      'arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/network/id',
    );
  });

  test.each<[string, (first: AccountStack, second: AccountStack) => void]>([
    ['the stacks', (first, second) => first.addStackDependency(second)],
    ['what is around them', (first, second) => first.node.addDependency(second)],
    [
      'what is inside them',
      (first, second) => new CfnQueue(first, 'Queue').node.addDependency(new CfnQueue(second, 'Queue')),
    ],
  ])('are not needed to deploy one account stack after another: a dependency of %s will do', (__, depend) => {
    const accounts = new Accounts(props);
    const [first, second] = ['First', 'Second'].map(id => accounts.stack(id));
    // until aws-cdk-lib 2.268, an empty stack has no dependencies
    for (const stack of [first, second]) new CfnTopic(stack, 'Topic');
    depend(first, second);
    const { outer } = accounts.synth();
    const [one, two] = Object.entries(outer.Resources).filter(([, { Type }]) => Type === STACK);
    expect(one[1].DependsOn).toEqual([two[0]]);
    expect(two[1].DependsOn).toBeUndefined();
  });

  test('are not needed to deploy something of the stack around after or before an account stack', () => {
    const accounts = new Accounts(props);
    const [before, after] = ['Before', 'After'].map(id => new CfnTopic(accounts.outer, id));
    const stack = accounts.stack('Network');
    new CfnTopic(stack, 'Topic');
    stack.node.addDependency(before);
    after.node.addDependency(stack);
    const { outer } = accounts.synth();
    const [[id, { DependsOn }]] = Object.entries(outer.Resources).filter(([, { Type }]) => Type === STACK);
    expect(DependsOn).toEqual(['Before']);
    expect(outer.Resources.After.DependsOn).toEqual([id]);
  });
});

describe('constructs of an account stack', () => {
  test('that have a name are known outside by the account they are in, and not by that of the stack around', () => {
    const accounts = new Accounts();
    const stack = accounts.stack('Network', { region: 'us-east-1' });
    new CfnOutput(accounts.outer, 'Arn', { value: new Queue(stack, 'Queue', { queueName: 'orders' }).queueArn });
    const { outer } = accounts.synth();
    expect(textOf(outer.Outputs?.Arn.Value)).toMatch(
      /^arn:<AWS::Partition>:sqs:us-east-1:<networkaccount\w+\.accountId>:orders$/,
    );
  });

  test('refer to a resource of the surrounding stack with a physical name by its account', () => {
    const accounts = new Accounts();
    const stack = accounts.stack('Network');
    new CfnOutput(stack, 'Arn', { value: new Queue(accounts.outer, 'Queue', { queueName: 'orders' }).queueArn });
    const { inner } = accounts.synth();
    expect(textOf(inner(stack).Outputs?.Arn.Value)).toBe('arn:<AWS::Partition>:sqs:eu-west-1:222222222222:orders');
  });

  test('cannot be referenced from outside without a physical name if their account is another', () => {
    const accounts = new Accounts();
    new CfnOutput(accounts.outer, 'Arn', { value: new Queue(accounts.stack('Network'), 'Queue').queueArn });
    expect(() => accounts.synth()).toThrow(
      "Cannot use resource 'Cicd/Network/Queue' in a cross-environment fashion, "
        + "the resource's physical name must be explicit set",
    );
  });
});
