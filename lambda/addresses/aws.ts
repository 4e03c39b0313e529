import type { Networks } from './context';
import type { ComparedNetworkRequest } from '../../src/addresses/contract';

/** Reads networks in their accounts. */
export class AwsNetworks implements Networks {
  public async read(network: ComparedNetworkRequest): Promise<readonly string[]> {
    throw new Error(`not implemented: ${network.accountId}`);
  }
}
