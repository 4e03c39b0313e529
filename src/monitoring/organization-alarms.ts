import { Aws, Duration } from 'aws-cdk-lib';
import {
  Alarm, ComparisonOperator, IMetric, MathExpression, Metric, TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { EventField, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { internalsOf, Monitored } from '../organization/internals';
import type { IOrganization } from '../organization/organization-interface';
import { METRICS, NAMES, RELEASE_FAILED } from '../private/contract';
import { fail } from '../private/validate';

/** Properties of `OrganizationAlarms`. */
export interface OrganizationAlarmsProps {
  /** The organization, which the same app must define. */
  readonly organization: IOrganization;

  /**
   * The topic that receives the messages. If it is encrypted with a key of KMS, the policy of the key must allow
   * `cloudwatch.amazonaws.com` the actions `kms:Decrypt` and `kms:GenerateDataKey*`: CloudWatch cannot use the key that
   * AWS manages (`alias/aws/sns`).
   *
   * @default - a new topic that requires encryption in transit
   */
  readonly topic?: ITopic;
}

const PERIOD = Duration.minutes(5);

/**
 * Alarms for what the organization itself needs, each with a message to a topic:
 *
 * - a function of the library has failed, or a request of CloudFormation has ended without a response;
 * - an event has been missed: the function failed three times, and the event is in the dead-letter queue;
 * - an account cannot be entered, so that its update was deferred;
 * - an environment is not as its app declares it, or could not be checked;
 * - an account of a pool could not be cleaned, so it is in quarantine;
 * - a release could not restore everything, or its execution was stopped before its end;
 * - the artifact key is disabled, or its deletion is scheduled. CloudTrail reports this if a trail records the
 *   management events of the CICD account.
 *
 * @example
 * const alarms = new OrganizationAlarms(this, 'Alarms', { organization });
 * alarms.topic.addSubscription(new EmailSubscription('oncall@example.com'));
 */
export class OrganizationAlarms extends Construct {
  /** The topic that receives the messages. */
  public readonly topic: ITopic;

  public constructor(scope: Construct, id: string, props: OrganizationAlarmsProps) {
    super(scope, id);
    const { organization } = props;
    const {
      monitored = fail(this, 'the organization is imported, but only the app that defines it knows its '
      + 'functions: define the OrganizationAlarms in that app'),
    } = internalsOf(this, organization);
    this.topic = props.topic ?? new Topic(this, 'Topic', { enforceSSL: true });
    // a topic with a policy of its own no longer allows CloudWatch by default
    this.topic.addToResourcePolicy(new PolicyStatement({
      sid: 'OrganizationAlarms',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [this.topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }));
    this.functions(monitored);
    this.alarm('MissedEvents', monitored.deadLetters.metricApproximateNumberOfMessagesVisible({
      period: PERIOD, statistic: 'Maximum',
    }), 'Events have been missed: the dead-letter queue of cdk-org-environments has messages, which name the function');
    this.counts();
    const role = this.eventRole();
    this.keyDeletion(organization, role);
    this.abandonedReleases(role);
  }

  private functions({ functions, waiterArn }: Monitored): void {
    const errors = functions.map(monitored => monitored.metricErrors({ period: PERIOD }));
    this.alarm('FunctionErrors', sum(errors),
      'A function of cdk-org-environments has failed: its log has the error');
    const executions = ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'].map(metricName => new Metric({
      namespace: 'AWS/States',
      metricName,
      dimensionsMap: { StateMachineArn: waiterArn },
      statistic: 'Sum',
      period: PERIOD,
    }));
    this.alarm('RequestsWithoutResponse', sum(executions),
      'A request of CloudFormation has no response, so its stack waits for an hour: see the executions of the waiter');
  }

  private counts(): void {
    const { namespace, organization: { dimension, value } } = METRICS;
    const metric = (metricName: string) => new Metric({
      namespace, metricName, dimensionsMap: { [dimension]: value }, statistic: 'Maximum', period: PERIOD,
    });
    this.alarm('UnreachableAccounts', metric(METRICS.unreachableAccounts),
      'An account cannot be entered, so it was left as it is: org-environments status names it, and what to do');
    this.alarm('DriftedEnvironments', metric(METRICS.driftedEnvironments),
      'An environment is not as its app declares it, or could not be checked: org-environments status names it');
    this.alarm('QuarantinedAccounts', metric(METRICS.quarantinedAccounts),
      'An account of a pool could not be cleaned: org-environments accounts names what remains in it');
    this.alarm('StuckReleases', metric(METRICS.stuckReleases),
      'A release could not restore everything: org-environments release-status <environment> names the cause; correct '
        + 'it, then start the next release, which first restores the rest');
  }

  private alarm(id: string, metric: IMetric, alarmDescription: string): void {
    new Alarm(this, id, {
      metric,
      alarmDescription,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new SnsAction(this.topic));
  }

  /** A grant to the service would let rules of other AWS accounts publish. */
  private eventRole(): Role {
    return new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('events.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
  }

  private keyDeletion({ artifactKey }: IOrganization, role: Role): void {
    const message = RuleTargetInput.fromText(
      `${EventField.fromPath('$.detail.eventName')} of the artifact key of cdk-org-environments by `
        + `${EventField.fromPath('$.detail.userIdentity.arn')} at ${EventField.fromPath('$.time')}: without the key no `
        + 'pipeline can read its artifacts. To keep it, run: aws kms cancel-key-deletion --key-id '
        + `${artifactKey.keyArn}, then aws kms enable-key --key-id ${artifactKey.keyArn}`,
    );
    new Rule(this, 'ArtifactKey', {
      description: 'Reports that the artifact key is disabled or will be deleted',
      eventPattern: {
        source: ['aws.kms'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          eventName: ['ScheduleKeyDeletion', 'DisableKey'],
          resources: { ARN: [artifactKey.keyArn] },
          errorCode: Match.doesNotExist(),
        },
      },
      targets: [new SnsTopic(this.topic, { role, message })],
    });
  }

  /** By a rule, because the state machines belong to the stacks of the environments, also of other apps. */
  private abandonedReleases(role: Role): void {
    const machines = `arn:${Aws.PARTITION}:states:${Aws.REGION}:${Aws.ACCOUNT_ID}:stateMachine:${NAMES.releaseMachine}`;
    const message = RuleTargetInput.fromText(
      `The execution ${EventField.fromPath('$.detail.executionArn')} of a release has ended as `
        + `${EventField.fromPath('$.detail.status')} at ${EventField.fromPath('$.time')}: its traffic stays where it `
        // EventBridge would take <environment> for a value of the event
        + 'is, and its environment is locked until the next release. To return the traffic, run: '
        + 'org-environments abort ENVIRONMENT --reason TEXT',
    );
    new Rule(this, 'AbandonedReleases', {
      description: 'Reports that the execution of a release was stopped before its end',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: Match.prefix(machines),
          $or: [
            { status: ['ABORTED', 'TIMED_OUT'] },
            { status: ['FAILED'], error: Match.anythingBut(RELEASE_FAILED) },
          ],
        },
      },
      targets: [new SnsTopic(this.topic, { role, message })],
    });
  }
}

function sum(metrics: readonly Metric[]): MathExpression {
  return new MathExpression({
    expression: 'SUM(METRICS())',
    label: 'Sum',
    period: PERIOD,
    usingMetrics: Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric])),
  });
}
