import { keyOf, nameOf } from './model';
import type { Leftover, Resource, Spared, Verdict } from './model';
import type { Scope } from './narrowing';
import { isKnownSince } from './narrowing';
import type { CleanParts, StoredRecord } from './ports';
import { DOCUMENTS } from './record';
import type { CleanRecord, CleanStep } from './record';

type Change = Partial<Omit<CleanRecord, 'step'>>;

/** What a step has done: it is called again after a pause, or the next step begins. */
export type StepResult =
  | { readonly wait: number; readonly change?: Change }
  | { readonly next: CleanStep; readonly change?: Change };

export type Step = (context: CleanContext) => Promise<StepResult>;

/** Calls of a step until it is saved. */
export const CHUNK = 40;

/** What a step works with. */
export class CleanContext {
  public constructor(public readonly record: StoredRecord, public readonly parts: CleanParts) {}

  public async document<T>(name: string): Promise<T | undefined> {
    return this.parts.store.document<T>(this.record.cleanId, name);
  }

  public async write(name: string, content: object): Promise<void> {
    await this.parts.store.write(this.record.cleanId, name, content);
  }

  public async scope(): Promise<Scope> {
    return (await this.document<Scope>(DOCUMENTS.scope)) ?? {};
  }

  /** Adds types that a region has to the scope. */
  public async addToScope(region: string, types: Iterable<string>, isAll = false): Promise<void> {
    const scope = await this.scope();
    const known = scope[region];
    const all = new Set([...known?.types ?? [], ...types]);
    if (known && all.size === known.types.length && known.isAll === (known.isAll || isAll)) return;
    const next: Scope = { ...scope, [region]: { types: [...all], isAll: isAll || known?.isAll === true } };
    await this.write(DOCUMENTS.scope, next);
  }

  /** Whether all types are listed in all regions. */
  public get isFull(): boolean {
    const { full, leasedAt, startedAt } = this.record;
    return full || !isKnownSince(leasedAt, startedAt);
  }

  /** The regions that the lease has used. */
  public async usedRegions(): Promise<readonly string[]> {
    if (this.isFull) return this.record.regions;
    const scope = await this.scope();
    return this.record.regions.filter(region => scope[region]);
  }

  public async leftovers(): Promise<readonly Leftover[]> {
    return (await this.document<Leftover[]>(DOCUMENTS.leftovers)) ?? [];
  }

  /** Adds resources that remain. A later reason for the same resource replaces an earlier one. */
  public async addLeftovers(added: readonly Leftover[]): Promise<void> {
    if (added.length === 0) return;
    const all = new Map((await this.leftovers()).map(one => [keyOf(one), one]));
    for (const one of added) all.set(keyOf(one), one);
    await this.write(DOCUMENTS.leftovers, [...all.values()]);
  }

  public async addSpared(added: readonly Spared[]): Promise<void> {
    if (added.length === 0) return;
    const known = (await this.document<Spared[]>(DOCUMENTS.spared)) ?? [];
    const all = new Map(known.map(one => [keyOf(one), one]));
    for (const one of added) all.set(keyOf(one), one);
    if (all.size > known.length) await this.write(DOCUMENTS.spared, [...all.values()]);
  }
}

export function leftoverOf(
  { type, region, id }: Pick<Resource, 'type' | 'region' | 'id'>, verdict: Verdict, reason: string, until?: string,
): Leftover {
  return { type, region, id, verdict, reason, ...(until !== undefined && { until }) };
}

export function sparedOf(resource: Pick<Resource, 'type' | 'region' | 'id'>, rule: string): Spared {
  const { type, region, id } = resource;
  return { type, region, id, rule };
}

export { keyOf, nameOf };
