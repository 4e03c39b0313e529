import { own, requestTags, textOf } from '../../core/permissions';
import type { Call, Permissions } from '../../core/service';

export const permissions: Record<string, Permissions> = {
  // every caller may call GetCallerIdentity
  GetCallerIdentity: () => [],
  AssumeRole: call => {
    const resource = textOf(call, 'RoleArn');
    const tags = tagsOf(call);
    const context = {
      ...requestTags(tags),
      'sts:ExternalId': textOf(call, 'ExternalId') || undefined,
      'sts:RoleSessionName': textOf(call, 'RoleSessionName') || undefined,
    };
    const tagging = Object.keys(tags).length === 0 ? [] : [{ action: 'sts:TagSession', resource, context }];
    return [own(call, resource, context), ...tagging];
  },
};

function tagsOf(call: Call): Record<string, string> {
  const { Tags: tags } = call.input;
  return Array.isArray(tags) ? Object.fromEntries(tags.map(tag => [String(tag.Key), String(tag.Value)])) : {};
}
