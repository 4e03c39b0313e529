import * as v from 'valibot';
import { read, tagRecord } from '../../../core/protocol/read';
import { AwsError } from '../../../core/service';
import type { Call, Operation } from '../../../core/service';
import type { Parameter } from '../parameter';

const Resource = {
  ResourceType: v.literal('Parameter', 'the rehearsal supports only tags of parameters'),
  ResourceId: v.string(),
};
const ListInput = v.object(Resource);
const AddInput = v.object({ ...Resource, Tags: v.array(v.object({ Key: v.string(), Value: v.string() })) });
const RemoveInput = v.object({ ...Resource, TagKeys: v.array(v.string()) });

/** API operations for tags of parameters. */
export function tagOperations(storeOf: (call: Call) => Map<string, Parameter>): Record<string, Operation> {
  const find = (call: Call, name: string): Parameter => {
    const parameter = storeOf(call).get(name);
    if (parameter === undefined) {
      throw new AwsError(
        'InvalidResourceId',
        `The resource ID ${name} is not valid. Verify that you entered the correct ID and try again.`,
      );
    }
    return parameter;
  };
  const change = (call: Call, name: string, tags: (before: Parameter['tags']) => Parameter['tags']): object => {
    const parameter = find(call, name);
    storeOf(call).set(name, { ...parameter, tags: tags(parameter.tags) });
    return {};
  };
  return {
    ListTagsForResource: async call => {
      const { tags } = find(call, read(ListInput, call.input).ResourceId);
      return { TagList: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
    },
    AddTagsToResource: async call => {
      const { ResourceId: name, Tags: added } = read(AddInput, call.input);
      return change(call, name, tags => ({ ...tags, ...tagRecord(added) }));
    },
    RemoveTagsFromResource: async call => {
      const { ResourceId: name, TagKeys: removed } = read(RemoveInput, call.input);
      return change(call, name, tags =>
        Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.includes(key))),
      );
    },
  };
}
