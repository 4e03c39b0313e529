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
  /** Whether a person wants the traffic to be as the last release has set it; absent when it is. */
  readonly repairsTraffic?: true;
}

export function blueGreenKey(environmentName: string): string {
  return `${RECORDS.blueGreen}${environmentName}`;
}
