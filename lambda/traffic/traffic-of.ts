import type { AwsCredentialIdentity } from '@smithy/types';
import { CloudFrontKeyValues } from './aws/cloud-front';
import { LambdaTrafficFunction } from './aws/custom';
import { AcceleratorEndpointGroup } from './aws/global-accelerator';
import { SsmParameter } from './aws/parameter';
import { Route53Zone } from './aws/route53';
import { CloudFrontTraffic } from './cloud-front';
import { CustomTraffic } from './custom';
import { GlobalAcceleratorTraffic } from './global-accelerator';
import { ParameterTraffic } from './parameter';
import { Route53Traffic } from './route53';
import type { Traffic } from './traffic';
import type { TrafficRequest } from '../../src/blue-green/contract';
import { assumeRole } from '../shared/assume-role';
import { clientDefaults } from '../shared/clients';

/**
 * Connects to what divides the traffic.
 * @param roleArn role of the environment in the CICD account
 */
export function trafficOf(request: TrafficRequest, roleArn: string): Traffic {
  const caller = request.roleArn ?? roleArn;
  const config = { ...clientDefaults(), credentials: async () => credentialsOf(request, roleArn) };
  switch (request.kind) {
    case 'route53':
      return new Route53Traffic(request, new Route53Zone(request.hostedZoneId, caller, config));
    case 'cloudFront': {
      const { keyValueStoreArn: arn, key } = request;
      return new CloudFrontTraffic(arn, key, new CloudFrontKeyValues(arn, caller, config));
    }
    case 'globalAccelerator':
      return new GlobalAcceleratorTraffic(new AcceleratorEndpointGroup(request.endpointGroupArn, caller, config));
    case 'parameter':
      return new ParameterTraffic(request.parameterName, new SsmParameter(request.parameterName, caller, config));
    case 'custom':
      return new CustomTraffic(request.functionArn, new LambdaTrafficFunction(request.functionArn, caller, config));
  }
}

async function credentialsOf(request: TrafficRequest, roleArn: string): Promise<AwsCredentialIdentity> {
  const session = await assumeRole({ roleArn });
  return request.roleArn === undefined ? session : assumeRole({ roleArn: request.roleArn, from: session });
}
