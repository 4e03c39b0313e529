import type { Owned } from './model';
import { Tags, tagRecord, read } from '../../core/protocol/read';
import type { Place, Provisioned, ResourceContext, ResourceType } from '../../core/service';

type Properties = Record<string, unknown>;

interface Definition {
  /** Names of the properties whose change replaces the resource. */
  readonly replacedBy: readonly string[];
  create(properties: Properties, context: ResourceContext): Promise<Provisioned>;
  /** @default - a change of other properties has no effect */
  update?(id: string, properties: Properties, context: ResourceContext, before: Properties): Promise<Provisioned>;
  /** What `Ref` and `Fn::GetAtt` return after an update. */
  describe(id: string, properties: Properties, context: ResourceContext): Provisioned;
  remove(id: string, properties: Properties, context: ResourceContext): Promise<void>;
}

/** A resource type that is replaced if one of some properties changes. */
export function resourceType({ replacedBy, create, update, describe, remove }: Definition): ResourceType {
  return {
    create: async (properties, context) => create(properties, context),
    update: async (id, properties, before, context) => {
      const isReplaced = replacedBy.some(name => JSON.stringify(properties[name]) !== JSON.stringify(before[name]));
      if (isReplaced) return create(properties, context);
      return update ? update(id, properties, context, before) : describe(id, properties, context);
    },
    remove: async (id, properties, context) => remove(id, properties, context),
  };
}

/** Place and tags of a resource of a stack. */
export function ownedBy({ accountId, region, tags }: ResourceContext, properties: Properties): Omit<Owned, 'id'> {
  return { accountId, region, tags: { ...tags, ...tagRecord(read(Tags, properties.Tags)) } };
}

export function placeOf({ accountId, region }: Place): Place {
  return { accountId, region };
}
