import type { RecordedOwner } from './owners';
import type { SideName } from '../../src/blue-green/contract';
import type { BlueGreenRequest, ReleaseConfig } from '../../src/blue-green/release/contract';
import { RECORDS } from '../../src/registry/contract';

/** Record of a blue/green environment: how its releases are made. */
export interface BlueGreenRecord {
  readonly environmentName: string;
  /** The custom resources that declare it. */
  readonly owners: readonly RecordedOwner<BlueGreenRequest>[];
  readonly firstSide: SideName;
  readonly config: ReleaseConfig;
  /** Present while the environment is being removed; in milliseconds since 1970. */
  readonly removalRequestedAt?: number;
}

export function blueGreenKey(environmentName: string): string {
  return `${RECORDS.blueGreen}${environmentName}`;
}
