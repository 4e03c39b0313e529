import { regionless, type Actions, type PermissionsOf, type Place } from './rules';
import { text } from '../values';

/** Permissions for services that route traffic; none of them has regions. */
export const TRAFFIC_PERMISSIONS: Readonly<Record<string, PermissionsOf | undefined>> = {
  // a zone has no ARN before it is created
  'AWS::Route53::HostedZone': (operation, place) => [
    operation === 'create'
      ? { action: 'route53:CreateHostedZone', resource: '*' }
      : {
        action: operation === 'update' ? 'route53:UpdateHostedZoneComment' : 'route53:DeleteHostedZone',
        resource: `arn:${place.partition}:route53:::hostedzone/${place.id}`,
      },
  ],
  'AWS::Route53::RecordSet': records,
  'AWS::Route53::RecordSetGroup': records,
  'AWS::CloudFront::Distribution': byId('cloudfront', 'distribution', {
    create: ['cloudfront:CreateDistribution'],
    update: ['cloudfront:UpdateDistribution'],
    remove: ['cloudfront:DeleteDistribution'],
  }),
  'AWS::CloudFront::CachePolicy': byId('cloudfront', 'cache-policy', {
    create: ['cloudfront:CreateCachePolicy'],
    update: ['cloudfront:UpdateCachePolicy'],
    remove: ['cloudfront:DeleteCachePolicy'],
  }),
  'AWS::CloudFront::Function': (operation, place) =>
    regionless('cloudfront', 'function', 'Name', {
      create: ['cloudfront:CreateFunction', 'cloudfront:PublishFunction'],
      update: ['cloudfront:UpdateFunction', 'cloudfront:PublishFunction'],
      remove: ['cloudfront:DeleteFunction'],
    })(operation, { ...place, id: undefined }),
  'AWS::CloudFront::KeyValueStore': byId('cloudfront', 'key-value-store', {
    create: ['cloudfront:CreateKeyValueStore'],
    update: ['cloudfront:UpdateKeyValueStore'],
    remove: ['cloudfront:DeleteKeyValueStore'],
  }),
  ...Object.fromEntries(
    ['Accelerator', 'Listener', 'EndpointGroup'].map(kind => [
      `AWS::GlobalAccelerator::${kind}`,
      byId('globalaccelerator', 'accelerator', accelerated(kind)),
    ]),
  ),
  'AWS::GlobalAccelerator::CrossAccountAttachment': byId(
    'globalaccelerator',
    'attachment',
    accelerated('CrossAccountAttachment'),
  ),
};

function accelerated(kind: string): Actions {
  const [create, update, remove] = ['Create', 'Update', 'Delete'].map(verb => `globalaccelerator:${verb}${kind}`);
  return { create: [create], update: [update], remove: [remove] };
}

/** Resources whose ARN has a generated id: the permission on all of the kind is needed. */
function byId(service: string, kind: string, actions: Actions): PermissionsOf {
  return (operation, { partition, context: { accountId } }) => {
    const resource = `arn:${partition}:${service}::${accountId}:${kind}/*`;
    return (actions[operation] ?? actions.create).map(action => ({ action, resource }));
  };
}

function records(_operation: unknown, { properties, partition }: Place): ReturnType<PermissionsOf> {
  const zone = properties.HostedZoneId === undefined ? '*' : text(properties.HostedZoneId);
  return [{ action: 'route53:ChangeResourceRecordSets', resource: `arn:${partition}:route53:::hostedzone/${zone}` }];
}
