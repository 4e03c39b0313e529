import { Lazy } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { EventField, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { matches } from '../../rehearsal/services/events/pattern';
import type { OnPipelineEventOptions } from '../../src';
import { NotificationFormat, PipelineEvent, PipelineNotifications } from '../../src';
import { deployment, failure, happened, rollback } from '../deployments/events';
import { CICD_ACCOUNT, Cicd } from '../fixtures/app';
import { onlyResource, resourcesOf, synthesized } from '../fixtures/assembly';

const approval = [
  happened('one', 5, { stage: 'Approve', action: 'Approve', type: { category: 'Approval' } }),
  happened('one', 9, { stage: 'Approve', action: 'Approve', type: { category: 'Approval' }, state: 'SUCCEEDED' }),
];

/** How many events of a story a rule takes. */
function heard(options: OnPipelineEventOptions, story: readonly object[]): number {
  const { stack, organization } = new Cicd(undefined, { imported: true });
  organization.onPipelineEvent('Rule', options);
  const { EventPattern: pattern } = onlyResource(synthesized(stack), 'AWS::Events::Rule').Properties;
  return story.filter(event => matches(pattern, reported({ source: 'aws.codepipeline', ...event }))).length;
}

/** The event that Lambda sends to the bus after the recording function has returned. */
function reported(requestPayload: object, { verified = true, source = 'lambda', account = CICD_ACCOUNT } = {}) {
  return { source, account, detail: { requestPayload, responsePayload: { verified } } };
}

describe('a rule for what happens in pipelines', () => {
  test.each<[PipelineEvent, number[]]>([
    [PipelineEvent.STARTED, [1, 1, 1, 0]],
    [PipelineEvent.APPROVAL_NEEDED, [0, 0, 0, 1]],
    [PipelineEvent.SUCCEEDED, [1, 0, 1, 0]],
    [PipelineEvent.FAILED, [0, 1, 0, 0]],
    [PipelineEvent.ROLLED_BACK, [0, 0, 1, 0]],
  ])('of the kind %s hears it once, and nothing else: a rollback begins and succeeds as any run', (event, counts) => {
    const stories = [deployment('one', 0), failure('two', 0), rollback('three', 0), approval];
    expect(stories.map(story => heard({ events: [event] }, story))).toEqual(counts);
  });

  test('hears of every kind and every environment unless some are named', () => {
    const story = [...deployment('one', 0), ...rollback('two', 0), ...approval];
    expect(heard({}, story)).toBe(5);
    expect(heard({ events: [PipelineEvent.ROLLED_BACK, PipelineEvent.SUCCEEDED] }, story)).toBe(3);
    expect(heard({ environmentNames: ['test1', 'test2'] }, story)).toBe(5);
    expect(heard({ environmentNames: ['prod'] }, story)).toBe(0);
  });

  test('matches only what the recording function has verified, and the CICD account sends', () => {
    const { stack, organization } = new Cicd(undefined, { imported: true });
    organization.onPipelineEvent('Rule');
    const { EventPattern: pattern } = onlyResource(synthesized(stack), 'AWS::Events::Rule').Properties;
    const [event] = deployment('one', 0);
    expect(matches(pattern, reported(event))).toBe(true);
    expect(matches(pattern, reported(event, { verified: false }))).toBe(false);
    expect(matches(pattern, reported(event, { account: '111111111111' }))).toBe(false);
    expect(matches(pattern, reported(event, { source: 'aws.codepipeline' }))).toBe(false);
    expect(matches(pattern, { source: 'aws.codepipeline', ...event })).toBe(false);
  });

  test('gives its targets the event of CodePipeline, whatever input they choose', () => {
    const { stack, organization } = new Cicd(undefined, { imported: true });
    const topic = new Topic(stack, 'Topic');
    const rule = organization.onPipelineEvent('Rule', { target: new SnsTopic(topic) });
    rule.addTarget(new SnsTopic(topic, { message: RuleTargetInput.fromEventPath('$.detail') }));
    rule.addTarget(new SnsTopic(topic, { message: RuleTargetInput.fromText(`in ${EventField.account}`) }));
    rule.addTarget(new SnsTopic(topic, { message: RuleTargetInput.fromText('news') }));
    const { Targets: targets } = onlyResource(synthesized(stack), 'AWS::Events::Rule').Properties;
    expect(targets).toEqual([
      expect.objectContaining({ InputPath: '$.detail.requestPayload' }),
      expect.objectContaining({ InputPath: '$.detail.requestPayload.detail' }),
      expect.objectContaining({
        InputTransformer: {
          InputPathsMap: { account: '$.detail.requestPayload.account' }, InputTemplate: '"in <account>"',
        },
      }),
      expect.objectContaining({ Input: '"news"' }),
    ]);
  });

  test('is on the bus of the organization and has the target', () => {
    const { stack, organization } = new Cicd(undefined, { imported: true });
    organization.onPipelineEvent(
      'Rule', { target: new SnsTopic(new Topic(stack, 'Topic')), ruleName: 'prod', description: 'Watches prod' },
    );
    expect(onlyResource(synthesized(stack), 'AWS::Events::Rule').Properties).toMatchObject({
      EventBusName: 'org-environments',
      Name: 'prod',
      Description: 'Watches prod',
      State: 'ENABLED',
      Targets: [
        { Arn: { Ref: expect.stringMatching(/^Topic/) } },
      ],
    });
  });

  test.each<[OnPipelineEventOptions, string]>([
    [{ environmentNames: [] }, "[Cicd/Organization] 'environmentNames' must not be empty; omit it for the default"],
    [{ events: [] }, "[Cicd/Organization] 'events' must not be empty; omit it for the default"],
    [
      { environmentNames: ['env/prod'] },
      "the environment name must be 1 to 32 letters, digits and hyphens, beginning with a letter, got 'env/prod'",
    ],
  ])('is rejected with %j', (options, message) => {
    expect(() => heard(options, [])).toThrow(message);
  });
});

describe('a name that no environment of the app has', () => {
  function warnings(
    environmentNames: string[] | undefined, environments: readonly string[] = ['dev', 'prod'],
  ): string[] {
    const cicd = new Cicd(undefined, { imported: true });
    new PipelineNotifications(cicd.stack, 'Notifications', { organization: cicd.organization, environmentNames });
    for (const name of environments) cicd.environment(name);
    return Annotations.fromStack(cicd.stack).findWarning('*', Match.anyValue()).map(
      ({ id, entry }) => `${id}: ${String(entry.data)}`,
    );
  }

  test('causes a warning, because the rule may match nothing', () => {
    expect(warnings(['prod', 'prdo', 'tset'])).toEqual([
      "/Cicd/Notifications: no environment of this app is named 'prdo', 'tset', so the rule may match nothing: "
        + 'use one of dev, prod; if another app defines it, acknowledge this warning [ack: '
        + 'cdk-org-environments:unknownEnvironment]',
    ]);
  });

  test('is fine when all are meant, when it is a token, and in an app that has no environments of its own', () => {
    expect([
      ...warnings(['dev']),
      ...warnings(undefined),
      ...warnings([Lazy.string({ produce: () => 'prod' })]),
      ...warnings(['prdo'], []),
    ]).toEqual([]);
  });
});

describe('notifications', () => {
  function notifying(props: Partial<ConstructorParameters<typeof PipelineNotifications>[2]> = {}) {
    const { stack, organization } = new Cicd(undefined, { imported: true });
    new PipelineNotifications(stack, 'Notifications', { organization, ...props });
    return synthesized(stack);
  }
  const templates = (template: ReturnType<typeof notifying>) => resourcesOf(template, 'AWS::Events::Rule').map(
    ({ Properties }) => Properties.Targets[0].InputTransformer.InputTemplate,
  );

  test('describe approvals, failures and rollbacks, with a link to the console', () => {
    expect(templates(notifying())).toEqual([
      expect.stringContaining('"Environment <detail-pipeline> (account <account>): an execution waits for '
        + 'approval in the stage <detail-stage>. '
        + 'https://<region>.console.aws.amazon.com/codesuite/codepipeline/pipelines/<detail-pipeline>'
        + '/executions/<detail-execution-id>/timeline?region=<region>"'),
      expect.stringContaining('the stage <detail-stage> has failed. https://'),
      expect.stringContaining('a rollback has started: the previous commit is deployed again. https://'),
    ]);
  });

  test('for a chat are worded as Amazon Q Developer wants them', () => {
    const [failed] = templates(notifying({ events: [PipelineEvent.FAILED], messageFormat: NotificationFormat.CHAT }));
    // EventBridge adds the quotes of a value that is the whole text
    expect(JSON.parse(failed.replace(/:(<[a-z-]+>)/g, ':"$1"'))).toEqual({
      version: '1.0',
      source: 'custom',
      content: {
        textType: 'client-markdown',
        title: ':x: Environment <detail-pipeline>: the stage <detail-stage> has failed',
        description: expect.stringMatching(/^In account <account>: https:/),
      },
      metadata: {
        threadId: '<detail-execution-id>',
        summary: 'Environment <detail-pipeline>: the stage <detail-stage> has failed',
      },
    });
  });

  test('are sent by a role that may publish to the one topic, which takes nothing unencrypted', () => {
    const template = notifying({ environmentNames: ['prod'] });
    const [{ Properties: role }] = resourcesOf(template, 'AWS::IAM::Role');
    // without the condition, rules of any account could use the role
    expect(role.AssumeRolePolicyDocument.Statement).toEqual([{
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: 'events.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    }]);
    const [{ Properties: policy }] = resourcesOf(template, 'AWS::IAM::Policy');
    expect(policy.PolicyDocument.Statement).toEqual([
      { Effect: 'Allow', Action: 'sns:Publish', Resource: { Ref: expect.stringMatching(/^NotificationsTopic/) } },
    ]);
    const [{ Properties: topicPolicy }] = resourcesOf(template, 'AWS::SNS::TopicPolicy');
    expect(topicPolicy.PolicyDocument.Statement).toMatchObject([
      { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ]);
    const patterns = resourcesOf(template, 'AWS::Events::Rule').map(({ Properties }) => Properties.EventPattern);
    expect(patterns.map(({ detail }) => detail.requestPayload.detail.pipeline)).toEqual([['prod'], ['prod'], ['prod']]);
  });

  test('can use an existing topic, and are rejected without events', () => {
    const { stack, organization } = new Cicd(undefined, { imported: true });
    const topic = Topic.fromTopicArn(stack, 'Known', 'arn:aws:sns:eu-west-1:222222222222:known');
    expect(new PipelineNotifications(stack, 'Notifications', { organization, topic }).topic).toBe(topic);
    expect(resourcesOf(synthesized(stack), 'AWS::SNS::Topic')).toEqual([]);
    expect(() => notifying({ events: [] })).toThrow("[Cicd/Notifications] 'events' must not be empty");
  });
});
