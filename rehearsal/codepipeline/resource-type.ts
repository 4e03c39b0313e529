import type * as v from 'valibot';
import type { Identifiers } from '../identifiers';
import { read } from '../protocol/read';
import type { Regional } from '../regional';
import { AwsError } from '../service';
import type { Provisioned, ResourceContext, ResourceType } from '../service';
import { assertStructure, PipelineProperties } from './pipeline';
import type { Pipeline } from './pipeline';

/** `AWS::CodePipeline::Pipeline`. */
export function pipelineType(identifiers: Identifiers, kept: Regional<Map<string, Pipeline>>): ResourceType {
  function put(name: string, properties: v.InferOutput<typeof PipelineProperties>, context: ResourceContext): Provisioned {
    const pipelines = kept.of(context.accountId, context.region);
    const known = pipelines.get(name);
    const disabled = new Map(properties.DisableInboundStageTransitions.map(transition => [transition.StageName, transition.Reason]));
    assertStructure(properties.Stages, disabled.keys());
    const version = (known?.version ?? 0) + 1;
    pipelines.set(name, {
      name,
      roleArn: properties.RoleArn,
      type: properties.PipelineType,
      executionMode: properties.ExecutionMode,
      version,
      stages: properties.Stages,
      disabledTransitions: disabled,
      executions: known?.executions ?? [],
    });
    return { id: name, attributes: { Version: String(version) } };
  }

  async function create(input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const properties = read(PipelineProperties, input);
    const name = properties.Name ?? identifiers.physicalName(context, 100);
    if (kept.of(context.accountId, context.region).has(name)) {
      throw new AwsError('PipelineNameInUseException', `A pipeline with the name '${name}' already exists in account '${context.accountId}'`);
    }
    return put(name, properties, context);
  }

  return {
    create,
    async update(id, input, before, context) {
      return input.Name === before.Name ? put(id, read(PipelineProperties, input), context) : create(input, context);
    },
    async remove(id, _properties, context) {
      kept.of(context.accountId, context.region).delete(id);
    },
  };
}
