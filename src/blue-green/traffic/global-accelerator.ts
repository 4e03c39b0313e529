import { Duration, Fn } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { TrafficConfig, TrafficKind } from './traffic-kind';
import { claim, endpointsOf, permissionsFor, roleOf, secondsIn } from './traffic-kind';
import type { GlobalAcceleratorTrafficRequest } from '../contract';
import type { GlobalAcceleratorTrafficProps } from '../traffic-props';

const SECONDS_IN_EFFECT = 30;
/** Global Accelerator forgets an idle TCP connection after this time. */
const DEFAULT_DRAIN = Duration.seconds(340);

/** The weights of an endpoint group. */
export class GlobalAcceleratorTrafficKind implements TrafficKind {
  public constructor(private readonly props: GlobalAcceleratorTrafficProps) {}

  public bind(scope: Construct): TrafficConfig {
    const { endpointGroup: { endpointGroupArn }, role, drain = DEFAULT_DRAIN } = this.props;
    claim(scope, `the endpoint group '${endpointGroupArn}'`);
    const request: GlobalAcceleratorTrafficRequest = {
      kind: 'globalAccelerator', endpointGroupArn, ...endpointsOf(scope, this.props), ...roleOf(role),
    };
    return {
      request,
      permissions: permissionsFor(role, () => statements(endpointGroupArn)),
      countedIn: 'flows',
      secondsInEffect: SECONDS_IN_EFFECT,
      holdSeconds: secondsIn(scope, 'drain', drain, 0, 86_400),
      allowsShares: true,
    };
  }
}

function statements(endpointGroupArn: string): PolicyStatement[] {
  const acceleratorArn = Fn.select(0, Fn.split('/listener/', endpointGroupArn));
  return [
    new PolicyStatement({
      sid: 'ChangeWeights',
      actions: ['globalaccelerator:DescribeEndpointGroup', 'globalaccelerator:UpdateEndpointGroup'],
      resources: [endpointGroupArn],
    }),
    new PolicyStatement({
      sid: 'ReadAccelerator', actions: ['globalaccelerator:DescribeAccelerator'], resources: [acceleratorArn],
    }),
    // the action has no resources
    new PolicyStatement({
      sid: 'ReadAttachments', actions: ['globalaccelerator:ListCrossAccountResources'], resources: ['*'],
    }),
  ];
}
