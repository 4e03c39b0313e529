import { CommandLine } from '../command-line';

let cli: CommandLine;
beforeAll(() => { cli = new CommandLine(); });
afterAll(() => { cli.remove(); });

const allow = (service: string, resource: unknown): object => ({
  Effect: 'Allow', Principal: { Service: service }, Action: 'sns:Publish', Resource: resource,
});

/** S3 sends a test message to a topic when a bucket names it. */
function uploads(subscriptions: Record<string, unknown>): string {
  return cli.assembly(`uploads-${Object.keys(subscriptions).length}`, {
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'uploads' } },
    Policy: {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: {
        Topics: [{ Ref: 'Topic' }],
        PolicyDocument: { Version: '2012-10-17', Statement: [allow('s3.amazonaws.com', { Ref: 'Topic' })] },
      },
    },
    ...subscriptions,
    Bucket: {
      Type: 'AWS::S3::Bucket',
      DependsOn: ['Policy', ...Object.keys(subscriptions)],
      Properties: {
        NotificationConfiguration: { TopicConfigurations: [{ Event: 's3:ObjectCreated:*', Topic: { Ref: 'Topic' } }] },
      },
    },
  });
}
const subscription = (Endpoint: string, Protocol = 'email'): object => ({
  Type: 'AWS::SNS::Subscription', Properties: { TopicArn: { Ref: 'Topic' }, Protocol, Endpoint },
});

test('each message to a subscriber is a line of the output, and part of the report', () => {
  const assembly = uploads({ Anna: subscription('anna@example.com'), Ben: subscription('ben@example.com') });
  const { status, stdout } = cli.rehearse('--app', assembly, '--report', 'report.json');
  const lines = stdout.split('\n').filter(line => line.includes('message to'));
  expect(lines.map(line => line.replace(/^\d\d:\d\d:\d\d {2}\d{12} {2}/, ''))).toEqual([
    'message to anna@example.com (topic uploads): Amazon S3 Notification',
    'message to ben@example.com (topic uploads): Amazon S3 Notification',
  ]);
  expect(stdout).not.toContain('AWS::SNS');
  expect(cli.report('report.json').messages).toEqual(['anna', 'ben'].map(name => ({
    sentAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    topicArn: expect.stringMatching(/:uploads$/),
    protocol: 'email',
    endpoint: `${name}@example.com`,
    subject: 'Amazon S3 Notification',
    message: expect.stringContaining('s3:TestEvent'),
  })));
  expect(status).toBe(0);
});

test('a message without a matching subscription says so', () => {
  const { stdout } = cli.rehearse('--app', uploads({}));
  expect(stdout).toContain('message not delivered: topic uploads has no matching subscription: Amazon S3 Notification');
});

test('of the URL of a subscriber, the output and the report have only scheme and host', () => {
  const webhook = subscription('https://anna:hidden@hooks.example.com:8443/services/hidden?key=hidden', 'https');
  const { stdout } = cli.rehearse('--app', uploads({ Webhook: webhook }), '--verbose', '--report', 'webhook.json');
  expect(stdout).toContain('message to https://hooks.example.com:8443 (topic uploads): Amazon S3 Notification');
  const report = cli.report('webhook.json');
  expect(report.messages).toMatchObject([{ protocol: 'https', endpoint: 'https://hooks.example.com:8443' }]);
  expect(stdout + JSON.stringify(report)).not.toMatch(/anna|hidden/);
});
