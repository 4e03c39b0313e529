import { Stack, type App } from 'aws-cdk-lib';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { EventBus, EventPattern, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket, EventType } from 'aws-cdk-lib/aws-s3';
import { SnsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { FilterOrPolicy, SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, LambdaSubscription, SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { rehearse, WORK } from './world';
import { describeMessage } from '../../../cli/output/messages';
import type { Simulation } from '../../../rehearsal';

const env = { account: WORK, region: 'eu-west-1' };
const TOPIC = `arn:aws:sns:eu-west-1:${WORK}:alerts`;
const email = new EmailSubscription('anna@example.com');

/** Defines a topic with a subscription of Anna. */
const withTopic = (define: (stack: Stack, topic: Topic) => void) => (app: App): void => {
  const stack = new Stack(app, 'Stack', { env });
  const topic = new Topic(stack, 'Topic', { topicName: 'alerts' });
  topic.addSubscription(email);
  define(stack, topic);
};

/** A function that publishes its event to the topic. */
function publisher(stack: Stack): LambdaFunction {
  return new LambdaFunction(stack, 'Publisher', {
    functionName: 'publisher',
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline(`
      const { PublishCommand, SNSClient } = require('@aws-sdk/client-sns');
      exports.handler = async event => {
        for (const attribute of Object.values(event.MessageAttributes ?? {})) {
          if (attribute.BinaryValue) attribute.BinaryValue = Buffer.from(attribute.BinaryValue);
        }
        return new SNSClient({}).send(new PublishCommand(event));
      };
    `),
  });
}

const publish = async ({ lambda }: Simulation, event: object): Promise<string> =>
  (await lambda.invoke(`arn:aws:lambda:eu-west-1:${WORK}:function:publisher`, event)).payload;

const lines = ({ sns }: Simulation): string[] => sns.messages.sent.map(describeMessage);

test('a message that a function publishes is sent to each subscriber', async () => {
  await rehearse(withTopic((stack, topic) => {
    topic.grantPublish(publisher(stack));
    topic.addSubscription(new SqsSubscription(new Queue(stack, 'Queue', { queueName: 'orders' })));
  }), async ({ failures }, simulation) => {
    expect(failures).toEqual([]);
    expect(simulation.cloudformation.placeholderTypes).toEqual(['AWS::SQS::Queue', 'AWS::SQS::QueuePolicy']);
    await publish(simulation, { TopicArn: TOPIC, Subject: 'Sold out', Message: 'no more shoes' });
    await publish(simulation, { TopicArn: TOPIC, Message: 'first line\nsecond line' });
    expect(lines(simulation)).toEqual([
      'message to anna@example.com (topic alerts): Sold out',
      'message to sqs orders (topic alerts): Sold out',
      'message to anna@example.com (topic alerts): first line',
      'message to sqs orders (topic alerts): first line',
    ]);
  });
});

test('a function that may not publish is denied, and nothing is sent', async () => {
  await rehearse(withTopic(stack => void publisher(stack)), async (_result, simulation) => {
    expect(await publish(simulation, { TopicArn: TOPIC, Message: 'x' })).toContain(
      `is not authorized to perform: sns:Publish on resource: ${TOPIC}`,
    );
    expect(lines(simulation)).toEqual([]);
  });
});

test('a message to a topic that does not exist is rejected', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env });
    Topic.fromTopicArn(stack, 'Topic', TOPIC).grantPublish(publisher(stack));
  }, async (_result, simulation) => {
    expect(await publish(simulation, { TopicArn: TOPIC, Message: 'x' })).toContain('Topic does not exist');
  });
});

test('a topic without a subscription says so', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env });
    new Topic(stack, 'Topic', { topicName: 'alerts' }).grantPublish(publisher(stack));
  }, async (_result, simulation) => {
    await publish(simulation, { TopicArn: TOPIC, Message: 'x'.repeat(200) });
    expect(lines(simulation)).toEqual([
      `message not delivered: topic alerts has no matching subscription: ${'x'.repeat(160)}…`,
    ]);
  });
});

