import type { Duration } from 'aws-cdk-lib';
import type { IEndpointGroup } from 'aws-cdk-lib/aws-globalaccelerator';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { CloudFrontRouter } from './cloud-front-router';
import type { Endpoint } from './endpoint';

/** Where the traffic of the sides goes to: `endpoint` for both, or one for each. */
export interface TrafficEndpoints {
  /**
   * The address of a side, read in the account of each side.
   *
   * @default - `blue` and `green` must be given
   */
  readonly endpoint?: Endpoint;

  /**
   * The address of the side blue.
   *
   * @default - `endpoint`
   */
  readonly blue?: Endpoint;

  /**
   * The address of the side green.
   *
   * @default - `endpoint`
   */
  readonly green?: Endpoint;
}

/** Who changes the traffic. */
export interface TrafficAccess {
  /**
   * Role to assume for the changes, for example in the account of a shared hosted zone. It must trust the CICD account,
   * and have the permissions that the kind of traffic names.
   *
   * @default - the role of the environment, which receives the permissions
   */
  readonly role?: IRole;
}

/** Options of `Traffic.route53`. */
export interface Route53TrafficProps extends TrafficEndpoints, TrafficAccess {
  /** The hosted zone of the record. */
  readonly hostedZone: IHostedZone;

  /**
   * Full name of the record, for example `shop.example.com`. No other construct may define records of this name: the
   * first release creates them. A record that points to a side before that is replaced without interruption.
   */
  readonly recordName: string;

  /**
   * Hosted zone of the target itself, such as that of a load balancer (`loadBalancerCanonicalHostedZoneId`). The
   * records are then aliases, which are possible for the name of the hosted zone itself.
   *
   * @default - the records are CNAMEs
   */
  readonly aliasHostedZoneId?: Endpoint;

  /**
   * Whether aliases are also created for IPv6 addresses (AAAA). The targets must have them.
   *
   * @default false
   */
  readonly ipv6?: boolean;

  /**
   * How long resolvers may hold an answer: 0 to 300 whole seconds. The side without traffic must serve for ten times as
   * long, since some resolvers hold answers longer. An alias has the TTL of its target (a load balancer: 60 seconds).
   *
   * @default Duration.seconds(60)
   */
  readonly ttl?: Duration;
}

/** Options of `Traffic.cloudFront`. The endpoints are the domain names of the origins. */
export interface CloudFrontTrafficProps extends TrafficEndpoints, TrafficAccess {
  /** The router of the distribution. */
  readonly router: CloudFrontRouter;
}

/** Options of `Traffic.globalAccelerator`. The endpoints are ids, such as ARNs of load balancers. */
export interface GlobalAcceleratorTrafficProps extends TrafficEndpoints, TrafficAccess {
  /**
   * The endpoint group that has, or will have, the endpoints of the sides. It may have others, but CloudFormation must
   * not update it afterwards: that would restore the endpoints of the template.
   */
  readonly endpointGroup: IEndpointGroup;

  /**
   * How long connections may stay open on a side without new ones: 0 to 86400 whole seconds.
   *
   * @default Duration.seconds(340) - the idle timeout of TCP connections
   */
  readonly drain?: Duration;
}

/** Options of `Traffic.parameter`. */
export interface ParameterTrafficProps extends TrafficAccess {
  /**
   * Name of the parameter, for example `/shop/active`. The first release creates it; create it yourself with the value
   * `{"active":"blue","fence":0}` if workers need it before, or if other accounts read it (an advanced parameter).
   */
  readonly parameterName: string;

  /**
   * How often workers read the parameter, at least: 1 to 3600 whole seconds.
   *
   * @default Duration.seconds(60)
   */
  readonly pollInterval?: Duration;
}

/** Options of `Traffic.custom`. */
export interface CustomTrafficProps {
  /** Time within which a change is in effect: 0 to 3600 whole seconds. */
  readonly inEffectWithin: Duration;

  /** How long clients may then still reach a side without traffic: 0 to 86400 whole seconds. */
  readonly hold: Duration;

  /**
   * Whether both sides can have traffic at the same time. Otherwise, the traffic can only shift in one step.
   *
   * @default true
   */
  readonly allowsShares?: boolean;
}
