import {
  ChangeResourceRecordSetsCommand,
  Route53Client,
  type Change,
  type ChangeInfo,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import type { HostedZone } from '../../../../rehearsal/services/route53/hosted-zone';
import { CICD, World } from '../world';

export const NAME = 'www.example.com';

export interface Zone {
  readonly world: World;
  readonly zone: HostedZone;
  readonly client: Route53Client;
  change(...changes: readonly Change[]): Promise<ChangeInfo | undefined>;
}

/** A hosted zone `example.com`, and a client of its account. The rate limit allows five requests per second. */
export async function startZone(): Promise<Zone> {
  const world = await World.start();
  const zone = world.route53.createZone(CICD, 'example.com');
  const client = new Route53Client(world.as(CICD));
  return {
    world,
    zone,
    client,
    change: async (...changes) => {
      const { ChangeInfo: info } = await client.send(
        new ChangeResourceRecordSetsCommand({ HostedZoneId: zone.id, ChangeBatch: { Changes: [...changes] } }),
      );
      return info;
    },
  };
}

export function weighted(side: string, weight: number, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet {
  return {
    Name: NAME,
    Type: 'CNAME',
    TTL: 60,
    SetIdentifier: side,
    Weight: weight,
    ResourceRecords: [{ Value: `${side}.example.net` }],
    ...more,
  };
}

export function text(value: string): ResourceRecordSet {
  return { Name: `_fence.${NAME}`, Type: 'TXT', TTL: 60, ResourceRecords: [{ Value: value }] };
}

export const create = (set: ResourceRecordSet): Change => ({ Action: 'CREATE', ResourceRecordSet: set });
export const upsert = (set: ResourceRecordSet): Change => ({ Action: 'UPSERT', ResourceRecordSet: set });
export const remove = (set: ResourceRecordSet): Change => ({ Action: 'DELETE', ResourceRecordSet: set });
