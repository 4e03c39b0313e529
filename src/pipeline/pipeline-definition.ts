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
 * What a pipeline does with a commit. A subclass may take the plan of one of these definitions and add stages to it; environments with the same
 * definition share one template.
 */
export abstract class PipelineDefinition {
  /** Synthesizes a CDK app, checks what it would change, deploys all its stacks and tests what is deployed. */
  public static cdk(options: CdkPipelineOptions = {}): PipelineDefinition {
    return new PlannedDefinition(cdkPlan(options));
  }

  /**
   * Plans and applies an OpenTofu configuration. Its state is where the configuration's backend says. The role that plans only reads, secrets included,
   * and takes no lock; the role that applies may do what CloudFormation may do for applications.
   */
  public static tofu(options: TofuPipelineOptions = {}): PipelineDefinition {
    return new PlannedDefinition(tofuPlan(options));
  }

  /**
   * Deploys the stack of a pipeline that the app brings with it (`aws-cdk-lib/pipelines`) as long as it is not there. From then on that pipeline
   * updates itself, and this one leaves it alone: halting or disabling the environment does not stop it, nor does removal before it is deleted.
   */
  public static selfMutating(options: SelfMutatingPipelineOptions): PipelineDefinition {
    return new PlannedDefinition(selfMutatingPlan(options));
  }

  /** The stages after `Source`, and what they run on. */
  public abstract plan(): PipelinePlan;

  /**
   * Returns a definition with one stage more.
   *
   * @param stage the stage; its steps may use the artifacts of earlier steps
   * @param placement where the stage is placed; by default it is the last one. The pipeline asks for the approval before
   * the stage `Deploy`
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
