import type { RecordedOwner } from './owners';
import type { UnitRequest } from '../../src/account/contract';
import { RECORDS } from '../../src/registry/contract';

/** Record of an organizational unit that the app declares. */
export interface UnitRecord {
  /** The owners; the last one is current. */
  readonly owners: readonly RecordedOwner<UnitRequest>[];
  readonly organizationalUnitId?: string;
}

/** The key of the record: parent and name, because the id does not exist yet when a unit is requested. */
export function unitKey({ parent = '', unitName }: UnitRequest): string {
  return `${RECORDS.unit}${parent}/${unitName}`;
}
