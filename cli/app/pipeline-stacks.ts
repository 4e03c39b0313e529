import * as v from 'valibot';
import { resourcesOf } from './template';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';

const Action = v.object({
  ActionTypeId: v.object({ Provider: v.literal('CloudFormation') }),
  Configuration: v.object({ StackName: v.string(), ActionMode: v.optional(v.unknown()) }),
  RoleArn: v.optional(v.unknown()),
  Region: v.optional(v.string()),
});
const Pipeline = v.object({ Stages: v.array(v.object({ Actions: v.array(v.unknown()) })) });

/** Returns the stacks that a pipeline of the app deploys, with the stack of the pipeline, by display name. */
export function stacksOfPipelines(stacks: readonly AssemblyStack[]): ReadonlyMap<string, string> {
  const found = stacks.flatMap(pipelineStack => deployedBy(pipelineStack).flatMap(({ name, accountId, region }) => {
    const stack = stacks.find(one => one.name === name && one.accountId === accountId && one.region === region);
    return stack === undefined ? [] : [[stack.displayName, pipelineStack.displayName] as const];
  }));
  return new Map(found);
}

/** The stacks that actions of CloudFormation name, in the accounts of their roles. */
function deployedBy(stack: AssemblyStack): Pick<AssemblyStack, 'name' | 'accountId' | 'region'>[] {
  return resourcesOf(stack, 'AWS::CodePipeline::Pipeline').flatMap(pipeline => {
    const actions = v.is(Pipeline, pipeline) ? pipeline.Stages.flatMap(({ Actions }) => Actions) : [];
    return actions.filter(action => v.is(Action, action))
      .filter(({ Configuration: { ActionMode: mode } }) => mode !== 'DELETE_ONLY')
      .map(({ Configuration: { StackName: name }, RoleArn: role, Region: region = stack.region }) => ({
        name,
        accountId: /:iam::(\d{12}):/.exec(JSON.stringify(role ?? ''))?.[1] ?? stack.accountId,
        region,
      }));
  });
}
