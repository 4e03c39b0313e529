import type { Bucket, ObjectChange } from './buckets';
import { rulesFor, type Notification, type Notifications } from './notifications';
import { Identifiers } from '../../core/identifiers';
import type { Publication } from '../../core/publication';
import { AwsError } from '../../core/service';
import type { Environment } from '../../core/service';
import type { EmittedEvent } from '../events/service';

/** What decides whether S3 may send the events of a bucket. The bucket need not exist yet. */
type Sender = Pick<Bucket, 'name' | 'accountId'>;

/** What S3 does with other services for a bucket, with their permission. */
export interface NotificationReceivers {
  /** Whether the resource-based policy of a function or a topic allows S3 to send events of the bucket. */
  allows(arn: string, bucket: Sender): boolean;
  invoke(functionArn: string, event: unknown): void;
  publish(message: Publication): void;
  emit(accountId: string, region: string, event: EmittedEvent): void;
}

/** Detail types of EventBridge, by the first part of the event. */
const DETAIL_TYPES: Readonly<Record<string, string>> = {
  ObjectCreated: 'Object Created', ObjectRemoved: 'Object Deleted',
};

/** `deletion-type` of EventBridge, by event. */
const DELETION_TYPES: Readonly<Record<string, string>> = {
  'ObjectRemoved:Delete': 'Permanently Deleted', 'ObjectRemoved:DeleteMarkerCreated': 'Delete Marker Created',
};

/** Sends the events of buckets to functions, topics and EventBridge. Queues are placeholders and get none. */
export class NotificationDelivery {
  private readonly identifiers = new Identifiers('s3/notifications');

  public constructor(
    private readonly environment: Environment,
    private readonly receivers: () => NotificationReceivers | undefined,
  ) {}

  /** Rejects a configuration if S3 may not send to one of its functions and topics. @throws AwsError */
  public assertValid(bucket: Sender, { rules }: Notifications): void {
    const receivers = this.receivers();
    const refused = rules.find(({ receiver, arn }) => receiver !== 'Queue' && receivers?.allows(arn, bucket) === false);
    if (refused === undefined) return;
    throw new AwsError('InvalidArgument', 'Unable to validate the following destination configurations', 400, {
      ArgumentName1: refused.arn,
      ArgumentValue1: 'Not authorized to invoke function or to publish to topic',
    });
  }

  /** S3 sends a message to each topic of a new configuration. */
  public test(bucket: Bucket, before: Notifications): void {
    const known = new Set(before.rules.map(({ arn }) => arn));
    const topics = bucket.notifications.rules.filter(({ receiver, arn }) => receiver === 'Topic' && !known.has(arn));
    for (const arn of new Set(topics.map(rule => rule.arn))) {
      const message = { Service: 'Amazon S3', Event: 's3:TestEvent', Time: this.time(), Bucket: bucket.name };
      this.publish(arn, message);
    }
  }

  public changed(change: ObjectChange): void {
    const { bucket: { notifications }, event, key } = change;
    for (const rule of rulesFor(notifications, event, key)) this.send(rule, change);
    if (notifications.eventBridge) this.emit(change);
  }

  private send(rule: Notification, change: ObjectChange): void {
    const message = { Records: [this.record(rule, change)] };
    if (rule.receiver === 'CloudFunction') this.receivers()?.invoke(rule.arn, message);
    if (rule.receiver === 'Topic') this.publish(rule.arn, message);
  }

  private publish(topicArn: string, message: object): void {
    this.receivers()?.publish({ topicArn, subject: 'Amazon S3 Notification', body: JSON.stringify(message) });
  }

  /** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
  private record(rule: Notification, { event, bucket, key, size, etag, versionId }: ObjectChange): object {
    const principalId = `AWS:${bucket.accountId}`;
    return {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: bucket.region,
      eventTime: this.time(),
      eventName: event,
      userIdentity: { principalId },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      responseElements: { 'x-amz-request-id': this.identifiers.next(16, 'upper') },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: rule.id,
        bucket: { name: bucket.name, ownerIdentity: { principalId }, arn: this.arnOf(bucket) },
        object: {
          key: encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/'),
          ...size !== undefined && { size, eTag: etag.replaceAll('"', '') },
          ...versionId !== undefined && { versionId },
          sequencer: this.identifiers.next(18, 'upper'),
        },
      },
    };
  }

  /** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
  private emit({ event, bucket, key, size, etag, versionId }: ObjectChange): void {
    const [kind, action] = event.split(':');
    const deletionType = DELETION_TYPES[event];
    this.receivers()?.emit(bucket.accountId, bucket.region, {
      'source': 'aws.s3',
      'detail-type': DETAIL_TYPES[kind] ?? kind,
      'resources': [this.arnOf(bucket)],
      'detail': {
        'version': '0',
        'bucket': { name: bucket.name },
        'object': {
          key,
          ...size !== undefined && { size },
          etag: etag.replaceAll('"', ''),
          ...versionId !== undefined && { 'version-id': versionId },
          sequencer: this.identifiers.next(18, 'upper'),
        },
        'request-id': this.identifiers.next(16, 'upper'),
        'requester': bucket.accountId,
        'source-ip-address': '127.0.0.1',
        'reason': kind === 'ObjectCreated' ? `${action}Object` : 'DeleteObject',
        ...deletionType !== undefined && { 'deletion-type': deletionType },
      },
    });
  }

  private arnOf({ name }: Bucket): string {
    return `arn:${this.environment.partition}:s3:::${name}`;
  }

  private time(): string {
    return new Date(this.environment.clock.now()).toISOString();
  }
}
