import { cdkPlan } from './cdk-plan';
import type { CdkPipelineOptions } from './cdk-plan';
import type { PipelinePlan } from './pipeline-plan';
import { selfMutatingPlan } from './self-mutating-plan';
import type { SelfMutatingPipelineOptions } from './self-mutating-plan';
import { tofuPlan } from './tofu-plan';
import type { TofuPipelineOptions } from './tofu-plan';

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
}

class PlannedDefinition extends PipelineDefinition {
  public constructor(private readonly planned: PipelinePlan) {
    super();
  }

  public plan(): PipelinePlan {
    return this.planned;
  }
}
