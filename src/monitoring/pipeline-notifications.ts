import { Aws } from 'aws-cdk-lib';
import { EventField, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { assertSome, PipelineEvent, pipelineRule } from './pipeline-event';
import type { IOrganization } from '../organization/organization-interface';

/** Who reads the messages. */
export enum NotificationFormat {
  /** People, by e-mail or SMS. */
  TEXT = 'TEXT',
  /** Amazon Q Developer in chat applications (formerly AWS Chatbot), which shows nothing but what is worded for it. */
  CHAT = 'CHAT',
}

/** Properties of `PipelineNotifications`. */
export interface PipelineNotificationsProps {
  /** The organization whose pipelines are meant. */
  readonly organization: IOrganization;

  /**
   * Names of environments.
   *
   * @default - all environments, those of the future included
   */
  readonly environmentNames?: string[];

  /**
   * What people are told of.
   *
   * @default - APPROVAL_NEEDED, FAILED and ROLLED_BACK
   */
  readonly events?: PipelineEvent[];

  /**
   * Where the messages go.
   *
   * @default - a new topic, which takes nothing that is not encrypted on its way
   */
  readonly topic?: ITopic;

  /**
   * Who reads the messages.
   *
   * @default NotificationFormat.TEXT
   */
  readonly messageFormat?: NotificationFormat;
}

const pipeline = EventField.fromPath('$.detail.pipeline');
const stage = EventField.fromPath('$.detail.stage');
const execution = EventField.fromPath('$.detail.execution-id');
const region = EventField.fromPath('$.region');
// only what AWS allows no quotation mark in: EventBridge puts values into the text as they are
const LINK = `https://${region}.console.aws.amazon.com/codesuite/codepipeline/pipelines/${pipeline}/executions/${execution}/timeline?region=${region}`;

const WORDS: { readonly [event in PipelineEvent]: string } = {
  [PipelineEvent.STARTED]: 'a run has started',
  [PipelineEvent.APPROVAL_NEEDED]: `somebody must approve in the stage ${stage}`,
  [PipelineEvent.SUCCEEDED]: 'a run has succeeded',
  [PipelineEvent.FAILED]: `the stage ${stage} has failed`,
  [PipelineEvent.ROLLED_BACK]: 'it is being rolled back: what was deployed before is deployed again',
};
const SIGNS: { readonly [event in PipelineEvent]: string } = {
  [PipelineEvent.STARTED]: ':arrow_forward:',
  [PipelineEvent.APPROVAL_NEEDED]: ':raised_hand:',
  [PipelineEvent.SUCCEEDED]: ':white_check_mark:',
  [PipelineEvent.FAILED]: ':x:',
  [PipelineEvent.ROLLED_BACK]: ':leftwards_arrow_with_hook:',
};

/** Tells people what happens in the pipelines of environments: one rule for each kind of event, however many environments there are. */
export class PipelineNotifications extends Construct {
  /** Where the messages go. Whoever is to read them subscribes to it. */
  public readonly topic: ITopic;

  public constructor(scope: Construct, id: string, props: PipelineNotificationsProps) {
    super(scope, id);
    const {
      organization, environmentNames, messageFormat = NotificationFormat.TEXT,
      events = [PipelineEvent.APPROVAL_NEEDED, PipelineEvent.FAILED, PipelineEvent.ROLLED_BACK],
    } = props;
    assertSome(this, 'events', events);
    this.topic = props.topic ?? new Topic(this, 'Topic', { enforceSSL: true });
    // rather than to let the service publish, which rules of every account of AWS speak for
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('events.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } } }),
    });
    for (const event of new Set(events)) {
      const target = new SnsTopic(this.topic, { role, message: message(event, messageFormat) });
      pipelineRule(this, event, organization.eventBus, {
        environmentNames,
        events: [event],
        target,
        description: 'Tells people what happens in pipelines',
      });
    }
  }
}

function message(event: PipelineEvent, format: NotificationFormat): RuleTargetInput {
  const account = `account ${EventField.fromPath('$.account')}`;
  if (format === NotificationFormat.TEXT) return RuleTargetInput.fromText(`Environment ${pipeline} (${account}): ${WORDS[event]}. ${LINK}`);
  return RuleTargetInput.fromObject({
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title: `${SIGNS[event]} Environment ${pipeline}: ${WORDS[event]}`,
      description: `In ${account}: ${LINK}`,
    },
    // all that is told of a run stands together
    metadata: { threadId: execution, summary: `Environment ${pipeline}: ${WORDS[event]}` },
  });
}
