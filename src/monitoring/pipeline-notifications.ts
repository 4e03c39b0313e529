import { Aws } from 'aws-cdk-lib';
import { EventField, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { assertSome, PipelineEvent, pipelineRule } from './pipeline-event';
import type { IOrganization } from '../organization/organization-interface';

/** The format of messages. */
export enum NotificationFormat {
  /** Plain text, for e-mail and SMS. */
  TEXT = 'TEXT',
  /**
   * JSON for Amazon Q Developer in chat applications (formerly AWS Chatbot), which ignores messages of other formats.
   */
  CHAT = 'CHAT',
}

/** Properties of `PipelineNotifications`. */
export interface PipelineNotificationsProps {
  /** The organization of the pipelines. */
  readonly organization: IOrganization;

  /**
   * Names of environments. It must not be empty.
   *
   * @default - all environments, future ones included
   */
  readonly environmentNames?: string[];

  /**
   * The events of which messages are sent. It must not be empty.
   *
   * @default - APPROVAL_NEEDED, FAILED and ROLLED_BACK
   */
  readonly events?: PipelineEvent[];

  /**
   * The topic that receives the messages.
   *
   * @default - a new topic that requires encryption in transit
   */
  readonly topic?: ITopic;

  /**
   * Format of the messages.
   *
   * @default NotificationFormat.TEXT
   */
  readonly messageFormat?: NotificationFormat;
}

const pipeline = EventField.fromPath('$.detail.pipeline');
const stage = EventField.fromPath('$.detail.stage');
const execution = EventField.fromPath('$.detail.execution-id');
const region = EventField.fromPath('$.region');
// only values without quotation marks: EventBridge inserts them unescaped
const LINK = `https://${region}.console.aws.amazon.com/codesuite/codepipeline/pipelines/${pipeline}`
  + `/executions/${execution}/timeline?region=${region}`;

const MESSAGES: { readonly [event in PipelineEvent]: string } = {
  [PipelineEvent.STARTED]: 'an execution has started',
  [PipelineEvent.APPROVAL_NEEDED]: `an execution waits for approval in the stage ${stage}`,
  [PipelineEvent.SUCCEEDED]: 'an execution has succeeded',
  [PipelineEvent.FAILED]: `the stage ${stage} has failed`,
  [PipelineEvent.ROLLED_BACK]: 'a rollback has started: the previous commit is deployed again',
};
const EMOJIS: { readonly [event in PipelineEvent]: string } = {
  [PipelineEvent.STARTED]: ':arrow_forward:',
  [PipelineEvent.APPROVAL_NEEDED]: ':raised_hand:',
  [PipelineEvent.SUCCEEDED]: ':white_check_mark:',
  [PipelineEvent.FAILED]: ':x:',
  [PipelineEvent.ROLLED_BACK]: ':leftwards_arrow_with_hook:',
};

/**
 * Sends messages about events of the pipelines of environments to a topic: one rule for each kind of event,
 * independent of the number of environments.
 *
 * @example
 * const alerts = new PipelineNotifications(this, 'Alerts', { organization, environmentNames: ['prod'] });
 * alerts.topic.addSubscription(new EmailSubscription('oncall@example.com'));
 */
export class PipelineNotifications extends Construct {
  /** The topic that receives the messages. */
  public readonly topic: ITopic;

  public constructor(scope: Construct, id: string, props: PipelineNotificationsProps) {
    super(scope, id);
    const {
      organization, environmentNames, messageFormat = NotificationFormat.TEXT,
      events = [PipelineEvent.APPROVAL_NEEDED, PipelineEvent.FAILED, PipelineEvent.ROLLED_BACK],
    } = props;
    assertSome(this, 'events', events);
    this.topic = props.topic ?? new Topic(this, 'Topic', { enforceSSL: true });
    // a grant to the service would let rules of other AWS accounts publish
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('events.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    for (const event of new Set(events)) {
      const target = new SnsTopic(this.topic, { role, message: message(event, messageFormat) });
      pipelineRule(this, event, organization.eventBus, {
        environmentNames,
        events: [event],
        target,
        description: 'Sends messages about events of pipelines',
      });
    }
  }
}

function message(event: PipelineEvent, format: NotificationFormat): RuleTargetInput {
  const account = `account ${EventField.fromPath('$.account')}`;
  if (format === NotificationFormat.TEXT) {
    return RuleTargetInput.fromText(`Environment ${pipeline} (${account}): ${MESSAGES[event]}. ${LINK}`);
  }
  return RuleTargetInput.fromObject({
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title: `${EMOJIS[event]} Environment ${pipeline}: ${MESSAGES[event]}`,
      description: `In ${account}: ${LINK}`,
    },
    // one thread for each execution
    metadata: { threadId: execution, summary: `Environment ${pipeline}: ${MESSAGES[event]}` },
  });
}
