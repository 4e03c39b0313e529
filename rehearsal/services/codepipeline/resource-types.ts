import { assertStructure, PipelineProperties, type Declaration } from './declaration';
import type { Engine } from './engine';
import { Pipeline } from './pipeline';
import type { Identifiers } from '../../core/identifiers';
import { partitionOfRegion } from '../../core/partition';
import { read } from '../../core/protocol/read';
import type { Regional } from '../../core/regional';
import { AwsError } from '../../core/service';
import type { Environment, Provisioned, ResourceContext, ResourceType } from '../../core/service';
import type { ServiceRoles } from '../iam/service-roles';

export type Kept = Regional<Map<string, Pipeline>>;

/** `AWS::CodePipeline::Pipeline`. A new pipeline starts immediately, an updated one only on demand. */
export class PipelineType implements ResourceType {
  /** @param removed receives deleted pipelines */
  public constructor(
    private readonly environment: Environment,
    private readonly identifiers: Identifiers,
    private readonly kept: Kept,
    private readonly removed: Pipeline[],
    private readonly engine: Engine,
    private readonly roles: ServiceRoles,
  ) {}

  public async create(input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const {
      environment: { partition, clock },
      engine,
    } = this;
    const declaration = read(PipelineProperties, input);
    const { accountId, region } = context;
    const name = declaration.Name ?? this.identifiers.physicalName(context, 100);
    const pipelines = this.kept.of(accountId, region);
    if (pipelines.has(name)) {
      throw new AwsError(
        'PipelineNameInUseException',
        `A pipeline with the name '${name}' already exists in account '${accountId}'`,
      );
    }
    const arn = `arn:${partition}:codepipeline:${region}:${accountId}:${name}`;
    const pipeline = new Pipeline(name, arn, accountId, region, declaration, clock.now());
    this.assertValid(pipeline, declaration);
    const by = actorOf(context);
    const provisioned = this.declare(pipeline, declaration, undefined, by);
    pipelines.set(name, pipeline);
    engine.start(pipeline, { trigger: { triggerType: 'CreatePipeline', triggerDetail: by } });
    return provisioned;
  }

  public async update(
    id: string,
    input: Record<string, unknown>,
    before: Record<string, unknown>,
    context: ResourceContext,
  ): Promise<Provisioned> {
    const pipeline = this.kept.of(context.accountId, context.region).get(id);
    if (pipeline === undefined || input.Name !== before.Name) return this.create(input, context);
    const [declaration, former] = [read(PipelineProperties, input), read(PipelineProperties, before)];
    this.assertValid(pipeline, declaration);
    if (!isSame(declaration, former)) this.engine.redefine(pipeline);
    const by = actorOf(context);
    const provisioned = this.declare(pipeline, declaration, former, by);
    if (declaration.RestartExecutionOnUpdate) {
      this.engine.start(pipeline, { trigger: { triggerType: 'StartPipelineExecution', triggerDetail: by } });
    }
    return provisioned;
  }

  public async remove(id: string, _properties: Record<string, unknown>, context: ResourceContext): Promise<void> {
    const pipelines = this.kept.of(context.accountId, context.region);
    const pipeline = pipelines.get(id);
    if (pipeline === undefined) return;
    pipelines.delete(id);
    pipeline.removed = true;
    this.removed.push(pipeline);
    this.engine.cancel(pipeline);
  }

  private declare(
    pipeline: Pipeline,
    declaration: Declaration,
    before: Declaration | undefined,
    by: string,
  ): Provisioned {
    pipeline.declaration = declaration;
    pipeline.version += 1;
    pipeline.updatedAt = this.environment.clock.now();
    applyTransitions(this.engine, pipeline, before, by);
    return { id: pipeline.name, attributes: { Version: String(pipeline.version) } };
  }

  private assertValid(pipeline: Pipeline, declaration: Declaration): void {
    assertStructure(declaration);
    this.assertRoles(pipeline, declaration);
  }

  /** CodePipeline assumes the role of the pipeline, and with it those of the actions, before it accepts a pipeline. */
  private assertRoles({ arn, region }: Pipeline, { RoleArn: roleArn, Stages: stages }: Declaration): void {
    const place = { sourceArn: arn, region, sessionName: 'validation' };
    const actor = this.roles.assumeAsService(roleArn, 'codepipeline.amazonaws.com', place);
    if (actor === undefined) throw unassumable('CodePipeline', roleArn);
    const needed = stages.flatMap(({ Actions }) => Actions.flatMap(({ RoleArn }) => RoleArn ?? []));
    const denied = [...new Set(needed)].find(actionRole => !actor.canAssume(actionRole));
    if (denied !== undefined) throw unassumable(roleArn, denied);
  }
}

/** Tags do not affect the behaviour of a pipeline. */
function isSame(one: Declaration, other: Declaration): boolean {
  return JSON.stringify({ ...one, Tags: [] }) === JSON.stringify({ ...other, Tags: [] });
}

function unassumable(who: string, roleArn: string): AwsError {
  return new AwsError(
    'InvalidStructureException',
    `${who} is not authorized to perform AssumeRole on role ${roleArn} (Service: AWSCodePipeline; Status Code: 400; `
      + 'Error Code: InvalidStructureException)',
  );
}

function actorOf({ actor, accountId, region }: ResourceContext): string {
  return actor?.arn ?? `arn:${partitionOfRegion(region)}:iam::${accountId}:root`;
}

/** An update enables only transitions that the template had disabled; a call's disabled transitions stay disabled. */
function applyTransitions(engine: Engine, pipeline: Pipeline, before: Declaration | undefined, by: string): void {
  const disabled = pipeline.declaration.DisableInboundStageTransitions;
  for (const { StageName: name } of before?.DisableInboundStageTransitions ?? []) {
    if (!disabled.some(({ StageName }) => StageName === name)) engine.enableTransition(pipeline, name);
  }
  for (const { StageName, Reason: reason } of disabled) {
    pipeline.disabledTransitions.set(StageName, { reason, by, at: pipeline.updatedAt });
  }
}
