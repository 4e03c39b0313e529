import { randomUUID } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { RECORDS } from '../../../src/registry/contract';
import type { Registry } from '../../registry/registry';
import type { PlanStore, StoredRecord } from '../ports';
import type { CleanRecord } from '../record';

/** An item of DynamoDB has at most 400 KB. */
const CHUNK_LENGTH = 300_000;

const KEPT_SECONDS = 90 * 24 * 3600;

interface Header {
  /** Prefix of the keys of the chunks. */
  readonly generation: string;
  readonly chunks: number;
  readonly deleteAfter: number;
}

interface Chunk {
  /** Compressed JSON in Base64. */
  readonly text: string;
  readonly deleteAfter: number;
}

/** Cleans in the registry. Documents are compressed, and divided if they are long. DynamoDB deletes them in time. */
export class RegistryPlanStore implements PlanStore {
  /** What this invocation has read or written. */
  private readonly known = new Map<string, unknown>();

  public constructor(private readonly registry: Registry, private readonly now: () => number) {}

  public async read(cleanId: string): Promise<StoredRecord | undefined> {
    return this.registry.read<CleanRecord>(cleanKey(cleanId));
  }

  public async save(record: CleanRecord, version: number | undefined): Promise<void> {
    await this.registry.write<CleanRecord>(cleanKey(record.cleanId), record, version);
  }

  public async document<T>(cleanId: string, name: string): Promise<T | undefined> {
    const key = documentKey(cleanId, name);
    if (this.known.has(key)) return this.known.get(key) as T;
    const header = await this.registry.read<Header>(key);
    if (!header) return undefined;
    const texts: string[] = [];
    for (let index = 0; index < header.chunks; index++) {
      texts.push((await this.registry.read<Chunk>(`${key}#${header.generation}#${index}`))?.text ?? '');
    }
    const content = JSON.parse(gunzipSync(Buffer.from(texts.join(''), 'base64')).toString('utf8')) as T;
    this.known.set(key, content);
    return content;
  }

  /** The header is written last, so that a document is complete or as it was before. */
  public async write(cleanId: string, name: string, content: object): Promise<void> {
    const key = documentKey(cleanId, name);
    const text = gzipSync(JSON.stringify(content)).toString('base64');
    const generation = randomUUID();
    const deleteAfter = Math.floor(this.now() / 1000) + KEPT_SECONDS;
    const chunks = Math.max(1, Math.ceil(text.length / CHUNK_LENGTH));
    for (let index = 0; index < chunks; index++) {
      const part = text.slice(index * CHUNK_LENGTH, (index + 1) * CHUNK_LENGTH);
      await this.registry.write<Chunk>(`${key}#${generation}#${index}`, { text: part, deleteAfter }, undefined);
    }
    const header = await this.registry.read<Header>(key);
    await this.registry.write<Header>(key, { generation, chunks, deleteAfter }, header?.version);
    // what was replaced is no longer read; DynamoDB deletes it in time
    this.known.set(key, content);
  }
}

export function cleanKey(cleanId: string): string {
  return `${RECORDS.clean}${cleanId}`;
}

export function documentKey(cleanId: string, name: string): string {
  return `${RECORDS.cleanDocument}${cleanId}#${name}`;
}
