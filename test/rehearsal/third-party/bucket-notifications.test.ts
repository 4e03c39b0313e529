import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket, CfnBucket, EventType, type IBucket } from 'aws-cdk-lib/aws-s3';
import { LambdaDestination, SnsDestination, SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { rehearse, WORK } from './world';
import type { Simulation } from '../../../rehearsal';
import { deployAssembly, destroyAssembly } from '../../../rehearsal/assembly/deployer';

const env = { account: WORK, region: 'eu-west-1' };
const BUCKET = 'uploads';

/** A function that logs what it receives. */
function logging(stack: Stack, id: string): LambdaFunction {
  return new LambdaFunction(stack, id, {
    functionName: id,
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async event => console.log("received " + JSON.stringify(event));'),
  });
}

const withBucket = (define: (stack: Stack, bucket: Bucket) => void) => (app: App): void => {
  const stack = new Stack(app, 'Stack', { env });
  define(stack, new Bucket(stack, 'Bucket', { bucketName: BUCKET, removalPolicy: RemovalPolicy.DESTROY }));
};

/** Stores an object and returns what the functions have received. */
async function upload({ s3, lambda, clock }: Simulation, key: string): Promise<[name: string, event: unknown][]> {
  const before = lambda.log.length;
  s3.write(BUCKET, key, Buffer.from('text'));
  while (lambda.isBusy) await clock.sleep(1);
  return lambda.log.slice(before).flatMap(({ functionName, text }): [string, unknown][] => {
    const json = /received (\{.*\})/.exec(text)?.[1];
    return json === undefined ? [] : [[functionName, JSON.parse(json)]];
  });
}

test('a function receives the events of the bucket that it is subscribed to', async () => {
  await rehearse(withBucket((stack, bucket) => {
    bucket.addEventNotification(EventType.OBJECT_CREATED, new LambdaDestination(logging(stack, 'images')),
      { prefix: 'images/', suffix: '.png' });
    bucket.addEventNotification(EventType.OBJECT_REMOVED, new LambdaDestination(logging(stack, 'removed')));
  }), async ({ failures }, simulation) => {
    expect(failures).toEqual([]);
    expect(await upload(simulation, 'images/a b.txt')).toEqual([]);
    expect(await upload(simulation, 'images/a b.png')).toEqual([['images', {
      Records: [expect.objectContaining({
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        awsRegion: 'eu-west-1',
        s3: expect.objectContaining({
          bucket: { name: BUCKET, ownerIdentity: { principalId: `AWS:${WORK}` }, arn: `arn:aws:s3:::${BUCKET}` },
          object: { key: 'images/a+b.png', size: 4, eTag: expect.stringMatching(/^\w{32}$/), sequencer: expect.any(String) },
        }),
      })],
    }]]);
    simulation.s3.erase(BUCKET, 'images/a b.txt');
    while (simulation.lambda.isBusy) await simulation.clock.sleep(1);
    expect(simulation.lambda.log.at(-1)?.text).toContain('"eventName":"ObjectRemoved:Delete"');
  });
});

test('EventBridge receives the events of a bucket', async () => {
  await rehearse(withBucket((stack, bucket) => {
    bucket.enableEventBridgeNotification();
    new Rule(stack, 'Rule', {
      eventPattern: { source: ['aws.s3'], detailType: ['Object Created'] },
      targets: [new FunctionTarget(logging(stack, 'rule'))],
    });
  }), async ({ failures }, simulation) => {
    expect(failures).toEqual([]);
    expect(await upload(simulation, 'a b.txt')).toMatchObject([['rule', {
      'source': 'aws.s3',
      'detail-type': 'Object Created',
      'detail': { bucket: { name: BUCKET }, object: { key: 'a b.txt', size: 4 }, reason: 'PutObject' },
    }]]);
  });
});

test('queues and topics are in the configuration of the bucket, until the stack is deleted', async () => {
  await rehearse(withBucket((stack, bucket) => {
    bucket.addEventNotification(EventType.OBJECT_CREATED_PUT, new SqsDestination(new Queue(stack, 'Queue')));
    bucket.addEventNotification(EventType.OBJECT_REMOVED_DELETE, new SnsDestination(new Topic(stack, 'Topic')));
  }), async ({ failures }, simulation, outdir) => {
    expect(failures).toEqual([]);
    expect(simulation.s3.bucket(BUCKET)?.notifications.rules).toMatchObject([
      { receiver: 'Topic', events: ['s3:ObjectRemoved:Delete'] },
      { receiver: 'Queue', events: ['s3:ObjectCreated:Put'], prefix: '', suffix: '' },
    ]);
    const { failures: destroyed } = await destroyAssembly(simulation, outdir);
    expect(destroyed).toEqual([]);
  });
});

test('notifications of an imported bucket are added to those that it has, and removed again', async () => {
  await rehearse(app => {
    const owner = new Stack(app, 'Owner', { env });
    const own = logging(owner, 'own');
    const bucket = new Bucket(owner, 'Bucket', { bucketName: BUCKET });
    bucket.addEventNotification(EventType.OBJECT_CREATED, new LambdaDestination(own), { suffix: '.own' });
    const other = new Stack(app, 'Other', { env });
    other.addStackDependency(owner);
    const imported: IBucket = Bucket.fromBucketName(other, 'Bucket', BUCKET);
    imported.addEventNotification(EventType.OBJECT_CREATED, new LambdaDestination(logging(other, 'other')),
      { suffix: '.other' });
  }, async ({ failures }, simulation) => {
    expect(failures).toEqual([]);
    const suffixes = () => simulation.s3.bucket(BUCKET)?.notifications.rules.map(({ suffix }) => suffix);
    expect(suffixes()).toEqual(['.own', '.other']);
    await simulation.cloudformation.remove(WORK, 'eu-west-1', 'Other');
    expect(suffixes()).toEqual(['.own']);
  });
});

test('a bucket without the permission of the function fails with the message of S3', async () => {
  await rehearse(withBucket((stack, bucket) => {
    const { functionArn } = logging(stack, 'images');
    bucket.addEventNotification(EventType.OBJECT_CREATED, { bind: () => ({ arn: functionArn, type: 0 }) });
  }), ({ failures: [{ type, reason }] }) => {
    expect(type).toBe('Custom::S3BucketNotifications');
    expect(reason).toMatch(new RegExp(
      '^Received response status \\[FAILED\\] from custom resource. Message returned: Error: An error occurred '
      + '\\(InvalidArgument\\) when calling the PutBucketNotificationConfiguration operation: Unable to validate the '
      + 'following destination configurations. See the details in CloudWatch Log Stream: \\S+ \\(RequestId: \\S+\\)$',
    ));
  });
});

test('a handler that may not set notifications fails with the message of S3', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env });
    const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const actions = ['s3:PutBucketNotification'];
    role.addToPolicy(new PolicyStatement({ effect: Effect.DENY, actions, resources: ['*'] }));
    const bucket = new Bucket(stack, 'Bucket', { bucketName: BUCKET, notificationsHandlerRole: role });
    bucket.enableEventBridgeNotification();
  }, ({ failures: [{ reason }] }) => {
    expect(reason).toContain(
      'Error: An error occurred (AccessDenied) when calling the PutBucketNotificationConfiguration operation: User: ',
    );
    expect(reason).toContain('s3:PutBucketNotification');
  });
});

