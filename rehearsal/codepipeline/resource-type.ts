import type { Identifiers } from '../identifiers';
import { read } from '../protocol/read';
import type { Regional } from '../regional';
import { AwsError } from '../service';
import type { Environment, Provisioned, ResourceContext, ResourceType } from '../service';
import type { Engine } from './engine';
import { assertStructure, Pipeline, PipelineProperties, type Declaration } from './pipeline';

export type Kept = Regional<Map<string, Pipeline>>;

/** `AWS::CodePipeline::Pipeline`: a pipeline that is made begins to run at once, one that is changed does not. */
export function pipelineType(environment: Environment, identifiers: Identifiers, kept: Kept, removed: Pipeline[], engine: Engine): ResourceType {
  function declare(pipeline: Pipeline, declaration: Declaration, before: Declaration | undefined, by: string): Provisioned {
    assertStructure(declaration);
    pipeline.declaration = declaration;
    pipeline.version += 1;
    pipeline.updatedAt = environment.clock.now();
    openAndClose(engine, pipeline, before, by);
    return { id: pipeline.name, attributes: { Version: String(pipeline.version) } };
  }

  async function create(input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const declaration = read(PipelineProperties, input);
    const { accountId, region } = context;
    const name = declaration.Name ?? identifiers.physicalName(context, 100);
    const pipelines = kept.of(accountId, region);
    if (pipelines.has(name)) throw new AwsError('PipelineNameInUseException', `A pipeline with the name '${name}' already exists in account '${accountId}'`);
    const arn = `arn:${environment.partition}:codepipeline:${region}:${accountId}:${name}`;
    const pipeline = new Pipeline(name, arn, accountId, region, declaration, environment.clock.now());
    const by = actorOf(context);
    const provisioned = declare(pipeline, declaration, undefined, by);
    pipelines.set(name, pipeline);
    engine.start(pipeline, { trigger: { triggerType: 'CreatePipeline', triggerDetail: by } });
    return provisioned;
  }

  return {
    create,
    async update(id, input, before, context) {
      const pipeline = kept.of(context.accountId, context.region).get(id);
      if (pipeline === undefined || input.Name !== before.Name) return create(input, context);
      const [declaration, former] = [read(PipelineProperties, input), read(PipelineProperties, before)];
      if (!isSame(declaration, former)) engine.redefine(pipeline);
      return declare(pipeline, declaration, former, actorOf(context));
    },
    async remove(id, _properties, context) {
      const pipelines = kept.of(context.accountId, context.region);
      const pipeline = pipelines.get(id);
      if (pipeline === undefined) return;
      pipelines.delete(id);
      pipeline.removed = true;
      removed.push(pipeline);
      engine.cancel(pipeline);
    },
  };
}

/** Tags are no part of what a pipeline does. */
function isSame(one: Declaration, other: Declaration): boolean {
  return JSON.stringify({ ...one, Tags: [] }) === JSON.stringify({ ...other, Tags: [] });
}

function actorOf({ actor, accountId }: ResourceContext): string {
  return actor?.arn ?? `arn:aws:iam::${accountId}:root`;
}

/** What a call has closed stays closed: only the template's own word is taken back. */
function openAndClose(engine: Engine, pipeline: Pipeline, before: Declaration | undefined, by: string): void {
  const closed = pipeline.declaration.DisableInboundStageTransitions;
  for (const { StageName: name } of before?.DisableInboundStageTransitions ?? []) {
    if (!closed.some(({ StageName }) => StageName === name)) engine.open(pipeline, name);
  }
  for (const { StageName, Reason: reason } of closed) pipeline.closed.set(StageName, { reason, by, at: pipeline.updatedAt });
}
