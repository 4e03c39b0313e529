import { assemblyStack } from './assembly-stack';
import { stacksOfPipelines } from '../../../cli/app/pipeline-stacks';
import { parametersDeclaredBy, resourcesOf } from '../../../cli/app/template';

const TOPIC = 'AWS::SNS::Topic';
const loop = { 'Fn::ForEach::Topics': ['Name', ['a', 'b'], { 'Topic${Name}': { Type: TOPIC } }] };

function stackWith(template: object) {
  return assemblyStack('222222222222', 'eu-west-1', template);
}

test('resources of a type are found beside what is no resource', () => {
  const Resources = {
    ...loop,
    Orders: { Type: TOPIC, Properties: { TopicName: 'orders' } },
    Empty: { Type: TOPIC },
    Wrong: { Type: TOPIC, Properties: 'orders' },
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: TOPIC } },
  };
  expect(resourcesOf(stackWith({ Resources }), TOPIC)).toEqual([{ TopicName: 'orders' }, {}]);
});

test.each<object>([{}, { Resources: [TOPIC] }, { Resources: null, Parameters: [TOPIC] }, { Other: TOPIC }])(
  'the template %j has no resources and no parameters', template => {
    expect(resourcesOf(stackWith(template), TOPIC)).toEqual([]);
    expect(parametersDeclaredBy(stackWith(template))).toEqual([]);
  },
);

test('parameters are found in a template with a loop', () => {
  expect(parametersDeclaredBy(stackWith({ Parameters: { Stage: { Type: 'String' } }, Resources: loop })))
    .toEqual(['Stage']);
});

test.each([
  ['deployed', 'CREATE_UPDATE', [['Shop', 'Pipeline']]],
  ['deployed', undefined, [['Shop', 'Pipeline']]],
  ['not deployed', 'DELETE_ONLY', []],
])('a stack is %s by a pipeline whose action has the mode %s', (_, mode, found) => {
  const action = {
    ActionTypeId: { Category: 'Deploy', Owner: 'AWS', Provider: 'CloudFormation', Version: '1' },
    Configuration: { StackName: 'Shop', ActionMode: mode },
    RoleArn: 'arn:aws:iam::333333333333:role/deploy',
  };
  const Properties = { Stages: [{ Actions: [{ ActionTypeId: { Provider: 'CodeBuild' } }, action] }] };
  const Pipeline = { Type: 'AWS::CodePipeline::Pipeline', Properties };
  const stacks = [
    assemblyStack('222222222222', 'eu-west-1', { Resources: { ...loop, Pipeline } }, 'Pipeline'),
    assemblyStack('333333333333', 'eu-west-1', {}, 'Shop'),
    assemblyStack('444444444444', 'eu-west-1', {}, 'Other'),
  ];
  expect([...stacksOfPipelines(stacks)]).toEqual(found);
});