test('two rules that overlap are rejected', async () => {
  await rehearse(withBucket((stack, bucket) => {
    const [one, two] = ['One', 'Two'].map(id => new SqsDestination(new Queue(stack, id)));
    bucket.addEventNotification(EventType.OBJECT_CREATED, one, { prefix: 'a' });
    bucket.addEventNotification(EventType.OBJECT_CREATED_PUT, two, { prefix: 'ab' });
  }), ({ failures: [{ reason }] }) => {
    expect(reason).toContain('(InvalidArgument) when calling the PutBucketNotificationConfiguration operation: '
      + 'Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are '
      + 'overlapping for the same event type.');
  });
});

test('the property of a bucket is its notification configuration, too', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env });
    const handler = logging(stack, 'handler');
    handler.addPermission('Bucket', { principal: new ServicePrincipal('s3.amazonaws.com'), sourceAccount: WORK });
    const bucket = new CfnBucket(stack, 'Bucket', {
      bucketName: BUCKET,
      notificationConfiguration: {
        lambdaConfigurations: [{
          event: 's3:ObjectCreated:*',
          function: handler.functionArn,
          filter: { s3Key: { rules: [{ name: 'suffix', value: '.txt' }] } },
        }],
      },
    });
    bucket.node.addDependency(handler);
  }, async ({ failures }, simulation) => {
    expect(failures).toEqual([]);
    expect((await upload(simulation, 'a.txt')).map(([name]) => name)).toEqual(['handler']);
    expect(await upload(simulation, 'a.png')).toEqual([]);
  });
});

const FORBIDDEN = { event: 's3:ObjectCreated:*', function: `arn:aws:lambda:eu-west-1:${WORK}:function:unknown` };
const UNABLE = 'Unable to validate the following destination configurations';

test.each([
  ['whose function does not admit S3', [FORBIDDEN], UNABLE],
  ['with rules that overlap', [FORBIDDEN, FORBIDDEN], 'Configuration is ambiguously defined'],
])('a bucket %s is not created, and the next deployment fails for the same reason', async (_why, rules, expected) => {
  await rehearse(app => {
    new CfnBucket(new Stack(app, 'Stack', { env }), 'Bucket', {
      bucketName: BUCKET, notificationConfiguration: { lambdaConfigurations: rules },
    });
  }, async (first, simulation, outdir) => {
    expect(simulation.s3.bucket(BUCKET)).toBeUndefined();
    const second = await deployAssembly(simulation, outdir);
    for (const { failures: [{ reason }] } of [first, second]) expect(reason).toContain(expected);
  });
});

test('a rejected update of a bucket changes nothing', async () => {
  await rehearse(withBucket(() => undefined), async ({ failures }, { s3 }) => {
    expect(failures).toEqual([]);
    const before = s3.bucket(BUCKET)?.tags;
    const wanted = {
      BucketName: BUCKET,
      Tags: [{ Key: 'team', Value: 'shop' }],
      VersioningConfiguration: { Status: 'Enabled' },
      NotificationConfiguration: { LambdaConfigurations: [{ Event: FORBIDDEN.event, Function: FORBIDDEN.function }] },
    };
    const context = {
      accountId: WORK, region: 'eu-west-1', stackId: 'id', stackName: 'Stack', logicalId: 'Bucket', tags: {},
    };
    await expect(s3.resourceTypes['AWS::S3::Bucket'].update(BUCKET, wanted, { BucketName: BUCKET }, context))
      .rejects.toThrow(UNABLE);
    s3.write(BUCKET, 'a.txt', Buffer.from('a'));
    expect(s3.bucket(BUCKET)?.tags).toEqual(before);
    expect(s3.bucket(BUCKET)?.versionIdOf('a.txt')).toBeUndefined();
  });
});
