import * as v from 'valibot';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';

const Template = v.object({ Resources: v.optional(v.record(v.string(), v.looseObject({ Type: v.string() })), {}) });
const Action = v.object({
  ActionTypeId: v.object({ Provider: v.literal('CloudFormation') }),
  Configuration: v.object({ StackName: v.string() }),
  RoleArn: v.optional(v.unknown()),
  Region: v.optional(v.string()),
});
const Pipeline = v.object({
  Properties: v.object({ Stages: v.array(v.object({ Actions: v.array(v.unknown()) })) }),
});

/** Returns the stacks that a pipeline of the app deploys, with the stack of the pipeline, by display name. */
export function stacksOfPipelines(stacks: readonly AssemblyStack[]): ReadonlyMap<string, string> {
  const found = stacks.flatMap(pipelineStack => deployedBy(pipelineStack).flatMap(({ name, accountId, region }) => {
    const stack = stacks.find(one => one.name === name && one.accountId === accountId && one.region === region);
    return stack === undefined ? [] : [[stack.displayName, pipelineStack.displayName] as const];
  }));
  return new Map(found);
}

/** The stacks that actions of CloudFormation name, in the accounts of their roles. */
function deployedBy({ template, accountId, region }: AssemblyStack): Pick<
  AssemblyStack, 'name' | 'accountId' | 'region'
>[] {
  if (!template.includes('AWS::CodePipeline::Pipeline')) return [];
  const { Resources: resources } = v.parse(Template, JSON.parse(template));
  const pipelines = Object.values(resources).filter(({ Type }) => Type === 'AWS::CodePipeline::Pipeline');
  return pipelines.flatMap(pipeline => {
    const actions = v.is(Pipeline, pipeline) ? pipeline.Properties.Stages.flatMap(({ Actions }) => Actions) : [];
    return actions.flatMap(action => v.is(Action, action) ? [{
      name: action.Configuration.StackName,
      accountId: /:iam::(\d{12}):/.exec(JSON.stringify(action.RoleArn ?? ''))?.[1] ?? accountId,
      region: action.Region ?? region,
    }] : []);
  });
}