test.each([
  ['attributes', { filterPolicy: { kind: SubscriptionFilter.stringFilter({ allowlist: ['sale'] }) } }],
  ['the body', {
    filterPolicyWithMessageBody: {
      kind: FilterOrPolicy.filter(SubscriptionFilter.stringFilter({ allowlist: ['sale'] })),
    },
  }],
])('a filter policy selects messages by %s', async (_by, filter) => {
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env });
    const topic = new Topic(stack, 'Topic', { topicName: 'alerts' });
    topic.addSubscription(new EmailSubscription('anna@example.com', filter));
    topic.grantPublish(publisher(stack));
  }, async (_result, simulation) => {
    for (const kind of ['sale', 'return']) {
      await publish(simulation, {
        TopicArn: TOPIC,
        Message: JSON.stringify({ kind }),
        MessageAttributes: { kind: { DataType: 'String', StringValue: kind } },
      });
    }
    expect(lines(simulation)).toEqual([
      'message to anna@example.com (topic alerts): {"kind":"sale"}',
      'message not delivered: topic alerts has no matching subscription: {"kind":"return"}',
    ]);
  });
});

test('a filter policy compares numbers and lists', async () => {
  const filterPolicy = {
    price: SubscriptionFilter.numericFilter({ between: { start: 9, stop: 100 } }),
    sizes: SubscriptionFilter.stringFilter({ allowlist: ['small'] }),
    photo: SubscriptionFilter.notExistsFilter(),
  };
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env });
    const topic = new Topic(stack, 'Topic', { topicName: 'alerts' });
    topic.addSubscription(new EmailSubscription('anna@example.com', { filterPolicy }));
    topic.grantPublish(publisher(stack));
  }, async (_result, simulation) => {
    const send = async (Message: string, price: string, sizes: string): Promise<string> => publish(simulation, {
      TopicArn: TOPIC,
      Message,
      MessageAttributes: {
        price: { DataType: 'Number', StringValue: price },
        sizes: { DataType: 'String.Array', StringValue: sizes },
        photo: { DataType: 'Binary', BinaryValue: 'hello' },
      },
    });
    await send('both', '20', '["small","large"]');
    await send('a low number', '3', '["small"]');
    await send('another list', '20', '["large"]');
    await send('no list', '20', 'small');
    expect(simulation.sns.messages.sent.map(({ body, subscription }) => [body, subscription?.endpoint])).toEqual([
      ['both', 'anna@example.com'], ['a low number', undefined], ['another list', undefined], ['no list', undefined],
    ]);
  });
});

test('a message can differ by protocol', async () => {
  await rehearse(withTopic((stack, topic) => topic.grantPublish(publisher(stack))), async (_result, simulation) => {
    const message = { default: 'short', email: 'Dear Anna' };
    await publish(simulation, { TopicArn: TOPIC, Message: JSON.stringify(message), MessageStructure: 'json' });
    expect(lines(simulation)).toEqual(['message to anna@example.com (topic alerts): Dear Anna']);
    expect(await publish(simulation, { TopicArn: TOPIC, Message: '{}', MessageStructure: 'json' })).toContain(
      'Invalid parameter: Message Structure - No default entry in JSON message body',
    );
  });
});

