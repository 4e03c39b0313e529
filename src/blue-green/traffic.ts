import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { CloudFrontTrafficKind } from './traffic/cloud-front';
import { CustomTrafficKind } from './traffic/custom';
import { GlobalAcceleratorTrafficKind } from './traffic/global-accelerator';
import { ParameterTrafficKind } from './traffic/parameter';
import { Route53TrafficKind } from './traffic/route53';
import type { TrafficConfig, TrafficKind } from './traffic/traffic-kind';
import type {
  CloudFrontTrafficProps, CustomTrafficProps, GlobalAcceleratorTrafficProps, ParameterTrafficProps, Route53TrafficProps,
} from './traffic-props';
import { rejectSubclass } from '../private/reject';

/**
 * What divides the traffic of a blue/green environment between its sides. One of the sides always has traffic. If
 * someone else changes what a release has set, the next release stops and reports it. The class cannot be subclassed.
 *
 * @example
 * const traffic = Traffic.parameter({ parameterName: '/shop/active' });
 */
export class Traffic {
  /**
   * Weighted records of Route 53. They work with every address, also of other accounts.
   *
   * A share is one of *resolutions*, not of requests: a large resolver may send all its clients to one side. A change
   * is in effect within 60 seconds (Route 53 reports when) and the TTL. Clients that hold addresses longer reach the
   * old side; it keeps serving for ten times the TTL.
   *
   * The name of the record with `_org-environments.` before it is a TXT record with the last change. It rejects a
   * change of an older release, and shows whether someone else has changed the records.
   *
   * A `role` needs `route53:ListResourceRecordSets` and `route53:ChangeResourceRecordSets` of the hosted zone for both
   * names, and `route53:GetChange`.
   */
  public static route53(props: Route53TrafficProps): Traffic {
    return new Traffic(new Route53TrafficKind(props));
  }

  /**
   * A KeyValueStore that the function of a CloudFront distribution reads. `CloudFrontRouter` defines both.
   *
   * A share is one of *requests*, or of *viewers* if the router is sticky, and exact. A change is in effect within 32
   * seconds, the longest time that was measured; AWS names none.
   *
   * A `role` needs `cloudfront-keyvaluestore:DescribeKeyValueStore`, `GetKey` and `PutKey` of the store.
   */
  public static cloudFront(props: CloudFrontTrafficProps): Traffic {
    return new Traffic(new CloudFrontTrafficKind(props));
  }

  /**
   * Weights of the endpoints of AWS Global Accelerator, for TCP and UDP. The accounts of the sides must allow the
   * accelerator to use their endpoints by a cross-account attachment (`CfnCrossAccountAttachment`).
   *
   * A share is one of *flows*: an open connection stays on its side. A change is in effect for new connections within
   * about 30 seconds (Global Accelerator reports when). Without a healthy endpoint, Global Accelerator uses any.
   *
   * Global Accelerator cannot compare before it writes, so nothing else may change the endpoint group during a release.
   *
   * A `role` needs `globalaccelerator:DescribeEndpointGroup`, `UpdateEndpointGroup`, `DescribeAccelerator` and
   * `ListCrossAccountResources`.
   */
  public static globalAccelerator(props: GlobalAcceleratorTrafficProps): Traffic {
    return new Traffic(new GlobalAcceleratorTrafficKind(props));
  }

  /**
   * A parameter of Parameter Store in the account and region of the stack, for workers that have no DNS name. Its value
   * is for example `{"active":"blue","fence":7}`: a worker works while its side is the active one, and ignores a value
   * with a smaller `fence` than one that it has seen.
   *
   * One side has all traffic: the traffic can only shift in one step. A change is in effect when the workers have read
   * it, within the poll interval.
   *
   * A `role` needs `ssm:GetParameter` and `ssm:PutParameter`.
   */
  public static parameter(props: ParameterTrafficProps): Traffic {
    return new Traffic(new ParameterTrafficKind(props));
  }

  /**
   * A function of your own, in the region of the stack. What a share is one of, and when it is in effect, is up to the
   * function.
   *
   * It receives `{"action":"read","changeId":"…"}` and returns `{"shares":{"blue":100,"green":0},"fence":7,
   * "isInEffect":true}`, without `shares` and with the fence 0 if nothing was set yet. Or it receives
   * `{"action":"write","shares":{"blue":90,"green":10},"fence":8}` and returns nothing or `{"changeId":"…"}`, which the
   * next reads receive. It must throw an error with the name `NewerChangeError` if it has seen a greater fence, and
   * `TrafficTakenError` if someone else has changed the shares. The same change may be written again.
   *
   * @param target the function; the role of the environment may invoke it
   */
  public static custom(target: IFunction, props: CustomTrafficProps): Traffic {
    return new Traffic(new CustomTrafficKind(target, props));
  }

  private constructor(private readonly kind: TrafficKind) {
    rejectSubclass(new.target, Traffic, 'use Traffic.route53(), Traffic.custom() or another factory');
  }

  /** @internal */
  public _bind(scope: Construct): TrafficConfig {
    return this.kind.bind(scope);
  }
}
