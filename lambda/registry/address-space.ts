import type { RecordedOwner } from './owners';
import type { AddressSpaceRequest } from '../../src/addresses/contract';
import { RECORDS } from '../../src/registry/contract';

/** Record of an address space that an app declares. */
export interface AddressSpaceRecord {
  /** The owners; the last one is current. */
  readonly owners: readonly RecordedOwner<AddressSpaceRequest>[];
  /** When it was declared, in milliseconds since 1970. */
  readonly declaredAt: number;
}

/** ARN of the table, or id of the pool: ranges name their space by it. */
export function spaceIdOf(request: AddressSpaceRequest): string {
  return request.kind === 'table' ? request.tableArn : request.poolId;
}

export function addressSpaceKey(spaceId: string): string {
  return RECORDS.space + spaceId;
}
