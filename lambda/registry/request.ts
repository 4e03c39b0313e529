import type { Registry } from './registry';
import { RECORDS } from '../../src/registry/contract';
import type { Owner } from '../shared/lifecycle';

interface RequestRecord {
  /** What CloudFormation has asked of the resource, the last at the end. */
  readonly ids: readonly string[];
  /** The one that was begun last. */
  readonly begun?: string;
  /** When the last one came first, in milliseconds since 1970; absent once it has begun. */
  readonly arrivedAt?: number;
}

/** Events come twice, but not after so many others. */
const REMEMBERED = 20;

/**
 * What CloudFormation asks of one resource comes one after another, but what it has asked before may still be worked on: when it has given up or
 * was cancelled, and when Lambda delivers an event once more. Only the last may do anything.
 */
export class Requests {
  public constructor(private readonly registry: Registry, private readonly now: () => number = Date.now) {}

  /** Keeps the place of a request among the others. */
  public async arrive(owner: Owner, requestId: string): Promise<void> {
    const record = await this.registry.read<RequestRecord>(keyOf(owner));
    if (record?.ids.includes(requestId)) return;
    const ids = [...record?.ids ?? [], requestId].slice(-REMEMBERED);
    await this.registry.write<RequestRecord>(keyOf(owner), { ...record, ids, arrivedAt: this.now() }, record?.version);
  }

  /**
   * Begins a request the first time that its work, which is told how many milliseconds ago it came, can begin; it may begin twice if this is killed
   * in between.
   * @returns whether it has begun
   * @throws if another one came later
   */
  public async begin(owner: Owner, requestId: string, work: (age: number) => Promise<boolean>): Promise<boolean> {
    const record = await this.registry.read<RequestRecord>(keyOf(owner));
    if (record?.ids.at(-1) !== requestId) {
      throw new Error(`something else was asked of '${owner.logicalId}' meanwhile, so this is not gone on with: deploy again`);
    }
    if (record.begun === requestId) return true;
    const { ids, arrivedAt = 0, version } = record;
    if (!await work(this.now() - arrivedAt)) return false;
    await this.registry.write<RequestRecord>(keyOf(owner), { ids, begun: requestId }, version);
    return true;
  }
}

function keyOf({ id }: Owner): string {
  return `${RECORDS.request}${id}`;
}
