/** The two sides of a blue/green environment. */
export const SIDES = ['blue', 'green'] as const;

export type SideName = typeof SIDES[number];

/** Where a value of a side is read from, in the account and region of the side, when a release begins. */
export type EndpointRequest =
  | { readonly from: 'output'; readonly stackName: string; readonly outputName: string }
  | { readonly from: 'parameter'; readonly parameterName: string }
  | { readonly from: 'value'; readonly value: string };

/** The target of the DNS records of a side. */
export interface DnsEndpointRequest {
  readonly dnsName: EndpointRequest;
  /** Hosted zone of the target itself, such as that of a load balancer. Only for aliases. */
  readonly hostedZoneId?: EndpointRequest;
}

/** Name of the record with the fence of the weighted records of a name. */
export function fenceRecordName(recordName: string): string {
  return `_org-environments.${recordName}`;
}

/**
 * The two keys of a KeyValueStore that are written by turns: while the edge replaces the value of one, and may not find
 * it, the other has the last shares.
 */
export function keysOf(key: string): readonly [string, string] {
  return [`${key}-1`, `${key}-2`];
}

/** Value of these keys. */
export interface CloudFrontSharesValue {
  /** Number of the change in this store: the greater one is in effect. */
  readonly n: number;
  readonly fence: number;
  readonly blue: number;
  readonly green: number;
  /** Domain names. */
  readonly origins: { readonly blue: string; readonly green: string };
  /**
   * Number of the change since which each side has had traffic. It is part of the cache key: a side that returns with
   * another release does not find responses of its earlier one.
   */
  readonly since: { readonly blue: number; readonly green: number };
  /** In milliseconds since 1970. */
  readonly at: number;
}

/** Seconds within which all edge locations of CloudFront use a new value of a KeyValueStore. */
export const CLOUD_FRONT_SECONDS = 32;

/** What all kinds of traffic have. */
interface TrafficAccess {
  /** Role that the role of the environment assumes for the calls; absent: the calls use the role of the environment. */
  readonly roleArn?: string;
}

/** Weighted records of Route 53. */
export interface Route53TrafficRequest extends TrafficAccess {
  readonly kind: 'route53';
  readonly hostedZoneId: string;
  /** In lower case, without a dot at the end. */
  readonly recordName: string;
  /** Addresses (A, AAAA) are aliases; a CNAME is alone. */
  readonly recordTypes: readonly ('A' | 'AAAA' | 'CNAME')[];
  /** Of a CNAME: an alias has the TTL of its target. */
  readonly ttlSeconds: string;
  readonly blue: DnsEndpointRequest;
  readonly green: DnsEndpointRequest;
}

/** A KeyValueStore that a function of a CloudFront distribution reads. */
export interface CloudFrontTrafficRequest extends TrafficAccess {
  readonly kind: 'cloudFront';
  readonly keyValueStoreArn: string;
  /** Prefix of the two keys. */
  readonly key: string;
  /** Domain names of the origins. */
  readonly blue: EndpointRequest;
  readonly green: EndpointRequest;
}

/** Weights of the endpoints of Global Accelerator. */
export interface GlobalAcceleratorTrafficRequest extends TrafficAccess {
  readonly kind: 'globalAccelerator';
  readonly endpointGroupArn: string;
  /** Ids of the endpoints, such as ARNs of load balancers. */
  readonly blue: EndpointRequest;
  readonly green: EndpointRequest;
}

/** A parameter of Parameter Store that names the active side. */
export interface ParameterTrafficRequest extends TrafficAccess {
  readonly kind: 'parameter';
  readonly parameterName: string;
}

/** A function of the user. */
export interface CustomTrafficRequest extends TrafficAccess {
  readonly kind: 'custom';
  readonly functionArn: string;
}

/** What the function of the user receives. */
export type CustomTrafficEvent =
  | { readonly action: 'read'; readonly changeId?: string }
  | { readonly action: 'write'; readonly shares: Readonly<Record<SideName, number>>; readonly fence: number };

/** How the traffic of an environment is divided between its sides. */
export type TrafficRequest =
  | Route53TrafficRequest
  | CloudFrontTrafficRequest
  | GlobalAcceleratorTrafficRequest
  | ParameterTrafficRequest
  | CustomTrafficRequest;
