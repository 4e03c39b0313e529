import * as v from 'valibot';
import type { Buckets } from './buckets';
import type { NotificationDelivery } from './notification-delivery';
import { NotificationProperties, notificationsOf } from './notification-properties';
import { NO_NOTIFICATIONS, type Notifications } from './notifications';
import { checked } from './operations/buckets';
import { Identifiers } from '../../core/identifiers';
import { urlSuffixOf } from '../../core/partition';
import { PolicyDocument } from '../../core/policy-document';
import { read, tagRecord, Tags } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Environment, Provisioned, ResourceContext, ResourceType } from '../../core/service';
import type { Identities } from '../iam/identities';

const EncryptionRule = v.object({ BucketKeyEnabled: v.optional(v.pipe(v.unknown(), v.transform(String))) });
const Days = v.pipe(v.union([v.number(), v.string()]), v.transform(Number));
const Lock = v.object({
  Rule: v.optional(v.object({ DefaultRetention: v.optional(v.object({ Mode: v.string(), Days })) })),
});
const BucketProperties = v.object({
  BucketName: v.optional(v.string()),
  BucketEncryption: v.optional(v.object({ ServerSideEncryptionConfiguration: v.array(EncryptionRule) })),
  VersioningConfiguration: v.optional(v.object({ Status: v.picklist(['Enabled', 'Suspended']) })),
  ObjectLockConfiguration: v.optional(Lock),
  NotificationConfiguration: v.optional(NotificationProperties),
  Tags,
});
type BucketProperties = v.InferOutput<typeof BucketProperties>;

const BucketPolicyProperties = v.object({ Bucket: v.string(), PolicyDocument });

/** `AWS::S3::Bucket`. */
export function bucketType(
  environment: Environment, buckets: Buckets, delivery: NotificationDelivery,
): ResourceType {
  const identifiers = new Identifiers('s3');

  function provisioned(name: string, region: string): Provisioned {
    const suffix = urlSuffixOf(environment.partition);
    return {
      id: name,
      attributes: {
        Arn: `arn:${environment.partition}:s3:::${name}`,
        DomainName: `${name}.s3.${suffix}`,
        RegionalDomainName: `${name}.s3.${region}.${suffix}`,
        DualStackDomainName: `${name}.s3.dualstack.${region}.${suffix}`,
        WebsiteURL: `http://${name}.s3-website-${region}.${suffix}`,
      },
    };
  }

  async function create(input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const properties = read(BucketProperties, input);
    const name = properties.BucketName ?? identifiers.physicalName(context, 63).toLowerCase();
    if (buckets.find(name) !== undefined) throw new AwsError('AlreadyExists', `${name} already exists`, 409);
    const notifications = validNotifications(name, properties, context);
    buckets.create(context.accountId, context.region, name);
    set(name, properties, context, notifications);
    return provisioned(name, context.region);
  }

  function set(
    name: string, properties: BucketProperties, context: ResourceContext, notifications: Notifications | undefined,
  ): void {
    buckets.setTags(name, tagsOf(properties, context));
    const { ServerSideEncryptionConfiguration: rules = [] } = properties.BucketEncryption ?? {};
    if (properties.VersioningConfiguration) buckets.setVersioning(name, properties.VersioningConfiguration.Status);
    const lock = properties.ObjectLockConfiguration?.Rule?.DefaultRetention;
    buckets.setRetention(name, lock && { mode: lock.Mode, days: lock.Days });
    // buckets with object lock have versions
    if (lock) buckets.setVersioning(name, 'Enabled');
    buckets.setBucketKey(name, rules.some(({ BucketKeyEnabled: enabled }) => enabled === 'true'));
    if (notifications) setNotifications(name, notifications);
  }

  /** A bucket without the property keeps what CDK's handler has set. @throws AwsError before anything is changed */
  function validNotifications(
    name: string, { NotificationConfiguration: given }: BucketProperties, { accountId }: ResourceContext,
  ): Notifications | undefined {
    if (given === undefined) return undefined;
    const notifications = notificationsOf(given, () => identifiers.uuid());
    delivery.assertValid({ name, accountId }, notifications);
    return notifications;
  }

  function setNotifications(name: string, notifications: Notifications): void {
    const bucket = buckets.find(name);
    if (bucket === undefined) return;
    const before = bucket.notifications;
    buckets.setNotifications(name, notifications);
    delivery.test(bucket, before);
  }

  return {
    create,
    async update(id, input, before, context) {
      if (input.BucketName !== before.BucketName) return create(input, context);
      const properties = read(BucketProperties, input);
      set(id, properties, context, validNotifications(id, properties, context));
      const isSet = ({ NotificationConfiguration: given }: Record<string, unknown>): boolean => given !== undefined;
      if (isSet(before) && !isSet(input)) buckets.setNotifications(id, NO_NOTIFICATIONS);
      return provisioned(id, context.region);
    },
    async remove(id) {
      if (buckets.find(id) !== undefined) buckets.remove(id);
    },
  };
}

/** Tags of the stack plus three of CloudFormation. */
function tagsOf(
  properties: BucketProperties,
  { stackId, stackName, logicalId, tags }: ResourceContext,
): Record<string, string> {
  return {
    'aws:cloudformation:stack-id': stackId,
    'aws:cloudformation:stack-name': stackName,
    'aws:cloudformation:logical-id': logicalId,
    ...tags,
    ...tagRecord(properties.Tags),
  };
}

/** `AWS::S3::BucketPolicy`. */
export function bucketPolicyType(iam: Identities, buckets: Buckets): ResourceType {
  async function put(input: Record<string, unknown>): Promise<Provisioned> {
    const properties = read(BucketPolicyProperties, input);
    buckets.setPolicy(properties.Bucket, checked(iam, properties.PolicyDocument));
    return { id: properties.Bucket, attributes: {} };
  }

  return {
    create: put,
    update: async (_id, input) => put(input),
    async remove(id) {
      if (buckets.find(id) !== undefined) buckets.setPolicy(id, undefined);
    },
  };
}