test('a function that is subscribed receives the message', async () => {
  await rehearse(withTopic((stack, topic) => {
    topic.grantPublish(publisher(stack));
    const code = Code.fromInline(`exports.handler = async ({ Records: [{ Sns: { Message, MessageAttributes } }] }) =>
      console.log("got " + JSON.stringify([Message, MessageAttributes]));`);
    topic.addSubscription(new LambdaSubscription(new LambdaFunction(stack, 'Subscriber', {
      functionName: 'subscriber', runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code,
    })));
  }), async ({ failures }, simulation) => {
    expect(failures).toEqual([]);
    await publish(simulation, {
      TopicArn: TOPIC,
      Message: 'hello',
      MessageAttributes: {
        price: { DataType: 'Number', StringValue: '20' },
        photo: { DataType: 'Binary', BinaryValue: 'hello' },
        sizes: { DataType: 'String.Array', StringValue: '["small"]' },
      },
    });
    while (simulation.lambda.isBusy) await simulation.clock.sleep(1);
    expect(lines(simulation).at(-1)).toBe('message to lambda subscriber (topic alerts): hello');
    const [received] = simulation.lambda.log.flatMap(({ text }) => /got (.*)/.exec(text)?.[1] ?? []);
    expect(JSON.parse(received)).toEqual(['hello', {
      price: { Type: 'Number', Value: '20' },
      photo: { Type: 'Binary', Value: 'aGVsbG8=' },
      sizes: { Type: 'String', Value: '["small"]' },
    }]);
  });
});

test('an alarm sends a message to its topic when its state changes', async () => {
  await rehearse(withTopic((stack, topic) => {
    const metric = new Metric({ namespace: 'Shop', metricName: 'Errors' });
    const alarm = new Alarm(stack, 'Alarm', { alarmName: 'errors', metric, threshold: 1, evaluationPeriods: 1 });
    alarm.addAlarmAction(new SnsAction(topic));
  }), ({ failures }, simulation) => {
    expect(failures).toEqual([]);
    const set = (state: 'OK' | 'ALARM'): void =>
      simulation.cloudwatch.setState(WORK, 'eu-west-1', 'errors', state, 'too many errors');
    for (const state of ['ALARM', 'ALARM', 'OK'] as const) set(state);
    expect(lines(simulation)).toEqual(['message to anna@example.com (topic alerts): ALARM: "errors" in eu-west-1']);
    expect(JSON.parse(simulation.sns.messages.sent[0].body)).toMatchObject({
      AlarmName: 'errors', NewStateValue: 'ALARM', OldStateValue: 'OK', NewStateReason: 'too many errors',
    });
  });
});

test('an alarm that the policy of its topic does not admit is refused', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env });
    const topic = new Topic(stack, 'Topic', { topicName: 'alerts', enforceSSL: true });
    const metric = new Metric({ namespace: 'Shop', metricName: 'Errors' });
    const alarm = new Alarm(stack, 'Alarm', { alarmName: 'errors', metric, threshold: 1, evaluationPeriods: 1 });
    // the construct would add the permission
    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: topic.topicArn }) });
  }, (_result, simulation) => {
    simulation.cloudwatch.setState(WORK, 'eu-west-1', 'errors', 'ALARM', 'too many errors');
    const [line] = lines(simulation);
    expect(line).toContain('message was not published (topic alerts): ALARM: "errors" in eu-west-1: ');
    expect(line).toContain(`cloudwatch.amazonaws.com is not authorized to perform: sns:Publish on resource: ${TOPIC}`);
  });
});

const EVENT = { 'source': 'shop', 'detail-type': 'Sale', 'resources': [], 'detail': { item: 'shoes' } };
const pattern: EventPattern = { source: ['shop'] };

test('a rule sends its message to the topic that admits EventBridge', async () => {
  await rehearse(withTopic((stack, topic) => {
    const message = RuleTargetInput.fromText('A sale');
    new Rule(stack, 'Rule', { eventPattern: pattern, targets: [new SnsTopic(topic, { message })] });
  }), async ({ failures }, simulation) => {
    expect(failures).toEqual([]);
    simulation.events.emit(WORK, 'eu-west-1', EVENT);
    await simulation.clock.sleep(1);
    expect(lines(simulation)).toEqual(['message to anna@example.com (topic alerts): A sale']);
  });
});

