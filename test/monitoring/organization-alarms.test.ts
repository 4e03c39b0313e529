import { Topic } from 'aws-cdk-lib/aws-sns';
import { matches } from '../../rehearsal/services/events/pattern';
import { OrganizationAlarms } from '../../src';
import { Cicd } from '../fixtures/app';
import { onlyResource, resourcesOf, synthesized } from '../fixtures/assembly';

const cicd = new Cicd();
new OrganizationAlarms(cicd.stack, 'Alarms', { organization: cicd.organization });
const template = synthesized(cicd.stack);
const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
const alarmOf = (text: string) => alarms.find(alarm => JSON.stringify(alarm).includes(text)) ?? {};
const idsOf = (type: string) =>
  Object.entries(template.Resources).flatMap(([id, { Type }]) => Type === type ? [id] : []);
const [topic] = idsOf('AWS::SNS::Topic');

test('every alarm is raised by one value, is not raised by missing values, and reports to the topic', () => {
  expect(alarms).toHaveLength(7);
  for (const alarm of alarms) {
    expect(alarm).toMatchObject({
      Threshold: 1,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: topic }],
      AlarmDescription: expect.stringMatching(/^\w.{30}/),
    });
  }
});

test('errors of every function of the library raise one alarm', () => {
  const functions = idsOf('AWS::Lambda::Function');
  expect(functions.length).toBeGreaterThan(7);
  const text = JSON.stringify(alarmOf('"MetricName":"Errors"'));
  expect(functions.filter(id => !text.includes(`{"Ref":"${id}"}`))).toEqual([]);
  expect(text).toContain('"Expression":"SUM(METRICS())"');
});

test('a request without a response and an event that was missed raise an alarm', () => {
  const waiter = JSON.stringify(alarmOf('AWS/States'));
  for (const name of ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted']) expect(waiter).toContain(name);
  expect(alarmOf('AWS/SQS')).toMatchObject({ MetricName: 'ApproximateNumberOfMessagesVisible', Statistic: 'Maximum' });
});

const METRICS = ['UnreachableAccounts', 'DriftedEnvironments', 'StuckReleases'];

test.each(METRICS)('the metric %s raises an alarm', MetricName => {
  expect(alarmOf(MetricName)).toMatchObject({
    Namespace: 'OrgEnvironments', MetricName, Dimensions: [{ Name: 'service', Value: 'org-environments' }],
  });
});

test('the messages name commands with what these require', () => {
  const messages = resourcesOf(template, 'AWS::Events::Rule')
    .map(({ Properties }) => JSON.stringify(Properties.Targets))
    .filter(message => message.includes('InputTemplate'));
  const [keyId = ''] = idsOf('AWS::KMS::Key');
  const key = `",{"Fn::GetAtt":["${keyId}","Arn"]},"`;
  expect(messages.join()).toContain(
    `aws kms cancel-key-deletion --key-id ${key}, then aws kms enable-key --key-id ${key}`);
  expect(messages.join()).toContain('org-environments abort ENVIRONMENT --reason TEXT');
  // a name in angle brackets is a value of the event
  const names = messages.flatMap(message => [...message.matchAll(/<([\w-]+)>/g)].map(([, name]) => name));
  expect(names.filter(name => !/^detail-|^time$/.test(name))).toEqual([]);
  expect(alarmOf('StuckReleases')).toMatchObject({
    AlarmDescription: expect.stringContaining('org-environments release-status <environment> names the cause'),
  });
});

test('a rule reports a call that disables the artifact key or schedules its deletion, and no other', () => {
  const rule = resourcesOf(template, 'AWS::Events::Rule').find(({ Properties }) =>
    JSON.stringify(Properties.EventPattern ?? {}).includes('aws.kms'));
  const [keyId = ''] = idsOf('AWS::KMS::Key');
  const arn = (id: string) => `arn:aws:kms:eu-west-1:222222222222:key/${id}`;
  const pattern: Record<string, unknown> = JSON.parse(
    JSON.stringify(rule?.Properties.EventPattern).replace(`{"Fn::GetAtt":["${keyId}","Arn"]}`, `"${arn('artifacts')}"`),
  );
  const isReported = (eventName: string, key = 'artifacts', more: object = {}) => matches(pattern, {
    'source': 'aws.kms',
    'detail-type': 'AWS API Call via CloudTrail',
    // CloudTrail lists the key and its account
    'detail': { eventName, resources: [{ accountId: '222222222222', type: 'AWS::KMS::Key', ARN: arn(key) }], ...more },
  });
  expect(isReported('ScheduleKeyDeletion')).toBe(true);
  expect(isReported('DisableKey')).toBe(true);
  expect(isReported('CancelKeyDeletion')).toBe(false);
  expect(isReported('ScheduleKeyDeletion', 'other')).toBe(false);
  expect(isReported('ScheduleKeyDeletion', 'artifacts', { errorCode: 'AccessDenied' })).toBe(false);
  expect(rule?.Properties).toMatchObject({ Targets: [{ Arn: { Ref: topic }, RoleArn: expect.anything() }] });
});

test('a rule reports an execution of a release that was stopped, but none that returned the traffic', () => {
  const rule = resourcesOf(template, 'AWS::Events::Rule').find(({ Properties }) =>
    JSON.stringify(Properties.EventPattern ?? {}).includes('aws.states'));
  const pattern: Record<string, unknown> = JSON.parse(JSON.stringify(rule?.Properties.EventPattern).replace(
    /\{"Fn::Join":.*?\]\]\}/, '"arn:aws:states:eu-west-1:222222222222:stateMachine:org-environments-release-"',
  ));
  const isReported = (detail: object, machine = 'org-environments-release-Shop') => matches(pattern, {
    'source': 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    'detail': { ...detail, stateMachineArn: `arn:aws:states:eu-west-1:222222222222:stateMachine:${machine}` },
  });
  expect(isReported({ status: 'ABORTED', error: null })).toBe(true);
  expect(isReported({ status: 'TIMED_OUT', error: null })).toBe(true);
  expect(isReported({ status: 'FAILED', error: 'Lambda.Unknown' })).toBe(true);
  expect(isReported({ status: 'FAILED', error: 'ReleaseFailed' })).toBe(false);
  expect(isReported({ status: 'SUCCEEDED', error: null })).toBe(false);
  expect(isReported({ status: 'ABORTED', error: null }, 'other')).toBe(false);
  expect(rule?.Properties).toMatchObject({ Targets: [{ Arn: { Ref: topic }, RoleArn: expect.anything() }] });
});

test('the policy of the topic allows the alarms of the account, and nothing without encryption', () => {
  const { Statement } = onlyResource(template, 'AWS::SNS::TopicPolicy').Properties.PolicyDocument;
  expect(Statement).toContainEqual(expect.objectContaining({
    Sid: 'OrganizationAlarms',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
  }));
  expect(JSON.stringify(Statement)).toContain('"aws:SecureTransport":"false"');
});

test('a topic of the user receives the messages', () => {
  const { stack, organization } = new Cicd();
  const own = new Topic(stack, 'Own');
  expect(new OrganizationAlarms(stack, 'Alarms', { organization, topic: own }).topic).toBe(own);
  expect(resourcesOf(synthesized(stack), 'AWS::SNS::Topic')).toHaveLength(1);
});

test('an imported organization is rejected, because its functions are not known', () => {
  const { stack, organization } = new Cicd(undefined, { imported: true });
  expect(() => new OrganizationAlarms(stack, 'Alarms', { organization })).toThrow(
    /Cicd\/Alarms.*only the app that defines it knows its functions: define the OrganizationAlarms in that app/,
  );
});
