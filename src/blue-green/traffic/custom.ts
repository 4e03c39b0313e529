import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { TrafficConfig, TrafficKind } from './traffic-kind';
import { claim, known, secondsIn } from './traffic-kind';
import { fail } from '../../private/validate';
import type { CustomTrafficProps } from '../traffic-props';

/** A function of the user. */
export class CustomTrafficKind implements TrafficKind {
  public constructor(
    private readonly target: IFunction,
    private readonly props: CustomTrafficProps,
  ) {}

  public bind(scope: Construct): TrafficConfig {
    const { functionArn, env } = this.target;
    const { region } = Stack.of(scope);
    if (known(region) !== undefined && known(env.region) !== undefined && env.region !== region) {
      fail(scope, `the function of the traffic is in the region '${env.region}', but must be in that of the stack, `
        + `'${region}'`);
    }
    claim(scope, `the function '${functionArn}'`);
    return {
      request: { kind: 'custom', functionArn },
      permissions: [
        new PolicyStatement({ sid: 'DivideTraffic', actions: ['lambda:InvokeFunction'], resources: [functionArn] }),
      ],
      countedIn: 'requests',
      secondsInEffect: secondsIn(scope, 'inEffectWithin', this.props.inEffectWithin, 0, 3600),
      holdSeconds: secondsIn(scope, 'hold', this.props.hold, 0, 86_400),
      allowsShares: this.props.allowsShares ?? true,
    };
  }
}
