import type { ITransitHub } from '../transit/transit-hub-interface';

/** The segments of a customer in a hub. Accounts reach the shared services, but not each other's class. */
export interface CustomerSegments {
  /** Shared services and databases. */
  readonly services: string;
  /** Work accounts. */
  readonly work: string;
  /** Deployment accounts. */
  readonly deployment: string;
}

/** Names of the segments of a customer. */
export function segmentsOf(customerName: string): CustomerSegments {
  return {
    services: `${customerName}-services`, work: `${customerName}-work`, deployment: `${customerName}-deployment`,
  };
}

/** Adds the segments of a customer to a hub. */
export function addSegments(hub: ITransitHub, { services, work, deployment }: CustomerSegments): void {
  hub.addSegment(services);
  hub.addSegment(work, { reaches: [services] });
  hub.addSegment(deployment, { reaches: [services] });
}
