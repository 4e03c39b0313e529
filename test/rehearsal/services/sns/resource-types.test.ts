import { Clock } from '../../../../rehearsal/core/clock';
import { Identities } from '../../../../rehearsal/services/iam/identities';
import { Sns } from '../../../../rehearsal/services/sns/service';

const context = {
  accountId: '222222222222', region: 'eu-west-1', stackId: 'id', stackName: 'Stack', logicalId: 'Resource', tags: {},
};
const arnOf = (name: string): string => `arn:aws:sns:eu-west-1:222222222222:${name}`;
const TOPIC = arnOf('alerts');
const ANNA = { TopicArn: TOPIC, Protocol: 'email', Endpoint: 'anna@example.com' };
const DIFFERENT = 'Invalid parameter: Attributes Reason: Subscription already exists with different attributes';

let sns: Sns;
beforeEach(() => {
  sns = new Sns({ clock: new Clock(6000), partition: 'aws', endpoint: '', listens: true }, new Identities());
});

const type = (name: string) => sns.resourceTypes[`AWS::SNS::${name}`];
const subscribers = (): string[] =>
  sns.topics.subscriptionsOf(TOPIC).map(({ protocol, endpoint }) => `${protocol} ${endpoint}`);

describe('a subscription', () => {
  test('with the topic, protocol and endpoint of another one is that one', async () => {
    const first = await type('Subscription').create({ ...ANNA, FilterPolicy: { kind: ['sale'] } }, context);
    expect(await type('Subscription').create(ANNA, context)).toEqual(first);
    expect(await type('Subscription').create({ ...ANNA, FilterPolicy: '{"kind":["sale"]}' }, context)).toEqual(first);
    expect(subscribers()).toEqual(['email anna@example.com']);
  });

  test.each([
    ['policy', { FilterPolicy: { kind: ['return'] } }],
    ['scope', { FilterPolicyScope: 'MessageBody' }],
  ])('with another filter %s than the one that its endpoint has is rejected', async (_name, attribute) => {
    await type('Subscription').create({ ...ANNA, FilterPolicy: { kind: ['sale'] } }, context);
    await expect(type('Subscription').create({ ...ANNA, ...attribute }, context)).rejects.toMatchObject({
      code: 'InvalidParameter', message: DIFFERENT,
    });
  });

  test.each([
    ['protocol', { Protocol: 'email-json' }],
    ['endpoint', { Endpoint: 'ben@example.com' }],
    ['topic', { TopicArn: arnOf('other') }],
  ])('with another %s is another subscription', async (_name, property) => {
    const [first, second] = [
      await type('Subscription').create(ANNA, context),
      await type('Subscription').create({ ...ANNA, ...property }, context),
    ];
    expect(second.id).not.toBe(first.id);
  });

  test('keeps its ARN when its filter policy changes', async () => {
    const { id } = await type('Subscription').create(ANNA, context);
    const wanted = { ...ANNA, FilterPolicy: { kind: ['sale'] } };
    expect(await type('Subscription').update(id, wanted, ANNA, context)).toMatchObject({ id });
    expect(sns.topics.subscriptionsOf(TOPIC)).toMatchObject([{ arn: id, filterPolicy: { kind: ['sale'] } }]);
  });
});

test('an update of a topic changes only the subscriptions of its property', async () => {
  const subscriber = (Protocol: string, Endpoint: string) => ({ Protocol, Endpoint });
  const before = {
    TopicName: 'alerts',
    Subscription: [subscriber('https', 'https://a.example.com'), subscriber('email', 'ben@example.com')],
  };
  await type('Topic').create(before, context);
  await type('Subscription').create({ TopicArn: TOPIC, ...subscriber('http', 'https://a.example.com') }, context);
  const [, ben] = sns.topics.subscriptionsOf(TOPIC);
  const wanted = { TopicName: 'alerts', Subscription: [subscriber('email', 'ben@example.com')] };
  await type('Topic').update(TOPIC, wanted, before, context);
  expect(subscribers().sort()).toEqual(['email ben@example.com', 'http https://a.example.com']);
  expect(sns.topics.subscriptionsOf(TOPIC)).toContainEqual(ben);
});

test('a topic that is removed from a policy has no policy', async () => {
  const PolicyDocument = {
    Version: '2012-10-17',
    Statement: [{
      Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sns:Publish', Resource: '*',
    }],
  };
  const before = { PolicyDocument, Topics: [TOPIC, arnOf('other')] };
  const { id } = await type('TopicPolicy').create(before, context);
  expect(sns.topics.policyOf(arnOf('other'))).toEqual(PolicyDocument);
  await type('TopicPolicy').update(id, { PolicyDocument, Topics: [TOPIC] }, before, context);
  expect([TOPIC, arnOf('other')].map(arn => sns.topics.policyOf(arn))).toEqual([PolicyDocument, undefined]);
});
