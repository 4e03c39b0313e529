import { AwsError } from './core/service';
import type { Permission } from './core/service';
import type { EmittedEvent, Events } from './services/events/service';
import type { Access } from './services/iam/access';
import type { Identities } from './services/iam/identities';
import { ServiceRoles } from './services/iam/service-roles';
import type { Lambda } from './services/lambda/service';
import type { NotificationReceivers } from './services/s3/notification-delivery';

interface DeliveryParts {
  readonly iam: Identities;
  readonly access: Access;
  readonly lambda: () => Lambda;
  readonly events: () => Events;
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

  /** What receives the events of buckets. */
  public ofBuckets(): NotificationReceivers {
    const { lambda, events, partition } = this.parts;
    return {
      allows: (arn, { name, accountId }) => {
        const action = arn.split(':')[2] === 'lambda' ? 'lambda:InvokeFunction' : 'sns:Publish';
        return this.isAllowed('s3.amazonaws.com', action, arn, `arn:${partition}:s3:::${name}`, accountId);
      },
      invoke: (functionArn, event) => {
        // a function that was deleted gets no events, and nobody is told
        void lambda().invokeEvent(functionArn, event).catch(() => undefined);
      },
      publish: () => undefined,
      emit: (accountId, region, event) => events().emit(accountId, region, event),
    };
  }

  private isAllowed(service: string, action: string, resource: string, sourceArn: string, account: string): boolean {
    const { access, enforce } = this.parts;
    return !enforce || access.isServiceAllowed({ service, action, resource, sourceArn, sourceAccount: account });
  }
}
