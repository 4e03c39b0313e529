import { sharesOf } from './changes';
import { checkedShares } from './traffic';
import type { Endpoint, Endpoints, Shares, Traffic, TrafficReading } from './traffic';
import { SIDES } from '../../src/blue-green/contract';

export interface GroupEndpoint {
  readonly endpointId: string;
  readonly weight: number;
  readonly clientIpPreservation?: boolean;
}

/** An endpoint group of Global Accelerator. */
export interface EndpointGroup {
  endpoints(): Promise<readonly GroupEndpoint[]>;
  /** Replaces all endpoints. */
  replace(endpoints: readonly GroupEndpoint[]): Promise<void>;
  /** Whether the last change of the accelerator is in effect. */
  isDeployed(): Promise<boolean>;
}

/**
 * Weights of two endpoints of a group; the other endpoints keep theirs. Global Accelerator has no place for the fence,
 * and does not compare before it writes: the caller checks its fence before each write, and the weights after it.
 */
export class GlobalAcceleratorTraffic implements Traffic {
  public constructor(private readonly group: EndpointGroup) {}

  public async read({ blue, green }: Endpoints): Promise<TrafficReading> {
    const [endpoints, isInEffect] = await Promise.all([this.group.endpoints(), this.group.isDeployed()]);
    const weightOf = (side: Endpoint | undefined): number =>
      endpoints.find(({ endpointId }) => endpointId === side?.address)?.weight ?? 0;
    const shares = sharesOf({ blue: weightOf(blue), green: weightOf(green) });
    return { ...(shares && { shares }), isInEffect };
  }

  public async write(shares: Shares, _fence: number, endpoints: Endpoints): Promise<undefined> {
    checkedShares(shares);
    const present = await this.group.endpoints();
    const sides = SIDES.flatMap((side): GroupEndpoint[] => {
      const { address } = endpoints[side] ?? {};
      if (address === undefined) return [];
      const known = present.find(({ endpointId }) => endpointId === address);
      return [{ ...known, endpointId: address, weight: shares[side] }];
    });
    if (sides.every(wanted => present.some(({ endpointId, weight }) =>
      endpointId === wanted.endpointId && weight === wanted.weight))) return undefined;
    const others = present.filter(({ endpointId }) => sides.every(side => side.endpointId !== endpointId));
    await this.group.replace([...others, ...sides]);
    return undefined;
  }

  /** Each write replaces the weights. */
  public async replace(shares: Shares, fence: number, endpoints: Endpoints): Promise<undefined> {
    return this.write(shares, fence, endpoints);
  }
}
