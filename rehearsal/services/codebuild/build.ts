import type { BuildVariable, Project } from './project';
import type { Caller } from '../../core/service';

export type BuildStatus = 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'STOPPED' | 'TIMED_OUT' | 'FAULT';

export interface BuildPhase {
  readonly type: string;
  readonly startedAt: number;
  endedAt?: number;
  status?: BuildStatus;
  /** Why it failed, as AWS words it. */
  readonly contexts: { readonly statusCode: string; readonly message: string }[];
}

/** An object in the store of the pipeline that starts a build. */
export interface ArtifactLocation {
  readonly name: string;
  readonly bucket: string;
  readonly key: string;
  readonly encryptionKey?: string;
}

export interface BuildRequest {
  readonly variables: readonly BuildVariable[];
  readonly initiator: string;
  /** The commit that is built. */
  readonly sourceVersion?: string;
  /** The first is the folder that the build begins in. */
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
  /** The command that has failed the build, and what was written from then on until its phase was over. */
  public failedCommand?: { readonly command: string; readonly output: readonly string[] };
  /** Settled once the build has ended. */
  public completion: Promise<void> = Promise.resolve();

  public constructor(
    public readonly id: string, public readonly arn: string, public readonly number: number, public readonly project: Project,
    public readonly request: BuildRequest, public readonly startedAt: number, public readonly caller: Caller,
  ) {}

  /** What failed first. */
  public get failure(): { readonly phase: string; readonly code: string; readonly message: string } | undefined {
    const phase = this.phases.find(({ contexts }) => contexts.length > 0);
    return phase && { phase: phase.type, code: phase.contexts[0].statusCode, message: phase.contexts[0].message };
  }
}
