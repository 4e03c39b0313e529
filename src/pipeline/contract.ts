import type { SideName } from '../blue-green/contract';
import type { RepositoryReference } from '../sources/contract';
import type { StackRequest } from '../stack/contract';

/** What `Pipeline` requests of its handler: the stack of the pipeline, and the environment that it belongs to. */
export interface PipelineRequest extends StackRequest {
  readonly environment: EnvironmentRequest;
}

/** Attributes of an environment that starting, halting and removing its pipeline needs. */
export interface EnvironmentRequest extends RepositoryReference {
  readonly environmentName: string;
  readonly branchName: string;
  readonly pipelineName: string;
  /** Name of the stage after Source: while the pipeline is disabled, the transition into it is. */
  readonly gate: string;
  /** The side of a blue/green environment; absent: the environment has one account. */
  readonly side?: SideName;
  /** Whether commits are deployed, by the definition of the environment. */
  readonly state: 'enabled' | 'disabled';
  /** What happens to the application stacks when the environment is removed. */
  readonly applications: 'delete' | 'keep';
}

export interface PipelineResult {
  readonly stackId: string;
}
