import type { HostedZone } from './hosted-zone';
import type { Change } from './record-set';

/** The hosted zones that templates create and change. */
export interface Zones {
  createZone(accountId: string, name: string, comment?: string, id?: string): HostedZone;
  zone(id: string): HostedZone | undefined;
  zonesNamed(accountId: string, name: string): HostedZone[];
  removeZone(id: string): void;
  changeInSync(zone: HostedZone, changes: readonly Change[]): Promise<void>;
}
