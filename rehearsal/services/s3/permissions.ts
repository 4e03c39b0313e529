import type { Buckets } from './buckets';
import { namedObjects } from './delete-objects';
import { on, partitionOf } from '../../core/permissions';
import type { Call, Permission, Permissions } from '../../core/service';

const bucketArn = (call: Call): string => `arn:${partitionOf(call)}:s3:::${String(call.input.Bucket)}`;
const objectArn = (call: Call): string => `${bucketArn(call)}/${String(call.input.Key)}`;

type Context = (call: Call) => Permission['context'];

export function permissions(buckets: Buckets): Record<string, Permissions> {
  const context = contextOf(buckets);
  const bucket =
    (action: string): Permissions =>
      call => [{ action: `s3:${action}`, resource: bucketArn(call), context: context(call) }];
  const object =
    (action: string): Permissions =>
      call => [{ action: `s3:${action}`, resource: objectArn(call), context: context(call) }];
  const listing =
    (action: string): Permissions =>
      call => [
        {
          action: `s3:${action}`,
          resource: bucketArn(call),
          context: { ...context(call), 's3:prefix': call.request.query.get('prefix') ?? undefined },
        },
      ];
  /** A missing bucket needs no permission: the operation reports it. */
  const existing =
    (needed: Permissions): Permissions =>
      call =>
        buckets.find(String(call.input.Bucket)) === undefined ? [] : needed(call);
  return {
    ...on(['GetAccountPublicAccessBlock', 'PutAccountPublicAccessBlock'], () => '*'),
    ListBuckets: () => [{ action: 's3:ListAllMyBuckets', resource: '*' }],
    GetBucketLocation: existing(bucket('GetBucketLocation')),
    GetBucketTagging: existing(bucket('GetBucketTagging')),
    GetBucketPolicy: existing(bucket('GetBucketPolicy')),
    GetBucketNotificationConfiguration: existing(bucket('GetBucketNotification')),
    PutBucketNotificationConfiguration: existing(bucket('PutBucketNotification')),
    PutBucketPolicy: existing(bucket('PutBucketPolicy')),
    PutBucketVersioning: existing(bucket('PutBucketVersioning')),
    PutBucketTagging: existing(bucket('PutBucketTagging')),
    ListObjectVersions: existing(listing('ListBucketVersions')),
    ListMultipartUploads: existing(listing('ListBucketMultipartUploads')),
    ListObjectsV2: existing(listing('ListBucket')),
    HeadBucket: existing(bucket('ListBucket')),
    ...on(['CreateBucket'], bucketArn),
    DeleteBucket: existing(bucket('DeleteBucket')),
    DeleteObjects: existing(deletion(context)),
    GetObjectRetention: existing(object('GetObjectRetention')),
    GetObject: existing(reading(buckets, context)),
    HeadObject: existing(reading(buckets, context)),
    PutObject: existing(object('PutObject')),
    DeleteObject: existing(call =>
      object(call.request.query.has('versionId') ? 'DeleteObjectVersion' : 'DeleteObject')(call)),
  };
}

function contextOf(buckets: Buckets): Context {
  return call => ({ 's3:ResourceAccount': buckets.find(String(call.input.Bucket))?.accountId });
}

/** Requests with a version id need the permission for versions. */
function deletion(context: Context): Permissions {
  return call => {
    const isOfVersions = namedObjects(call.request).some(({ VersionId: version }) => version !== undefined);
    return ['s3:DeleteObject', ...isOfVersions ? ['s3:DeleteObjectVersion'] : []].map(action => ({
      action, resource: `${bucketArn(call)}/*`, context: context(call),
    }));
  };
}

/** Without the permission to list, a missing object is reported as access denied. */
function reading(buckets: Buckets, context: Context): Permissions {
  return call => {
    const exists = buckets.find(String(call.input.Bucket))?.objects.has(String(call.input.Key)) === true;
    return [
      { action: 's3:GetObject', resource: objectArn(call), context: context(call) },
      ...exists ? [] : [{ action: 's3:ListBucket', resource: bucketArn(call), context: context(call) }],
    ];
  };
}
