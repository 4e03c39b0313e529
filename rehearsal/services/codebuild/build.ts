import type { BuildVariable, Project } from './project';
import type { Caller } from '../../core/service';

export type BuildStatus = 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'STOPPED' | 'TIMED_OUT' | 'FAULT';

export interface BuildPhase {
  readonly type: string;
  readonly startedAt: number;
  endedAt?: number;
  status?: BuildStatus;
  /** Failure message in the format of AWS. */
  readonly contexts: { readonly statusCode: string; readonly message: string }[];
}

/** An artifact of the pipeline that starts the build. */
export interface ArtifactLocation {
  readonly name: string;
  readonly bucket: string;
  readonly key: string;
  readonly encryptionKey?: string;
}

export interface BuildRequest {
  readonly variables: readonly BuildVariable[];
  readonly initiator: string;
  /** Commit of the source. */
  readonly sourceVersion?: string;
  /** Sources; the build starts in the folder of the first one. */
  readonly inputs: readonly ArtifactLocation[];
  readonly outputs: readonly ArtifactLocation[];
}

/** One build of a project. */
export class Build {
  public status: BuildStatus = 'IN_PROGRESS';
  public currentPhase = 'SUBMITTED';
  public endedAt?: number;
  public exported: Readonly<Record<string, string>> = {};
  public readonly phases: BuildPhase[] = [];
  public readonly log: string[] = [];
  /** The failed command and the output from there to the end of its phase. */
  public failedCommand?: { readonly command: string; readonly output: readonly string[] };
  /** Resolves when the build has ended. */
  public completion: Promise<void> = Promise.resolve();

  public constructor(
    public readonly id: string,
    public readonly arn: string,
    public readonly number: number,
    public readonly project: Project,
    public readonly request: BuildRequest,
    public readonly startedAt: number,
    public readonly caller: Caller,
  ) {}

  /** The first failure. */
  public get failure(): { readonly phase: string; readonly code: string; readonly message: string } | undefined {
    const phase = this.phases.find(({ contexts }) => contexts.length > 0);
    return phase && { phase: phase.type, code: phase.contexts[0].statusCode, message: phase.contexts[0].message };
  }
}
