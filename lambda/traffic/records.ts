import { createHash } from 'node:crypto';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { targetOf as endpointOf } from './traffic';
import type { Endpoint, Endpoints, Shares } from './traffic';
import type { Route53TrafficRequest, SideName } from '../../src/blue-green/contract';
import { fenceRecordName, SIDES } from '../../src/blue-green/contract';

type Kind = Pick<Route53TrafficRequest, 'recordName' | 'recordTypes' | 'ttlSeconds'>;

/** The record with the fence of the weighted records. */
export interface FenceMark {
  readonly fence: number;
  readonly shares: Shares;
  /** Digest of the weighted records. */
  readonly digest: string;
}

const MARK = /^"fence=(\d+) blue=(\d+) green=(\d+) records=([0-9a-f]+)"$/;
const MARK_TTL = 60;

/** The weighted records that divide the traffic by the shares. */
export function weightedRecords({ recordName, recordTypes, ttlSeconds }: Kind, shares: Shares, endpoints: Endpoints) {
  return recordTypes.flatMap(type =>
    SIDES.map((side): ResourceRecordSet => ({
      Name: recordName,
      Type: type,
      SetIdentifier: side,
      // whole percents are exact, and a weight may be up to 255
      Weight: shares[side],
      ...(type === 'CNAME'
        ? plainTarget(endpointOf(endpoints, side), ttlSeconds)
        : aliasTarget(endpointOf(endpoints, side))),
    })),
  );
}

function plainTarget({ address }: Endpoint, ttlSeconds: string): Partial<ResourceRecordSet> {
  return { TTL: Number(ttlSeconds), ResourceRecords: [{ Value: address }] };
}

function aliasTarget({ address, hostedZoneId }: Endpoint): Partial<ResourceRecordSet> {
  // with its health evaluated, Route 53 would send traffic to the idle side when the active one is unhealthy
  return { AliasTarget: { DNSName: address, HostedZoneId: hostedZoneId, EvaluateTargetHealth: false } };
}

export function markRecord({ recordName }: Kind, fence: number, shares: Shares, records: ResourceRecordSet[]) {
  const text = `fence=${fence} blue=${shares.blue} green=${shares.green} records=${digestOf(records)}`;
  const record: ResourceRecordSet = {
    Name: fenceRecordName(recordName), Type: 'TXT', TTL: MARK_TTL, ResourceRecords: [{ Value: `"${text}"` }],
  };
  return record;
}

/** Undefined: the record is not from a release. */
export function markIn(record: ResourceRecordSet): FenceMark | undefined {
  const [, fence, blue, green, digest] = MARK.exec(record.ResourceRecords?.[0]?.Value ?? '') ?? [];
  if (digest === undefined || record.ResourceRecords?.length !== 1) return undefined;
  return { fence: Number(fence), shares: { blue: Number(blue), green: Number(green) }, digest };
}

/** The same for records that Route 53 treats as the same, whatever their order. */
export function digestOf(records: readonly ResourceRecordSet[]): string {
  const texts = records.map(record => JSON.stringify([
    record.Type,
    record.SetIdentifier ?? '',
    record.Weight ?? '',
    record.TTL ?? '',
    record.HealthCheckId ?? '',
    targetOf(record),
    record.AliasTarget?.HostedZoneId ?? '',
    record.AliasTarget?.EvaluateTargetHealth ?? '',
  ]));
  return createHash('sha256').update(texts.sort().join()).digest('hex').slice(0, 16);
}

/** Where the record points to. */
export function targetOf({ AliasTarget: alias, ResourceRecords: values = [] }: ResourceRecordSet): string {
  return alias ? normalized(alias.DNSName ?? '') : values.map(({ Value: value = '' }) => normalized(value)).join(', ');
}

/** The side that the record points to. */
export function sideOf(record: ResourceRecordSet, endpoints: Endpoints): SideName | undefined {
  return SIDES.find(side => normalized(endpoints[side]?.address ?? '') === targetOf(record));
}

export function normalized(name: string): string {
  return name.toLowerCase().replace(/\.$/, '').replace('\\052', '*');
}

/** For example `A blue.example.com (blue, weight 90)`. */
export function inText(record: ResourceRecordSet): string {
  const { Type: type, SetIdentifier: id, Weight: weight } = record;
  const details = [id, weight === undefined ? undefined : `weight ${weight}`].filter(Boolean).join(', ');
  return `${type} ${targetOf(record)}${details && ` (${details})`}`;
}
