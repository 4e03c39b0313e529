import type { Action, Declaration, Stage } from './declaration';
import type { ArtifactLocation } from '../codebuild/build';

export type ExecutionStatus =
  'InProgress' | 'Stopping' | 'Stopped' | 'Succeeded' | 'Superseded' | 'Failed' | 'Cancelled';
type StageStatus = 'InProgress' | 'Failed' | 'Stopped' | 'Stopping' | 'Succeeded' | 'Cancelled' | 'Skipped';
type ActionStatus = 'InProgress' | 'Succeeded' | 'Failed' | 'Abandoned';

export interface SourceRevision {
  readonly actionName: string;
  readonly revisionType: string;
  readonly revisionValue: string;
}

export interface Trigger {
  readonly triggerType:
    'CreatePipeline' | 'WebhookV2' | 'StartPipelineExecution' | 'ManualRollback' | 'AutomatedRollback';
  readonly triggerDetail: string;
}

/** Revision that a source action found. */
interface FoundRevision {
  readonly actionName: string;
  readonly artifactName: string;
  readonly revisionId: string;
  readonly revisionSummary: string;
  readonly revisionUrl: string;
}

/** One run of one action. A retry creates another. */
export class ActionRun {
  public status: ActionStatus = 'InProgress';
  public updatedAt: number;
  public configuration: Readonly<Record<string, string>> = {};
  public externalExecutionId?: string;
  public externalExecutionUrl?: string;
  public summary?: string;
  public error?: { readonly code: string; readonly message: string };
  /** Token that an approval needs. */
  public token?: string;
  public updatedBy?: string;
  public outputs: readonly ArtifactLocation[] = [];
  public variables: Readonly<Record<string, string>> = {};

  public constructor(
    public readonly id: string, public readonly stageName: string, public readonly action: Action,
    public inputs: readonly ArtifactLocation[], public readonly startedAt: number,
  ) {
    this.updatedAt = startedAt;
  }
}

/** Result of the conditions of a stage. */
export interface ConditionRun {
  readonly kind: 'BeforeEntry' | 'OnSuccess' | 'OnFailure';
  readonly succeeded: boolean;
  readonly result?: string;
  readonly summary: string;
  readonly at: number;
}

export class StageRun {
  public status: StageStatus = 'InProgress';
  /** Number of attempts. */
  public attempts = 0;
  public retry?: { readonly mode: 'FAILED_ACTIONS' | 'ALL_ACTIONS'; readonly automatic: boolean };
  public readonly conditions: ConditionRun[] = [];
  /** The last run of each action, in the order of their start. */
  public readonly actions = new Map<string, ActionRun>();

  public constructor(public readonly stage: Stage) {}
}

interface ExecutionRequest {
  readonly id: string;
  readonly version: number;
  readonly declaration: Declaration;
  readonly trigger: Trigger;
  readonly startedAt: number;
  readonly revisions: readonly SourceRevision[];
  readonly variables: Readonly<Record<string, string>>;
  /** Execution whose artifacts a rollback deploys. */
  readonly target?: Execution;
}

/** One execution of a pipeline. */
export class Execution {
  public status: ExecutionStatus = 'InProgress';
  public updatedAt: number;
  public statusSummary?: string;
  public stop?: { readonly abandon: boolean; readonly reason: string };
  public readonly abandoned = new AbortController();
  public readonly stages = new Map<string, StageRun>();
  /** All action runs, newest first. */
  public readonly actionRuns: ActionRun[] = [];
  public readonly artifacts: Map<string, ArtifactLocation>;
  public readonly namespaces: Map<string, Readonly<Record<string, string>>>;
  public readonly found: FoundRevision[];

  public constructor(public readonly request: ExecutionRequest) {
    const { target, startedAt } = request;
    this.updatedAt = startedAt;
    this.artifacts = new Map(target?.artifacts);
    this.namespaces = new Map(target?.namespaces);
    this.found = [...target?.found ?? []];
  }

  public get executionId(): string {
    return this.request.id;
  }

  public get startedAt(): number {
    return this.request.startedAt;
  }

  /** Revisions that were requested at the start. */
  public get revisions(): readonly SourceRevision[] {
    return this.request.revisions;
  }

  public get isRollback(): boolean {
    return this.request.target !== undefined;
  }

  public get isOver(): boolean {
    return !['InProgress', 'Stopping'].includes(this.status);
  }
}
