import type { EndpointRequest, SideName, TrafficRequest } from '../../src/blue-green/contract';

/** Percent of the traffic for each side: whole numbers that add up to 100. */
export type Shares = Readonly<Record<SideName, number>>;

/** Where the traffic of a side goes to, as read from its account. */
export interface Endpoint {
  /** DNS name, domain name of an origin, or id of an endpoint; empty for kinds without endpoints. */
  readonly address: string;
  /** Hosted zone of the target, for an alias of Route 53. */
  readonly hostedZoneId?: string;
}

/** A side whose application does not exist yet has no endpoint, and gets no traffic. */
export type Endpoints = Readonly<Partial<Record<SideName, Endpoint>>>;

export interface TrafficReading {
  /** Undefined: nothing was set yet. */
  readonly shares?: Shares;
  /** Fence of the change that has set them; 0: nothing was set yet. Undefined: the service cannot keep it. */
  readonly fence?: number;
  /** Whether the change is in effect everywhere, as far as AWS tells. */
  readonly isInEffect: boolean;
}

/** Divides the traffic between the sides of an environment. */
export interface Traffic {
  /**
   * @param changeId what `write` has returned for the change; without it, a service whose changes take time cannot tell
   * whether it is in effect: repeat the write
   * @throws TrafficTakenError if someone else has changed what divides the traffic
   */
  read(endpoints: Endpoints, changeId?: string): Promise<TrafficReading>;
  /**
   * Sets the shares, unless a change with a greater fence has done so. Each change must have its own fence, also within
   * a release. The same change may be written again, also at the same time.
   *
   * @returns id of the change, if the service has one
   * @throws NewerChangeError if there was a change with a greater fence, or another one with the same
   * @throws TrafficTakenError if someone else has changed what divides the traffic
   */
  write(shares: Shares, fence: number, endpoints: Endpoints): Promise<string | undefined>;
  /**
   * As `write`, but also replaces what someone else has changed. Only call it with the consent of a person.
   *
   * @throws NewerChangeError as `write`
   * @throws TrafficTakenError if only a person can replace it
   */
  replace(shares: Shares, fence: number, endpoints: Endpoints): Promise<string | undefined>;
}

/** Someone else has changed what divides the traffic. The message says what to do. */
export class TrafficTakenError extends Error {
  /** @param isReplaceable whether `Traffic.replace` can replace it */
  public constructor(message: string, public readonly isReplaceable = true) {
    super(message);
    this.name = new.target.name;
  }
}

/** A newer change has set the shares, so this one is obsolete. */
export class NewerChangeError extends TrafficTakenError {}

/** What is read from the account of a side before its traffic can be changed. */
export interface RequestedEndpoint {
  readonly address: EndpointRequest;
  readonly hostedZoneId?: EndpointRequest;
}

/** The endpoints that a kind of traffic needs; undefined: none. */
export function requestedEndpoints(request: TrafficRequest): Readonly<Record<SideName, RequestedEndpoint>> | undefined {
  switch (request.kind) {
    case 'route53': {
      const of = ({ dnsName, ...zone }: typeof request.blue): RequestedEndpoint => ({ address: dnsName, ...zone });
      return { blue: of(request.blue), green: of(request.green) };
    }
    case 'cloudFront':
    case 'globalAccelerator':
      return { blue: { address: request.blue }, green: { address: request.green } };
    case 'parameter':
    case 'custom':
      return undefined;
  }
}

/** Where the records of a side point to. Those of a side without an endpoint have no traffic, but need a target. */
export function targetOf(endpoints: Endpoints, side: SideName): Endpoint {
  const endpoint = endpoints[side] ?? endpoints[side === 'blue' ? 'green' : 'blue'];
  if (endpoint) return endpoint;
  throw new Error('neither side has an endpoint: this is a defect of the release, report it');
}

/** @throws if the shares are not whole percents that add up to 100: no record may have the weights 0 and 0 */
export function checkedShares(shares: Shares): Shares {
  const { blue, green } = shares;
  if (Number.isInteger(blue) && Number.isInteger(green) && blue >= 0 && green >= 0 && blue + green === 100) {
    return shares;
  }
  throw new Error(
    `the shares must be whole percents that add up to 100, got blue ${blue} and green ${green}: this is a defect of `
      + 'the release, report it',
  );
}
