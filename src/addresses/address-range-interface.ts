import type { IConstruct } from 'constructs';

/** A range of IP addresses of an address space. */
export interface IAddressRange extends IConstruct {
  /**
   * The range in CIDR notation, for example `10.1.0.0/20`. It is known only at deployment.
   *
   * @attribute
   */
  readonly cidr: string;

  /** Length of the prefix, for example 20 for 4,096 addresses. */
  readonly prefixLength: number;

  /** Region in which the range is used, for example `eu-west-1`. */
  readonly region: string;
}
