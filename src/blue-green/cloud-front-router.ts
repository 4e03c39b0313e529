import { Names } from 'aws-cdk-lib';
import {
  CacheHeaderBehavior, CachePolicy, Function as EdgeFunction, FunctionCode, FunctionEventType, FunctionRuntime,
  KeyValueStore,
} from 'aws-cdk-lib/aws-cloudfront';
import type { CachePolicyProps, FunctionAssociation, ICachePolicy, IKeyValueStore } from 'aws-cdk-lib/aws-cloudfront';
import { Construct } from 'constructs';
import { routerCode } from './router-code';
import { Side } from './side';
import { fail } from '../private/validate';

/** Options of `CloudFrontRouter`. */
export interface CloudFrontRouterProps {
  /**
   * The side that serves before the first release, from the origin of the distribution.
   *
   * @default Side.BLUE
   */
  readonly initialSide?: Side;

  /**
   * Whether a viewer (an IP address) stays on the side that served it before, as long as the shares allow. A share is
   * then one of viewers, not of requests, so a page and its files come from the same side.
   *
   * @default false
   */
  readonly sticky?: boolean;
}

/**
 * Routes the requests of a CloudFront distribution to the sides of a blue/green environment: a KeyValueStore with the
 * shares, which releases write, and a function that reads it for every request.
 *
 * The function replaces the domain name of the origin; everything else, such as its custom headers, comes from the
 * origin of the behavior and reaches both sides. The origin must be public, without origin access control. It also sets
 * the header `SIDE_HEADER`, which must be part of the cache key, because the origin is not: otherwise one side would
 * serve the cached responses of the other.
 *
 * While the edge replaces a value of the store, the function uses the one before. If it finds no value, the request
 * goes to the origin of the behavior, as before the first release.
 *
 * @example
 * const router = new CloudFrontRouter(this, 'Router');
 * new Distribution(this, 'Distribution', {
 *   defaultBehavior: {
 *     origin: new HttpOrigin('blue.shop.example.com'),
 *     cachePolicy: router.cachePolicy(),
 *     functionAssociations: [router.functionAssociation],
 *   },
 * });
 */
export class CloudFrontRouter extends Construct {
  /** Header of requests to the origins with the side. It must be part of the cache key. */
  public static readonly SIDE_HEADER = 'x-org-environments-side';

  /** The store with the shares. */
  public readonly keyValueStore: IKeyValueStore;

  /** The function, for the behaviors of the distribution. */
  public readonly functionAssociation: FunctionAssociation;

  /** Prefix of the keys in the store. */
  public readonly key: string;

  /** Whether a viewer stays on the side that served it before. */
  public readonly isSticky: boolean;

  private caches = 0;

  public constructor(scope: Construct, id: string, props: CloudFrontRouterProps = {}) {
    super(scope, id);
    const { initialSide = Side.BLUE, sticky = false } = props;
    this.key = 'shares';
    this.isSticky = sticky;
    const keyValueStore = new KeyValueStore(this, 'Store', { comment: 'Shares of the sides, written by releases' });
    this.keyValueStore = keyValueStore;
    const header = CloudFrontRouter.SIDE_HEADER;
    const router = new EdgeFunction(this, 'Function', {
      comment: 'Chooses the side of each request',
      runtime: FunctionRuntime.JS_2_0,
      keyValueStore,
      code: FunctionCode.fromInline(routerCode({ key: this.key, initialSide, sticky, header })),
    });
    this.functionAssociation = { eventType: FunctionEventType.VIEWER_REQUEST, function: router };
  }

  /**
   * Creates a cache policy whose cache key has the side. Its other options are the defaults of `CachePolicy`.
   *
   * @param props further options; `headerBehavior` must be an allow list, to which the header is added
   */
  public cachePolicy(props: CachePolicyProps = {}): ICachePolicy {
    const { headerBehavior } = props;
    if (headerBehavior !== undefined && headerBehavior.headers === undefined && headerBehavior.behavior !== 'none') {
      fail(this, `'headerBehavior' must be an allow list or none, got '${headerBehavior.behavior}'`);
    }
    const headers = [...(headerBehavior?.headers ?? []), CloudFrontRouter.SIDE_HEADER];
    const id = this.caches++ === 0 ? 'CachePolicy' : `CachePolicy${this.caches}`;
    return new CachePolicy(this, id, {
      comment: `Cache of ${Names.nodeUniqueId(this.node)}`.slice(0, 128),
      ...props,
      headerBehavior: CacheHeaderBehavior.allowList(...headers),
    });
  }
}
