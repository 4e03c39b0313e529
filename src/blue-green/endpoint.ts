import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { EndpointRequest } from './contract';
import { checkedParameterName } from './parameter-name';
import { rejectSubclass } from '../private/reject';
import { fail, validate } from '../private/validate';

const OUTPUT_NAME = /^[A-Za-z0-9]{1,255}$/;

/**
 * Where a value of a side is read from when a release begins, such as the address to which its traffic goes. The
 * pipeline of the side makes it, so it is not known when the app is synthesized. It is read in the account and region
 * of the side, so the same endpoint usually serves for both sides. The class cannot be subclassed.
 *
 * @example
 * const endpoint = Endpoint.output('shop', 'LoadBalancerDnsName');
 */
export class Endpoint {
  /**
   * An output of a stack that the pipeline of the side deploys.
   *
   * @param stackName name of the stack
   * @param outputName name of the output: 1 to 255 letters and digits
   */
  public static output(stackName: string, outputName: string): Endpoint {
    return new Endpoint(scope => {
      validate.stackName(scope, stackName);
      if (!Token.isUnresolved(outputName) && !OUTPUT_NAME.test(outputName)) {
        fail(scope, `the name of an output must be 1 to 255 letters and digits, got '${outputName}'`);
      }
      return { from: 'output', stackName, outputName };
    });
  }

  /**
   * A parameter of Parameter Store.
   *
   * @param parameterName for example `/shop/load-balancer`
   */
  public static parameter(parameterName: string): Endpoint {
    return new Endpoint(scope => ({ from: 'parameter', parameterName: checkedParameterName(scope, parameterName) }));
  }

  /**
   * A value that is known.
   *
   * @param text for example a DNS name
   */
  public static value(text: string): Endpoint {
    return new Endpoint(scope => {
      if (text === '') fail(scope, 'the value of an endpoint is empty: give it, for example a DNS name');
      return { from: 'value', value: text };
    });
  }

  private constructor(private readonly request: (scope: Construct) => EndpointRequest) {
    rejectSubclass(new.target, Endpoint, 'use Endpoint.output(), Endpoint.parameter() or Endpoint.value()');
  }

  /** @internal */
  public _bind(scope: Construct): EndpointRequest {
    return this.request(scope);
  }
}
