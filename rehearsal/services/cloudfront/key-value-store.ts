import { AwsError } from '../../core/service';

const KEY_BYTES = 512;
const VALUE_BYTES = 1024;
const STORE_BYTES = 5 * 1024 * 1024;

/** When a change of a key is in effect at the edge. */
export interface Propagation {
  /** Simulated seconds until functions read the new value. */
  readonly seconds: number;
  /** Simulated seconds before that in which an existing key is missing. */
  readonly missingSeconds: number;
}

interface Version {
  readonly value?: string;
  readonly at: number;
}

/** A key value store: what its API shows, and what functions at the edge read. */
export class KeyValueStore {
  public modifiedAt: number;
  private readonly values = new Map<string, string>();
  private readonly versions = new Map<string, Version[]>();

  public constructor(
    public readonly id: string,
    public readonly arn: string,
    public readonly name: string,
    public readonly accountId: string,
    public readonly createdAt: number,
    private readonly makeTag: () => string,
    public etag = makeTag(),
  ) {
    this.modifiedAt = createdAt;
  }

  public get keys(): ReadonlyMap<string, string> {
    return this.values;
  }

  public get bytes(): number {
    return [...this.values].reduce((sum, [key, value]) => sum + bytesOf(key) + bytesOf(value), 0);
  }

  /** Puts and deletes keys if the store has the entity tag. @throws AwsError */
  public update(
    ifMatch: string,
    puts: ReadonlyMap<string, string>,
    deletes: readonly string[],
    now: number,
    propagation: Propagation,
  ): void {
    if (ifMatch !== this.etag) throw new AwsError('ConflictException', 'Pre-Condition failed', 409);
    this.assertFits(puts, deletes);
    for (const [key, value] of puts) this.set(key, value, now, propagation);
    for (const key of deletes) this.set(key, undefined, now, propagation);
    this.etag = this.makeTag();
    this.modifiedAt = now;
  }

  /** Puts keys that are in effect immediately, as on import into a new store. */
  public seed(values: ReadonlyMap<string, string>): void {
    for (const [key, value] of values) this.set(key, value, this.createdAt, { seconds: 0, missingSeconds: 0 });
  }

  /** Returns what a function at the edge reads at a time; undefined if the key is missing there. */
  public atEdge(key: string, at: number): string | undefined {
    return this.versions.get(key)?.filter(version => version.at <= at).at(-1)?.value;
  }

  private set(key: string, value: string | undefined, now: number, { seconds, missingSeconds }: Propagation): void {
    if (value === undefined) this.values.delete(key);
    else this.values.set(key, value);
    const known = this.versions.get(key) ?? [];
    const at = now + seconds * 1000;
    const gap = missingSeconds > 0 ? [{ at: at - missingSeconds * 1000 }] : [];
    const [current] = known.filter(version => version.at <= now).slice(-1);
    // an earlier change that would take effect later never does
    const pending = known.filter(version => version.at > now && version.at < at);
    const versions = [...current ? [current] : [], ...pending, ...gap, { value, at }];
    this.versions.set(key, versions.sort((one, other) => one.at - other.at));
  }

  private assertFits(puts: ReadonlyMap<string, string>, deletes: readonly string[]): void {
    for (const [key, value] of puts) {
      if (key === '' || bytesOf(key) > KEY_BYTES) throw invalid('key', KEY_BYTES);
      if (bytesOf(value) > VALUE_BYTES) throw invalid('value', VALUE_BYTES);
    }
    const both = deletes.find(key => puts.has(key));
    if (both !== undefined) throw new AwsError('ValidationException', `Duplicate key in the request: ${both}`);
    const missing = deletes.find(key => !this.values.has(key));
    if (missing !== undefined) throw noKey(missing);
    const added = [...puts].reduce(
      (sum, [key, value]) => sum + bytesOf(value) - bytesOf(this.values.get(key) ?? ''),
      0,
    );
    if (this.bytes + added > STORE_BYTES) {
      throw new AwsError('ServiceQuotaExceededException', 'The key value store exceeds its maximum size of 5 MB', 402);
    }
  }
}

export function noKey(key: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Key not found: ${key}`, 404);
}

function invalid(member: string, bytes: number): AwsError {
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: `
    + `Member must have length less than or equal to ${bytes}`,
  );
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
