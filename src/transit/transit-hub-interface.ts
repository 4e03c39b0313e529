import type { IConstruct } from 'constructs';
import type { INetwork } from '../network/network-interface';

/** A group of networks that reach each other through a `TransitHub`. */
export interface ITransitSegment extends IConstruct {
  /** Name of the segment. */
  readonly segmentName: string;

  /** Id of the route table of the transit gateway that the networks of the segment use. */
  readonly routeTableId: string;
}

/** Options of `TransitHub.addSegment()`. */
export interface TransitSegmentOptions {
  /**
   * Names of earlier segments whose networks reach those of this segment, and the reverse.
   *
   * @default - none
   */
  readonly reaches?: string[];
}

/** Options of `TransitHub.attach()`. */
export interface TransitAttachmentOptions {
  /** Name of the segment of the network. */
  readonly segment: string;
}

/** A transit gateway that connects networks of several accounts. */
export interface ITransitHub extends IConstruct {
  /**
   * Id of the transit gateway.
   *
   * @attribute
   */
  readonly transitGatewayId: string;

  /** Region of the transit gateway, and of all its networks. */
  readonly region: string;

  /** CIDR blocks that networks send to the hub. */
  readonly cidrs: string[];

  /**
   * Adds a segment. Only its own networks reach each other, and those of the segments that it names.
   *
   * @param segmentName name of the segment, which is unique in the hub
   */
  addSegment(segmentName: string, options?: TransitSegmentOptions): ITransitSegment;

  /**
   * Returns a segment of the hub.
   *
   * @param segmentName name of the segment
   */
  segment(segmentName: string): ITransitSegment;

  /**
   * Attaches a network to the hub, and adds routes in both directions.
   *
   * @param network the network, which is in the region of the hub
   */
  attach(network: INetwork, options: TransitAttachmentOptions): void;
}
