import { keyOf, normalizedName, type RecordSet } from './record-set';

/** Name servers of a zone. A change reaches one after the other. */
export const NAME_SERVERS = 4;

interface Version {
  readonly sets: ReadonlyMap<string, RecordSet>;
  readonly submittedAt: number;
  /** When all name servers have it; infinite for a change that got stuck. */
  readonly inSyncAt: number;
}

/** A hosted zone: what the API shows, and what its name servers answer. */
export class HostedZone {
  public readonly name: string;
  public readonly nameServers: readonly string[];
  private versions: Version[];

  public constructor(
    public readonly id: string,
    public readonly accountId: string,
    name: string,
    public readonly comment: string | undefined,
    public readonly callerReference: string,
    now: number,
  ) {
    this.name = normalizedName(name);
    const number = parseInt(id.slice(-3), 36) % 2000;
    const ends = ['com', 'net', 'org', 'co.uk'];
    this.nameServers = ends.map((end, index) => `ns-${number + index}.awsdns-0${index}.${end}`);
    this.versions = [{ sets: apex(this.name, this.nameServers), submittedAt: now, inSyncAt: now }];
  }

  /** The record sets that the API shows. */
  public get sets(): ReadonlyMap<string, RecordSet> {
    return this.versions[this.versions.length - 1].sets;
  }

  public replace(sets: ReadonlyMap<string, RecordSet>, submittedAt: number, inSyncAt: number): void {
    this.versions.push({ sets, submittedAt, inSyncAt });
    // no name server answers with what is older than the last version that is in sync
    const oldest = this.versions.map(version => version.inSyncAt <= submittedAt).lastIndexOf(true);
    this.versions = this.versions.slice(Math.max(0, oldest));
  }

  /** Returns the record sets of one name and type that a name server knows at a time. */
  public answersOf(server: number, name: string, type: string, at: number): RecordSet[] {
    const known = this.versions.filter(version => arrivalAt(version, server) <= at).at(-1) ?? this.versions[0];
    return [...known.sets.values()].filter(set => set.Name === normalizedName(name) && set.Type === type);
  }
}

function arrivalAt({ submittedAt, inSyncAt }: Version, server: number): number {
  return inSyncAt === Infinity ? Infinity : submittedAt + (inSyncAt - submittedAt) * (server + 1) / NAME_SERVERS;
}

function apex(name: string, nameServers: readonly string[]): Map<string, RecordSet> {
  const start = `${nameServers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
  const sets: RecordSet[] = [
    { Name: name, Type: 'NS', TTL: 172800, ResourceRecords: nameServers.map(server => ({ Value: `${server}.` })) },
    { Name: name, Type: 'SOA', TTL: 900, ResourceRecords: [{ Value: start }] },
  ];
  return new Map(sets.map(set => [keyOf(set), set]));
}
