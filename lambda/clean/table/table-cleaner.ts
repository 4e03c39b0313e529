import { callSpec, listSpec } from './calls';
import type { Target, Values } from './calls';
import type { TypeSpec } from './spec';
import type { Api } from '../../shared/api/api';
import { itemsAt, textAt, valueAt } from '../../shared/api/protocols';
import { isAccessDenied, isPermanentAwsError } from '../../shared/errors';
import { unlistedOf } from '../denied';
import type { ListTarget, Resource } from '../model';
import type { CleanableType, Cleaner, Deletion, Listing } from '../ports';

/** What a service says about a deletion that is in progress. */
const IN_PROGRESS = /being deleted|is deleting|status.{0,20}deleting|terminating|not in (?:the )?available state/i;

const STARTED = 'started';

/** Lists and deletes the types of a table. */
export class TableCleaner implements Cleaner {
  public readonly name = 'table';

  public constructor(
    private readonly specs: readonly TypeSpec[],
    private readonly api: Api,
    private readonly accountId: string,
  ) {}

  public types(): readonly CleanableType[] {
    return this.specs.map(({ type, isGlobal = false, parent }) => ({
      type, cleaner: this.name, isGlobal, ...(parent !== undefined && { parent }),
    }));
  }

  public async list({ type, region, parent }: Omit<ListTarget, 'cleaner'>): Promise<Listing> {
    const spec = this.specOf(type);
    try {
      const values = { account: this.accountId, parent: parent?.id };
      const items = await listSpec(this.api, { service: spec.service, region }, spec.list, values);
      const resources: Resource[] = [];
      for (const item of items) {
        const resource = await this.resourceOf(spec, region, item, parent?.id);
        if (resource) resources.push(resource);
      }
      return { resources };
    } catch (error) {
      // a region without the service, or a service that the account may not use
      if (!isPermanentAwsError(error) && !isUnreachable(error)) throw error;
      return unlistedOf(error);
    }
  }

  public async delete(resource: Resource): Promise<Deletion> {
    const spec = this.specOf(resource.type);
    const target = { service: spec.service, region: resource.region };
    const values = this.valuesOf(resource, spec);
    return this.attempt(spec, async () => {
      for (const call of spec.prepare ?? []) {
        if (call.ifFact !== undefined && !resource.facts?.[call.ifFact]) continue;
        await this.ignoringRejections(() => callSpec(this.api, target, call, values));
      }
      for (const content of spec.contents ?? []) {
        for (const item of await listSpec(this.api, target, content.list, values)) {
          await callSpec(this.api, target, content.remove, { ...values, item: textAt(item, content.id) });
        }
      }
      await callSpec(this.api, target, spec.remove, values);
    });
  }

  public async status(resource: Resource): Promise<Deletion> {
    const parent = this.parentOf(resource);
    const listing = await this.list({ ...resource, ...(parent && { parent }) });
    const isPresent = 'resources' in listing && listing.resources.some(({ id }) => id === resource.id);
    return isPresent ? { state: 'running', request: STARTED } : { state: 'deleted' };
  }

  /** Protections are turned off before each deletion. */
  public async unlock(): Promise<boolean> {
    return false;
  }

  /** The tagging API shows the tags of resources whose list does not contain them. */
  public async tags({ tags }: Resource): Promise<Readonly<Record<string, string>>> {
    return tags ?? {};
  }

  private specOf(type: string): TypeSpec {
    const spec = this.specs.find(one => one.type === type);
    if (spec) return spec;
    throw new Error(`the table has no type '${type}'`);
  }

  private async attempt({ isSlow }: TypeSpec, action: () => Promise<void>): Promise<Deletion> {
    try {
      await action();
      return isSlow ? { state: 'running', request: STARTED } : { state: 'deleted' };
    } catch (error) {
      if (!isPermanentAwsError(error)) throw error;
      const { name: code, message } = error;
      if (isSlow && IN_PROGRESS.test(message)) return { state: 'running', request: STARTED };
      return { state: 'failed', failure: { code, message } };
    }
  }

  private async ignoringRejections(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!isPermanentAwsError(error)) throw error;
    }
  }

  private async resourceOf(
    spec: TypeSpec, region: string, item: unknown, parent?: string,
  ): Promise<Resource | undefined> {
    const id = textAt(item, spec.id);
    if (id === undefined || skips(spec, item)) return undefined;
    const values = { account: this.accountId, id, parent };
    const detail = await this.detailOf(spec, { service: spec.service, region }, values);
    if (detail === undefined || skips(spec, detail)) return undefined;
    const arn = spec.arn === undefined ? undefined : textAt(item, spec.arn);
    const facts = factsOf(spec, { ...asObject(item), ...asObject(detail) });
    return {
      type: spec.type,
      region,
      id: parent === undefined ? id : `${parent}|${id}`,
      cleaner: this.name,
      ...(arn !== undefined && { arn }),
      ...(spec.tags !== undefined && { tags: tagsAt({ ...asObject(item), ...asObject(detail) }, spec.tags) }),
      ...(Object.keys(facts).length > 0 && { facts }),
    };
  }

  /** What else is known; undefined if the resource was deleted in the meantime. */
  private async detailOf(spec: TypeSpec, target: Target, values: Values): Promise<unknown> {
    if (!spec.detail) return {};
    try {
      return valueAt(await callSpec(this.api, target, spec.detail, values), spec.detail.path);
    } catch (error) {
      if (!isPermanentAwsError(error) || isAccessDenied(error)) throw error;
      return undefined;
    }
  }

  private valuesOf(resource: Resource, spec: TypeSpec): Values {
    const parent = this.parentOf(resource);
    const id = spec.parent === undefined ? resource.id : resource.id.slice((parent?.id.length ?? 0) + 1);
    return { account: this.accountId, id, parent: parent?.id };
  }

  private parentOf({ type, region, id }: Resource): Resource | undefined {
    const { parent } = this.specOf(type);
    const [parentId = ''] = id.split('|');
    return parent === undefined ? undefined : { type: parent, region, id: parentId, cleaner: this.name };
  }
}

function skips({ skip = [] }: TypeSpec, item: unknown): boolean {
  return skip.some(([path, pattern]) => {
    const text = textAt(item, path);
    return text !== undefined && pattern.test(text);
  });
}

function factsOf({ facts = {} }: TypeSpec, item: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(facts).flatMap(([name, path]) => {
    const text = textAt(item, path);
    return text === undefined ? [] : [[name, text]];
  }));
}

/** Services spell the members of tags differently. */
export function tagsAt(item: unknown, path: string): Readonly<Record<string, string>> {
  return Object.fromEntries(itemsAt(item, path).map(tag => [
    textAt(tag, 'Key') ?? textAt(tag, 'key') ?? textAt(tag, 'TagKey') ?? '',
    textAt(tag, 'Value') ?? textAt(tag, 'value') ?? textAt(tag, 'TagValue') ?? '',
  ]));
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

/** Whether there is no such host: the region does not have the service. */
function isUnreachable(error: unknown): error is Error {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOTFOUND';
}
