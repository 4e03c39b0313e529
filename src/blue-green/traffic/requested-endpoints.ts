import type { EndpointRequest, TrafficRequest } from '../contract';

/** The endpoints that a release reads in the accounts of the sides to change the traffic. */
export function requestedEndpointsOf(request: TrafficRequest): readonly EndpointRequest[] {
  switch (request.kind) {
    case 'route53':
      return [request.blue, request.green].flatMap(({ dnsName, hostedZoneId }) => [dnsName, hostedZoneId ?? []].flat());
    case 'cloudFront':
    case 'globalAccelerator':
      return [request.blue, request.green];
    case 'parameter':
    case 'custom':
      return [];
  }
}
