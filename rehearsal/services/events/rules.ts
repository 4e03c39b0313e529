import * as v from 'valibot';
import { JsonValue } from '../../core/json-text';
import { everywhere, on, regionalArn, textOf } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Operation, Permissions } from '../../core/service';

const Target = v.object({
  Id: v.string(),
  Arn: v.string(),
  RoleArn: v.optional(v.string()),
  Input: v.optional(v.string()),
  InputPath: v.optional(v.string()),
  InputTransformer: v.optional(
    v.object({ InputPathsMap: v.optional(v.record(v.string(), v.string())), InputTemplate: v.string() }),
  ),
});
export const RuleProperties = v.object({
  Name: v.optional(v.string()),
  EventBusName: v.optional(v.string(), 'default'),
  EventPattern: v.optional(v.pipe(JsonValue, v.record(v.string(), v.unknown()))),
  ScheduleExpression: v.optional(v.string()),
  State: v.optional(v.string(), 'ENABLED'),
  Targets: v.optional(v.array(Target), []),
});
export type Rule = v.InferOutput<typeof RuleProperties>;
export type Target = v.InferOutput<typeof Target>;

const ByName = v.object({ Name: v.string() });
const ByRule = v.object({ Rule: v.string() });
const RemoveInput = v.object({ Rule: v.string(), Ids: v.array(v.string()) });

export const rulePermissions: Record<string, Permissions> = {
  ...everywhere(['ListRules']),
  ...on(['DeleteRule', 'DisableRule'], call => regionalArn(call, `rule/${textOf(call, 'Name')}`)),
  ...on(['ListTargetsByRule', 'RemoveTargets'], call => regionalArn(call, `rule/${textOf(call, 'Rule')}`)),
};

/** Operations that list, disable and delete the rules of the default bus. */
export function ruleOperations(
  rulesOf: (call: Call) => Map<string, Rule>, arnOf: (call: Call, name: string, rule: Rule) => string,
): Record<string, Operation> {
  const required = (call: Call, name: string): Rule => {
    const found = rulesOf(call).get(name);
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus default.`);
  };
  return {
    ListRules: async call => ({
      Rules: [...rulesOf(call)].filter(([, { EventBusName: bus }]) => bus === 'default').map(([Name, rule]) => ({
        Name, Arn: arnOf(call, Name, rule), State: rule.State, EventBusName: rule.EventBusName,
      })),
    }),
    DisableRule: async call => {
      const { Name: name } = read(ByName, call.input);
      rulesOf(call).set(name, { ...required(call, name), State: 'DISABLED' });
    },
    ListTargetsByRule: async call => {
      const { Targets } = required(call, read(ByRule, call.input).Rule);
      return { Targets };
    },
    RemoveTargets: async call => {
      const { Rule: name, Ids: ids } = read(RemoveInput, call.input);
      const rule = required(call, name);
      rulesOf(call).set(name, { ...rule, Targets: rule.Targets.filter(({ Id: id }) => !ids.includes(id)) });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    DeleteRule: async call => {
      const { Name: name } = read(ByName, call.input);
      const targets = rulesOf(call).get(name)?.Targets ?? [];
      if (targets.length > 0) {
        throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
      }
      rulesOf(call).delete(name);
    },
  };
}
