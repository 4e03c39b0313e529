import { Duration } from 'aws-cdk-lib';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { BlueGreenEnvironment, Traffic } from '../../src';
import type { BlueGreenEnvironmentProps } from '../../src';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

/** A blue/green environment in a stack of the CICD account. */
export function environment(
  cicd: Cicd, name = 'prod', props: Partial<BlueGreenEnvironmentProps> = {},
): BlueGreenEnvironment {
  return new BlueGreenEnvironment(cicd.stack, name, {
    organization: cicd.organization,
    source: cicd.source,
    blue: { account: cicd.account(`${name}-blue`) },
    green: { account: cicd.account(`${name}-green`) },
    traffic: Traffic.parameter({ parameterName: `/${name}/active` }),
    ...props,
  });
}

/** A function of the user. */
export function functionIn({ stack }: Cicd, name: string) {
  return LambdaFunction.fromFunctionArn(stack, name, `arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:${name}`);
}

/** Traffic that allows shares. */
export function custom(cicd: Cicd): Traffic {
  const props = { inEffectWithin: Duration.seconds(5), hold: Duration.minutes(2) };
  return Traffic.custom(functionIn(cicd, 'traffic'), props);
}
