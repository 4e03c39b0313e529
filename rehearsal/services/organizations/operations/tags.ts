import * as v from 'valibot';
import { read, tagRecord, Tags } from '../../../core/protocol/read';
import { AwsError } from '../../../core/service';
import type { Operation } from '../../../core/service';
import type { OrganizationTree, SimulatedAccount, Unit } from '../tree';

const MAXIMUM_TAGS = 50;

const ResourceInput = v.object({ ResourceId: v.string() });
const TagInput = v.object({ ResourceId: v.string(), Tags });
const UntagInput = v.object({ ResourceId: v.string(), TagKeys: v.array(v.string()) });

type TagRecord = Readonly<Record<string, string>>;

/** API operations for tags. */
export function tagOperations(tree: OrganizationTree): Record<string, Operation> {
  function retag(resourceId: string, change: (tags: TagRecord) => TagRecord): void {
    const target = targetOf(tree, resourceId);
    const tags = change(target.tags);
    if (Object.keys(tags).length > MAXIMUM_TAGS) {
      throw new AwsError('ConstraintViolationException', 'You have exceeded the number of tags.', 400, {
        Reason: 'MAX_TAG_LIMIT_EXCEEDED',
      });
    }
    if ('accountId' in target) tree.putAccount({ ...target, tags });
    else tree.updateUnit(target.id, { tags });
  }

  return {
    ListTagsForResource: async call => {
      const { tags } = targetOf(tree, read(ResourceInput, call.input).ResourceId);
      return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
    },
    TagResource: async call => {
      const input = read(TagInput, call.input);
      retag(input.ResourceId, tags => ({ ...tags, ...tagRecord(input.Tags) }));
    },
    UntagResource: async call => {
      const input = read(UntagInput, call.input);
      retag(input.ResourceId, tags =>
        Object.fromEntries(Object.entries(tags).filter(([key]) => !input.TagKeys.includes(key))),
      );
    },
  };
}

function targetOf(tree: OrganizationTree, resourceId: string): SimulatedAccount | Unit {
  const target = tree.account(resourceId) ?? tree.unit(resourceId);
  if (target === undefined) {
    throw new AwsError('TargetNotFoundException', "You specified a root, OU, or account that doesn't exist.");
  }
  return target;
}
