import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { ConcurrentChangeError } from '../../lambda/traffic/changes';
import type { ZoneRecords } from '../../lambda/traffic/route53';

/** A hosted zone that makes all changes of a batch or none, as Route 53 does. */
export class FakeZone implements ZoneRecords {
  public readonly batches: (readonly Change[])[] = [];
  public synced = new Set<string>();
  public records: readonly ResourceRecordSet[] = [];

  public constructor(...records: readonly ResourceRecordSet[]) {
    this.records = records.map(asStored);
  }

  public async named(recordName: string): Promise<readonly ResourceRecordSet[]> {
    return this.records.filter(({ Name: name }) => name === `${recordName}.`);
  }

  public async change(changes: readonly Change[]): Promise<string> {
    let records = this.records;
    for (const { Action: action, ResourceRecordSet: given } of changes) {
      if (given === undefined) throw new Error('a change has a record');
      const record = asStored(given);
      const same = records.find(other => keyOf(other) === keyOf(record));
      const isConflict = action === 'DELETE' ? JSON.stringify(same) !== JSON.stringify(record) : same !== undefined;
      if (isConflict) throw new ConcurrentChangeError('zone');
      records = records.filter(other => other !== same);
      if (action !== 'DELETE') records = [...records, record];
    }
    this.records = records;
    this.batches.push(changes);
    return `/change/${this.batches.length}`;
  }

  public async isInSync(changeId: string): Promise<boolean> {
    return this.synced.has(changeId);
  }

  /** The weights of a name, by type and side. */
  public weights(recordName: string): Record<string, number | undefined> {
    const weighted = this.records.filter(({ Name: name, Type: type }) => name === `${recordName}.` && type !== 'TXT');
    return Object.fromEntries(
      weighted.map(({ Type: type, SetIdentifier: id, Weight: weight }) => [`${type} ${id}`, weight]),
    );
  }
}

function keyOf({ Name: name, Type: type, SetIdentifier: id }: ResourceRecordSet): string {
  return [name, type, id].join();
}

/** Route 53 adds the final dot to names, in lower case; keys have a fixed order here. */
function asStored(record: ResourceRecordSet): ResourceRecordSet {
  const { Name: name = '', Type, SetIdentifier, Weight, TTL, AliasTarget: alias, ResourceRecords } = record;
  const dotted = (text = ''): string => `${text.toLowerCase().replace(/\.$/, '')}.`;
  return JSON.parse(JSON.stringify({
    Name: dotted(name),
    Type,
    SetIdentifier,
    Weight,
    TTL,
    ResourceRecords,
    AliasTarget: alias && { ...alias, DNSName: dotted(alias.DNSName) },
  }));
}
