import { Identifiers } from '../../../core/identifiers';
import { HttpResponse } from '../../../core/service';
import type { Call, Operation } from '../../../core/service';
import type { Bucket, Buckets } from '../buckets';
import { uploadedBody } from '../chunked';
import type { NotificationDelivery } from '../notification-delivery';
import { describedNotifications, notificationsIn } from '../notifications';

/** API operations for the notification configuration of buckets. */
export function notificationOperations(
  buckets: Buckets, delivery: NotificationDelivery, bucketOf: (call: Call) => Bucket,
): Record<string, Operation> {
  const identifiers = new Identifiers('s3/notification-ids');
  return {
    GetBucketNotificationConfiguration: async call => ({
      NotificationConfiguration: describedNotifications(bucketOf(call).notifications),
    }),
    PutBucketNotificationConfiguration: async call => {
      const bucket = bucketOf(call);
      const before = bucket.notifications;
      const given = notificationsIn(uploadedBody(call.request).toString('utf8'), () => identifiers.uuid());
      if (call.request.headers['x-amz-skip-destination-validation'] !== 'true') delivery.assertValid(bucket, given);
      buckets.setNotifications(bucket.name, given);
      delivery.test(bucket, before);
      return new HttpResponse(200);
    },
  };
}
