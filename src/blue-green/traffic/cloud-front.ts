import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { TrafficConfig, TrafficKind } from './traffic-kind';
import { claim, endpointsOf, permissionsFor, roleOf } from './traffic-kind';
import type { CloudFrontTrafficRequest } from '../contract';
import { CLOUD_FRONT_SECONDS } from '../contract';
import type { CloudFrontTrafficProps } from '../traffic-props';

/** CloudFront waits for a response of an origin for at most two minutes by default quotas. */
const REQUEST_SECONDS = 120;

/** The KeyValueStore of a distribution. */
export class CloudFrontTrafficKind implements TrafficKind {
  public constructor(private readonly props: CloudFrontTrafficProps) {}

  public bind(scope: Construct): TrafficConfig {
    const { router, role } = this.props;
    const keyValueStoreArn = router.keyValueStore.keyValueStoreArn;
    claim(scope, `the CloudFront router '${router.node.path}'`);
    const request: CloudFrontTrafficRequest = {
      kind: 'cloudFront', keyValueStoreArn, key: router.key, ...endpointsOf(scope, this.props), ...roleOf(role),
    };
    return {
      request,
      permissions: permissionsFor(role, () => [
        new PolicyStatement({
          sid: 'WriteShares',
          actions: [
            'cloudfront-keyvaluestore:DescribeKeyValueStore',
            'cloudfront-keyvaluestore:GetKey',
            'cloudfront-keyvaluestore:PutKey',
          ],
          resources: [keyValueStoreArn],
        }),
      ]),
      countedIn: router.isSticky ? 'viewers' : 'requests',
      secondsInEffect: CLOUD_FRONT_SECONDS,
      holdSeconds: REQUEST_SECONDS,
      allowsShares: true,
    };
  }
}
