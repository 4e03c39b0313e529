import type { Networks, Place } from './aws';
import type { NetworkRequest, NetworkResult } from '../../src/network/contract';
import type { Drift } from '../../src/operations/contract';
import type { Lifecycle, Owner, Progress } from '../shared/lifecycle';
import { DONE, done } from '../shared/lifecycle';

/** Removes all rules of the default security groups of VPCs. They are deleted with their VPCs. */
export class DefaultGroupLifecycle implements Lifecycle<NetworkRequest, NetworkResult> {
  public constructor(private readonly networks: Pick<Networks, 'rules' | 'revoke'>) {}

  public subjectOf({ networkName }: NetworkRequest): string {
    return `network '${networkName}'`;
  }

  public async requestCreate(): Promise<void> {
    // the request says all
  }

  public async requestUpdate(): Promise<void> {
    // the request says all
  }

  public async requestDelete(): Promise<void> {
    // the group is deleted with its VPC
  }

  public async reconcile(_owner: Owner, request: NetworkRequest): Promise<Progress<NetworkResult>> {
    const { securityGroupId } = request;
    const { ingress, egress } = await this.networks.rules(placeOf(request), securityGroupId);
    if (ingress.length > 0) await this.networks.revoke(placeOf(request), securityGroupId, 'ingress', ingress);
    if (egress.length > 0) await this.networks.revoke(placeOf(request), securityGroupId, 'egress', egress);
    return done({ securityGroupId });
  }

  public async reconcileDelete(): Promise<Progress<void>> {
    return DONE;
  }

  public async check(_owner: Owner, request: NetworkRequest): Promise<readonly Drift[]> {
    const { ingress, egress } = await this.networks.rules(placeOf(request), request.securityGroupId);
    return ingress.length + egress.length === 0 ? [] : [{
      what: `the default security group ${request.securityGroupId} of network '${request.networkName}' has rules`,
      remedy: 'its rules are removed; give what uses it a security group of its own first',
      isRepairable: true,
    }];
  }

  public async requestRepair(): Promise<void> {
    // the request says all
  }
}

function placeOf({ roleArn, region }: NetworkRequest): Place {
  return { roleArn, region };
}