test('a rule whose topic does not admit EventBridge sends nothing', async () => {
  await rehearse(withTopic((stack, topic) => {
    new Rule(stack, 'Rule', {
      eventPattern: pattern,
      eventBus: EventBus.fromEventBusName(stack, 'Bus', 'default'),
      targets: [{ bind: () => ({ arn: topic.topicArn }) }],
    });
  }), async ({ failures }, simulation) => {
    expect(failures).toEqual([]);
    const errors: unknown[] = [];
    simulation.events.onUndelivered = error => void errors.push(error);
    simulation.events.emit(WORK, 'eu-west-1', EVENT);
    await simulation.clock.sleep(1);
    expect([lines(simulation), errors]).toEqual([[], [expect.objectContaining({
      message: expect.stringContaining('events.amazonaws.com is not authorized to perform: sns:Publish'),
    })]]);
  });
});

test('a bucket sends a test message and its events to its topic', async () => {
  await rehearse(withTopic((stack, topic) => {
    new Bucket(stack, 'Bucket', { bucketName: 'uploads' })
      .addEventNotification(EventType.OBJECT_CREATED, new SnsDestination(topic));
  }), ({ failures }, simulation) => {
    expect(failures).toEqual([]);
    simulation.s3.write('uploads', 'a.txt', Buffer.from('a'));
    expect(lines(simulation)).toEqual(Array(2).fill(
      'message to anna@example.com (topic alerts): Amazon S3 Notification',
    ));
    const bodies = simulation.sns.messages.sent.map(({ body }) => JSON.parse(body));
    expect(bodies).toMatchObject([{ Event: 's3:TestEvent' }, { Records: [{ eventName: 'ObjectCreated:Put' }] }]);
  });
});

test('a subscription that is deleted receives nothing', async () => {
  await rehearse(app => {
    const topic = new Topic(new Stack(app, 'Owner', { env }), 'Topic', { topicName: 'alerts' });
    Topic.fromTopicArn(new Stack(app, 'Subscriber', { env }), 'Topic', topic.topicArn).addSubscription(email);
  }, async ({ failures }, { sns, cloudformation }) => {
    expect([failures, sns.topics.subscriptionsOf(TOPIC)]).toMatchObject([[], [{ endpoint: 'anna@example.com' }]]);
    await cloudformation.remove(WORK, 'eu-west-1', 'Subscriber');
    expect(sns.topics.subscriptionsOf(TOPIC)).toEqual([]);
  });
});

test('a subscription by call is made once', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env });
    const code = Code.fromInline(`
      const { SNSClient, SubscribeCommand } = require('@aws-sdk/client-sns');
      exports.handler = async event => (await new SNSClient({}).send(new SubscribeCommand(event))).SubscriptionArn;
    `);
    const subscriber = new LambdaFunction(stack, 'Publisher', {
      functionName: 'publisher', runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code,
    });
    new Topic(stack, 'Topic', { topicName: 'alerts' }).grantSubscribe(subscriber);
  }, async ({ failures }, simulation) => {
    expect(failures).toEqual([]);
    const subscribe = async (kind: string): Promise<string> => publish(simulation, {
      TopicArn: TOPIC,
      Protocol: 'email',
      Endpoint: 'anna@example.com',
      Attributes: { FilterPolicy: JSON.stringify({ kind: [kind] }) },
    });
    const first = await subscribe('sale');
    expect(await subscribe('sale')).toBe(first);
    expect(await subscribe('return')).toContain('Subscription already exists with different attributes');
    expect(simulation.sns.topics.subscriptionsOf(TOPIC)).toMatchObject([{ filterPolicy: { kind: ['sale'] } }]);
  });
});

test('a second topic with the same name is rejected', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env });
    const [first, second] = ['First', 'Second'].map(id => new Topic(stack, id, { topicName: 'alerts' }));
    second.node.addDependency(first);
  }, ({ failures: [{ reason }] }) => {
    expect(reason).toBe("Resource of type 'AWS::SNS::Topic' with identifier 'alerts' already exists.");
  });
});
