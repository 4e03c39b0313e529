import type { ArtifactLocation } from '../../codebuild/build';
import type { Actor } from '../../iam/service-roles';
import type { ActionRun, Execution } from '../execution';
import type { Pipeline } from '../pipeline';

/** An action failed. The user sees the message. */
export class ActionError extends Error {
  public constructor(public readonly code: string, message: string) {
    super(message);
  }
}

export interface ActionContext {
  readonly pipeline: Pipeline;
  readonly execution: Execution;
  readonly run: ActionRun;
  /** The role of the action, otherwise of the pipeline. */
  readonly actor: Actor;
  /** Locations of the output artifacts. */
  readonly outputs: readonly ArtifactLocation[];
}

export interface ActionOutcome {
  readonly summary?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Runs the action. @throws ActionError */
export type ActionRunner = (context: ActionContext) => Promise<ActionOutcome>;
