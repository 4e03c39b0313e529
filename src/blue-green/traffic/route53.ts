import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import type { TrafficConfig, TrafficKind } from './traffic-kind';
import { claim, endpointsOf, known, permissionsFor, roleOf, secondsIn } from './traffic-kind';
import { fail } from '../../private/validate';
import type { DnsEndpointRequest, EndpointRequest, Route53TrafficRequest } from '../contract';
import { fenceRecordName } from '../contract';
import type { Route53TrafficProps } from '../traffic-props';

/** Seconds until all servers of Route 53 have a change. */
const SYNC_SECONDS = 60;
/** TTL of an alias to a load balancer. */
const ALIAS_TTL = 60;
const DEFAULT_TTL = Duration.seconds(60);
/** The old side must serve until the answers of resolvers have expired, so a longer TTL makes each release slower. */
const MAX_TTL = 300;
/** Some resolvers hold answers longer than the TTL. */
const HOLD_FACTOR = 10;

const NAME = /^(?=.{1,237}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/** Weighted records of Route 53. */
export class Route53TrafficKind implements TrafficKind {
  public constructor(private readonly props: Route53TrafficProps) {}

  public bind(scope: Construct): TrafficConfig {
    const { hostedZone: { hostedZoneId }, role } = this.props;
    const recordName = this.recordNameIn(scope);
    const recordTypes = this.recordTypesIn(scope, recordName);
    const ttl = this.ttlIn(scope);
    claim(scope, `the record '${recordName}' of hosted zone '${hostedZoneId}'`);
    const request: Route53TrafficRequest = {
      kind: 'route53',
      hostedZoneId,
      recordName,
      recordTypes,
      ttlSeconds: String(ttl),
      ...this.targets(scope),
      ...roleOf(role),
    };
    return {
      request,
      permissions: permissionsFor(role, () => statements(request)),
      countedIn: 'resolutions',
      secondsInEffect: SYNC_SECONDS + ttl,
      holdSeconds: HOLD_FACTOR * ttl,
      allowsShares: true,
    };
  }

  private recordNameIn(scope: Construct): string {
    const { recordName, hostedZone } = this.props;
    if (known(recordName) === undefined) {
      return fail(scope, "'recordName' must be known at synthesis, because a policy names it: got a token");
    }
    const name = recordName.toLowerCase().replace(/\.$/, '');
    if (!NAME.test(name)) {
      fail(scope, `'recordName' must be a DNS name like 'shop.example.com' without wildcard, got '${recordName}'`);
    }
    const zone = zoneNameOf(hostedZone);
    if (zone !== undefined && name !== zone && !name.endsWith(`.${zone}`)) {
      fail(
        scope,
        `the record '${name}' is not in the hosted zone '${zone}': give the full name, such as 'shop.${zone}'`,
      );
    }
    return name;
  }

  private recordTypesIn(scope: Construct, recordName: string): Route53TrafficRequest['recordTypes'] {
    const { aliasHostedZoneId: alias, ipv6 = false, hostedZone } = this.props;
    if (alias !== undefined) return ipv6 ? ['A', 'AAAA'] : ['A'];
    if (ipv6) fail(scope, "'ipv6' is only for aliases: give 'aliasHostedZoneId', or omit 'ipv6'");
    if (recordName === zoneNameOf(hostedZone)) {
      fail(scope, `the record '${recordName}' is the name of the hosted zone itself, which cannot have a CNAME: give `
        + "'aliasHostedZoneId', the hosted zone of the load balancer");
    }
    return ['CNAME'];
  }

  private ttlIn(scope: Construct): number {
    const { ttl, aliasHostedZoneId } = this.props;
    if (aliasHostedZoneId === undefined) return secondsIn(scope, 'ttl', ttl ?? DEFAULT_TTL, 0, MAX_TTL);
    if (ttl !== undefined) fail(scope, "an alias has the TTL of its target: omit 'ttl', or omit 'aliasHostedZoneId'");
    return ALIAS_TTL;
  }

  private targets(scope: Construct): { readonly blue: DnsEndpointRequest; readonly green: DnsEndpointRequest } {
    const { blue, green } = endpointsOf(scope, this.props);
    const zone = this.props.aliasHostedZoneId?._bind(scope);
    const target = (dnsName: EndpointRequest): DnsEndpointRequest => ({ dnsName, ...(zone && { hostedZoneId: zone }) });
    return { blue: target(blue), green: target(green) };
  }
}

/** Undefined: it is known only at deployment, or the zone was imported by its id. */
function zoneNameOf(zone: IHostedZone): string | undefined {
  try {
    return known(zone.zoneName)?.toLowerCase().replace(/\.$/, '');
  } catch {
    return undefined;
  }
}

function statements({ hostedZoneId, recordName, recordTypes }: Route53TrafficRequest): PolicyStatement[] {
  const zoneArn = `arn:${Aws.PARTITION}:route53:::hostedzone/${hostedZoneId}`;
  return [
    new PolicyStatement({ sid: 'ReadRecords', actions: ['route53:ListResourceRecordSets'], resources: [zoneArn] }),
    new PolicyStatement({
      sid: 'ChangeRecords',
      actions: ['route53:ChangeResourceRecordSets'],
      resources: [zoneArn],
      conditions: {
        'ForAllValues:StringEquals': {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': [recordName, fenceRecordName(recordName)],
          'route53:ChangeResourceRecordSetsRecordTypes': [...recordTypes, 'TXT'],
          'route53:ChangeResourceRecordSetsActions': ['CREATE', 'DELETE'],
        },
      },
    }),
    new PolicyStatement({
      sid: 'ReadChanges', actions: ['route53:GetChange'], resources: [`arn:${Aws.PARTITION}:route53:::change/*`],
    }),
  ];
}
