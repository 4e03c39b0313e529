import { cdkPlan } from './cdk-plan';
import type { CdkPipelineOptions } from './cdk-plan';
import type { PipelinePlan, PipelineStage } from './pipeline-plan';
import { selfMutatingPlan } from './self-mutating-plan';
import type { SelfMutatingPipelineOptions } from './self-mutating-plan';
import { tofuPlan } from './tofu-plan';
import type { TofuPipelineOptions } from './tofu-plan';

/** The place of a stage among the stages of a definition. At most one of its properties may be set. */
export interface StagePlacement {
  /**
   * Name of the stage before which the stage is placed.
   *
   * @default - the stage is the last one
   */
  readonly before?: string;

  /**
   * Name of the stage after which the stage is placed.
   *
   * @default - the stage is the last one
   */
  readonly after?: string;
}

/**
 * The stages of a pipeline and their options. Environments with the same definition share one template.
 *
 * `withStage()` adds a stage to a definition. A subclass can return any plan.
 *
 * @example
 * const definition = PipelineDefinition.cdk({ smokeTestCommands: ['npm run smoke-test'] }).withStage({
 *   name: 'LoadTest',
 *   steps: [{ name: 'LoadTest', description: 'Tests under load', commands: ['npm ci', 'npm run load-test'] }],
 * });
 */
export abstract class PipelineDefinition {
  /**
   * Synthesizes a CDK app, checks its policies and changes, deploys all its stacks, and tests them.
   *
   * @param options the commands, the checks and the builds
   */
  public static cdk(options: CdkPipelineOptions = {}): PipelineDefinition {
    return new PlannedDefinition(cdkPlan(options));
  }

  /**
   * Plans and applies an OpenTofu configuration. The state is stored in the backend of the configuration. The role of
   * the plan reads all resources, secrets included, and takes no lock. The role that applies it has the permissions
   * that CloudFormation has for applications.
   *
   * @param options the version, the folder and the builds
   */
  public static tofu(options: TofuPipelineOptions = {}): PipelineDefinition {
    return new PlannedDefinition(tofuPlan(options));
  }

  /**
   * Deploys the stack of the app's own pipeline (`aws-cdk-lib/pipelines`) unless that pipeline exists. After that, the
   * app's pipeline updates itself. `halt` and `enabled: false` stop only this pipeline, not the app's own, which runs
   * until its stack is deleted.
   *
   * @param options the stack, the commands and the builds
   */
  public static selfMutating(options: SelfMutatingPipelineOptions): PipelineDefinition {
    return new PlannedDefinition(selfMutatingPlan(options));
  }

  /** Returns the stages after `Source`, and their options. */
  public abstract plan(): PipelinePlan;

  /**
   * Returns this definition with one more stage.
   *
   * @param stage the stage; its steps may use the artifacts of earlier steps
   * @param placement the place of the stage; by default it is the last one. The pipeline requires approval before the
   * stage `Deploy`
   */
  public withStage(stage: PipelineStage, placement: StagePlacement = {}): PipelineDefinition {
    const plan = this.plan();
    const stages = [...plan.stages];
    stages.splice(indexOf(stage, placement, stages.map(({ name }) => name)), 0, stage);
    return new PlannedDefinition({ ...plan, stages });
  }
}

function indexOf({ name }: PipelineStage, { before, after }: StagePlacement, names: readonly string[]): number {
  if (before !== undefined && after !== undefined) {
    throw new Error(`the stage '${name}' is placed before '${before}' and after '${after}': set only one of them`);
  }
  const neighbor = before ?? after;
  if (neighbor === undefined) return names.length;
  const index = names.indexOf(neighbor);
  if (index === -1) {
    throw new Error(`the stage '${name}' cannot be placed ${before === undefined ? 'after' : 'before'} '${neighbor}', `
      + `which is not a stage of the definition: use one of ${names.join(', ')}`);
  }
  return before === undefined ? index + 1 : index;
}

class PlannedDefinition extends PipelineDefinition {
  public constructor(private readonly planned: PipelinePlan) {
    super();
  }

  public plan(): PipelinePlan {
    return this.planned;
  }
}
