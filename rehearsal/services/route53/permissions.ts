import * as v from 'valibot';
import { Change, normalizedName } from './record-set';
import { everywhere, on, own, partitionOf, textOf } from '../../core/permissions';
import type { ConditionContext } from '../../core/policy-document';
import type { Call, Permissions } from '../../core/service';

const Batch = v.object({ ChangeBatch: v.object({ Changes: v.array(Change) }) });

/** Removes the prefix that Route 53 adds to ids, for example `/hostedzone/`. */
export function bareId(id: string): string {
  return id.replace(/^\/?(hostedzone|change)\//, '');
}

const zoneArn = (call: Call, member: string): string =>
  `arn:${partitionOf(call)}:route53:::hostedzone/${bareId(textOf(call, member))}`;

export const permissions: Record<string, Permissions> = {
  ChangeResourceRecordSets: call => [own(call, zoneArn(call, 'HostedZoneId'), changeContext(call))],
  ...on(['ListResourceRecordSets'], call => zoneArn(call, 'HostedZoneId')),
  ...on(['DeleteHostedZone', 'GetHostedZone'], call => zoneArn(call, 'Id')),
  ...on(['GetChange'], call => `arn:${partitionOf(call)}:route53:::change/${bareId(textOf(call, 'Id'))}`),
  ...on(['ListTagsForResource'], call => zoneArn(call, 'ResourceId')),
  ...everywhere(['ListHostedZones', 'ListHostedZonesByName']),
};

/** Condition keys with the values of all changes. Route 53 compares names without the final dot. */
function changeContext(call: Call): ConditionContext {
  const parsed = v.safeParse(Batch, call.input);
  return parsed.success ? changeKeys(parsed.output.ChangeBatch.Changes) : {};
}

export function changeKeys(changes: readonly Change[]): ConditionContext {
  const valuesOf = (value: (change: Change) => string): string[] => [...new Set(changes.map(value))];
  return {
    'route53:ChangeResourceRecordSetsNormalizedRecordNames': valuesOf(({ ResourceRecordSet: { Name: name } }) =>
      normalizedName(name).replace(/\.$/, ''),
    ),
    'route53:ChangeResourceRecordSetsRecordTypes': valuesOf(change => change.ResourceRecordSet.Type),
    'route53:ChangeResourceRecordSetsActions': valuesOf(change => change.Action),
  };
}
