import type { ArtifactLocation } from '../../codebuild/build';
import type { Actor } from '../../iam/service-roles';
import type { ActionRun, Execution } from '../execution';
import type { Pipeline } from '../pipeline';

/** An action has failed; what it says is shown to the user. */
export class ActionError extends Error {
  public constructor(public readonly code: string, message: string) {
    super(message);
  }
}

export interface ActionContext {
  readonly pipeline: Pipeline;
  readonly execution: Execution;
  readonly run: ActionRun;
  /** In whose name the action works: its own role, or that of the pipeline. */
  readonly actor: Actor;
  /** Where each of its outputs goes. */
  readonly outputs: readonly ArtifactLocation[];
}

export interface ActionOutcome {
  readonly summary?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Does what an action does, or throws an `ActionError`. */
export type ActionRunner = (context: ActionContext) => Promise<ActionOutcome>;
