import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { TrafficConfig, TrafficKind } from './traffic-kind';
import { claim, permissionsFor, roleOf, secondsIn } from './traffic-kind';
import { checkedParameterName } from '../parameter-name';
import type { ParameterTrafficProps } from '../traffic-props';

const DEFAULT_POLL_INTERVAL = Duration.seconds(60);

/** A parameter of Parameter Store. */
export class ParameterTrafficKind implements TrafficKind {
  public constructor(private readonly props: ParameterTrafficProps) {}

  public bind(scope: Construct): TrafficConfig {
    const { role, pollInterval = DEFAULT_POLL_INTERVAL } = this.props;
    const parameterName = checkedParameterName(scope, this.props.parameterName);
    const seconds = secondsIn(scope, 'pollInterval', pollInterval, 1, 3600);
    claim(scope, `the parameter '${parameterName}'`);
    return {
      request: { kind: 'parameter', parameterName, ...roleOf(role) },
      permissions: permissionsFor(role, () => [
        new PolicyStatement({
          sid: 'WriteParameter',
          actions: ['ssm:GetParameter', 'ssm:PutParameter'],
          resources: [
            `arn:${Aws.PARTITION}:ssm:${Aws.REGION}:${Aws.ACCOUNT_ID}:parameter/${parameterName.replace(/^\//, '')}`,
          ],
        }),
      ]),
      countedIn: 'requests',
      secondsInEffect: seconds,
      holdSeconds: seconds,
      allowsShares: false,
    };
  }
}
