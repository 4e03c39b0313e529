import { RECORDS } from '../../src/registry/contract';
import type { Owner } from '../shared/lifecycle';

/** Record of a range of a pool of VPC IPAM; a table of an address space has the records of its ranges itself. */
export interface AddressRangeRecord {
  readonly poolId: string;
  /** Makes the allocation repeatable. */
  readonly clientToken: string;
  readonly name: string;
  readonly stackName: string;
  readonly region: string;
  /** In ISO 8601. */
  readonly since: string;
  /** Absent until it is allocated. */
  readonly allocation?: { readonly id: string; readonly cidr: string };
}

export function addressRangeKey({ id }: Pick<Owner, 'id'>): string {
  return RECORDS.range + id;
}
