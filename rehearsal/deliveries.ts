import { messageOf } from './core/error-message';
import type { Publication } from './core/publication';
import { AwsError } from './core/service';
import type { Permission } from './core/service';
import type { EmittedEvent, Events } from './services/events/service';
import type { Access } from './services/iam/access';
import type { Identities } from './services/iam/identities';
import { ServiceRoles } from './services/iam/service-roles';
import type { Lambda } from './services/lambda/service';
import type { NotificationReceivers } from './services/s3/notification-delivery';
import type { InvokeForTopic } from './services/sns/messages';
import type { Sns } from './services/sns/service';

interface DeliveryParts {
  readonly iam: Identities;
  readonly access: Access;
  readonly lambda: () => Lambda;
  readonly events: () => Events;
  readonly sns: Sns;
  readonly partition: string;
  /** Whether permissions are checked. */
  readonly enforce: boolean;
}

/** What services send to each other, with the permissions that this needs. */
export class Deliveries {
  public constructor(private readonly parts: DeliveryParts) {}

  /** Invokes a function for a rule, which the policy of the function must allow. */
  public async invokeForRule(functionArn: string, event: unknown, ruleArn: string): Promise<void> {
    const [service, action] = ['events.amazonaws.com', 'lambda:InvokeFunction'];
    if (!this.isAllowed(service, action, functionArn, ruleArn, ruleArn.split(':')[4])) {
      throw new AwsError(
        'AccessDeniedException',
        `${service} is not authorized to perform: ${action} on resource: ${functionArn} for ${ruleArn}`,
        403,
      );
    }
    await this.parts.lambda().invokeEvent(functionArn, event);
  }

  /** Sends the result of a function to an event bus with the role of the function. */
  public sendResult(functionArn: string, permission: Permission, event: EmittedEvent): void {
    const { iam, access, lambda, events, enforce } = this.parts;
    const { roleArn = '', accountId = '', region = '' } = lambda().configuration(functionArn) ?? {};
    const caller = iam.sessionOf(roleArn, 'destination');
    if (enforce) access.assertAllowed({ ...permission, caller, region }, 'json');
    events().emit(accountId, region, event, permission.resource);
  }

  /** Checks a permission of the role with which EventBridge puts events on another bus. */
  public demandForRule(roleArn: string, ruleArn: string, permission: Permission): void {
    const { iam, access, enforce } = this.parts;
    if (!enforce) return;
    const [service, region] = ['events.amazonaws.com', ruleArn.split(':')[3]];
    const actor = new ServiceRoles(iam, access).assumeAsService(roleArn, service, {
      sourceArn: ruleArn,
      region,
      sessionName: 'events',
    });
    if (actor === undefined) {
      throw new AwsError(
        'AccessDeniedException',
        `${service} is not authorized to perform: sts:AssumeRole on resource: ${roleArn} for ${ruleArn}`,
        403,
      );
    }
    access.assertAllowed({ ...permission, caller: actor.caller, region }, 'json');
  }

  /** Publishes a message for a rule, with the role of the target or the permission of the topic. */
  public publishForRule(message: Publication, ruleArn: string, roleArn?: string): void {
    const { topicArn } = message;
    if (roleArn !== undefined) this.demandForRule(roleArn, ruleArn, { action: 'sns:Publish', resource: topicArn });
    else this.demandPublish('events.amazonaws.com', topicArn, ruleArn);
    this.parts.sns.messages.publish(message);
  }

  /** Publishes a message of an alarm. AWS's policy of a topic admits the alarms of its account. */
  public publishForAlarm(message: Publication, alarmArn: string): void {
    const { sns: { messages, topics } } = this.parts;
    const { topicArn } = message;
    const isOfAccount = topicArn.split(':')[4] === alarmArn.split(':')[4];
    try {
      const isAdmitted = isOfAccount && topics.policyOf(topicArn) === undefined;
      if (!isAdmitted) this.demandPublish('cloudwatch.amazonaws.com', topicArn, alarmArn);
      messages.publish(message);
    } catch (error) {
      messages.refuse(message, messageOf(error));
    }
  }

  /** Invokes a function that is subscribed to a topic. Returns why it may not. */
  public readonly invokeForTopic: InvokeForTopic = (functionArn, event, topicArn) => {
    const { lambda } = this.parts;
    const [service, action] = ['sns.amazonaws.com', 'lambda:InvokeFunction'];
    if (!this.isAllowed(service, action, functionArn, topicArn, topicArn.split(':')[4])) {
      return `${service} is not authorized to perform: ${action} on resource: ${functionArn}`;
    }
    if (!lambda().has(lambda().arnOf(functionArn, { accountId: '', region: '' }))) {
      return `the function ${functionArn} does not exist`;
    }
    void lambda().invokeEvent(functionArn, event).catch(() => undefined);
    return undefined;
  };

  private demandPublish(service: string, topicArn: string, sourceArn: string): void {
    if (this.isAllowed(service, 'sns:Publish', topicArn, sourceArn, sourceArn.split(':')[4])) return;
    throw new AwsError(
      'AccessDeniedException',
      `${service} is not authorized to perform: sns:Publish on resource: ${topicArn} for ${sourceArn}`,
      403,
    );
  }

  /** What receives the events of buckets. */
  public ofBuckets(): NotificationReceivers {
    const { lambda, events, partition } = this.parts;
    return {
      allows: (arn, { name, accountId }) => {
        const action = arn.split(':')[2] === 'lambda' ? 'lambda:InvokeFunction' : 'sns:Publish';
        return this.isAllowed('s3.amazonaws.com', action, arn, `arn:${partition}:s3:::${name}`, accountId);
      },
      invoke: (functionArn, event) => {
        // a deleted function gets no events, without an error
        void lambda().invokeEvent(functionArn, event).catch(() => undefined);
      },
      publish: message => void this.parts.sns.messages.publish(message),
      emit: (accountId, region, event) => events().emit(accountId, region, event),
    };
  }

  private isAllowed(service: string, action: string, resource: string, sourceArn: string, account: string): boolean {
    const { access, enforce } = this.parts;
    return !enforce || access.isServiceAllowed({ service, action, resource, sourceArn, sourceAccount: account });
  }
}
