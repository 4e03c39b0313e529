import * as v from 'valibot';
import type { LogGroup, LogGroups } from './groups';
import { Identifiers } from '../../core/identifiers';
import { Flag, read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Provisioned, ResourceType } from '../../core/service';

const GroupProperties = v.object({
  LogGroupName: v.optional(v.string()),
  RetentionInDays: v.optional(v.pipe(v.union([v.number(), v.string()]), v.transform(Number))),
  DeletionProtectionEnabled: Flag,
});

/** `AWS::Logs::LogGroup`. */
export function logGroupType(groups: LogGroups): ResourceType {
  const type = 'AWS::Logs::LogGroup';
  const identifiers = new Identifiers('logs');
  const put = (group: LogGroup, input: Record<string, unknown>): Provisioned => {
    const { RetentionInDays: days, DeletionProtectionEnabled: isProtected } = read(GroupProperties, input);
    groups.setRetention(group, days);
    group.isProtected = isProtected;
    return { id: group.name, attributes: { Arn: `${group.arn}:*` } };
  };
  return {
    async create(input, context) {
      const { LogGroupName: name = identifiers.physicalName(context, 512) } = read(GroupProperties, input);
      if (groups.find(context, name)) {
        throw new AwsError('AlreadyExists', `Resource of type '${type}' with identifier '${name}' already exists.`);
      }
      return put(groups.create(context, name), input);
    },
    update: async (id, input, _before, context) => put(groups.required(context, id), input),
    async remove(id, _properties, context) {
      const group = groups.find(context, id);
      if (group) groups.remove(context, group);
    },
  };
}
