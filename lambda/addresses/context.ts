import { randomUUID } from 'node:crypto';
import type { IpamPools } from './ipam';
import type { ComparedNetworkRequest } from '../../src/addresses/contract';
import type { SpaceTables } from '../address-spaces/tables';
import type { Registry } from '../registry/registry';

/** Networks outside of the address space. */
export interface Networks {
  /** The ranges of a network, which new ranges must not overlap, in CIDR notation. */
  read(network: ComparedNetworkRequest): Promise<readonly string[]>;
}

/** What the lifecycles of address spaces and ranges use. */
export interface AddressContext {
  readonly registry: Registry;
  readonly tables: SpaceTables;
  readonly networks: Networks;
  readonly pools: IpamPools;
  readonly now: () => number;
  readonly newTicket: () => string;
}

export const DEFAULTS = { now: Date.now, newTicket: () => randomUUID().slice(0, 8) };
