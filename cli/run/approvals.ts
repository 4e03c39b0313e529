import pc from 'picocolors';
import type { OpenApproval } from '../../rehearsal/services/codepipeline/service';
import type { Simulation } from '../../rehearsal/simulation';
import { unknownEnvironments } from '../app/environment-names';
import type { Write } from '../output/terminal';
import { readEnvironments } from '../report/environments';
import type { EnvironmentReport } from '../report/report';

/** An environment whose pipeline waits for approval. */
export interface WaitingEnvironment {
  readonly environmentName: string;
  readonly stageName: string;
  readonly commitId: string;
}

/** Names of environments, or `all`. */
export type ApprovedNames = readonly string[];

/** Whether `--approve` names an environment, by itself or as one of all. */
export function isApproved(names: ApprovedNames, environmentName: string): boolean {
  return names.includes('all') || names.includes(environmentName);
}

/** Approves what the pipelines of environments wait for. */
export class Approvals {
  /** Names of all environments that were deployed. */
  private readonly known = new Set<string>();
  /** Names of the environments of which something was approved. */
  public readonly used = new Set<string>();

  public constructor(
    private readonly simulation: Simulation, private readonly names: ApprovedNames, private readonly write: Write,
  ) {}

  /** Remembers the environments that exist now: a later app may remove them. */
  public async noteEnvironments(): Promise<void> {
    if (this.names.length === 0) return;
    (await readEnvironments(this.simulation)).forEach(({ environmentName }) => this.known.add(environmentName));
  }

  /** Returns an error if `--approve` names an environment that was never deployed. */
  public get problem(): string | undefined {
    return unknownEnvironments(this.names, [...this.known]);
  }

  /** Approves what pipelines wait for. Returns whether there was something to approve. */
  public async approve(): Promise<boolean> {
    const { codepipeline } = this.simulation;
    if (this.names.length === 0) return false;
    const environments = await readEnvironments(this.simulation);
    const open = codepipeline.openApprovals.map(approval => ({ approval, name: nameOf(approval, environments) }));
    const chosen = open.filter(({ name }) => isApproved(this.names, name));
    for (const { approval, name } of chosen) {
      this.write(`${pc.green('✓')} ${name} approved (--approve)`);
      this.used.add(name);
      codepipeline.approve(approval, `arn:aws:iam::${approval.pipeline.accountId}:user/rehearsal`);
    }
    return chosen.length > 0;
  }
}

/** Returns the environments whose pipelines wait for approval. */
export function waitingEnvironments(
  { codepipeline }: Simulation, environments: readonly EnvironmentReport[],
): WaitingEnvironment[] {
  return codepipeline.openApprovals.map(approval => ({
    environmentName: nameOf(approval, environments),
    stageName: approval.stageName,
    commitId: approval.execution.found.at(0)?.revisionId ?? 'no commit',
  }));
}

function nameOf({ pipeline }: OpenApproval, environments: readonly EnvironmentReport[]): string {
  const found = environments.find(({ accountId, pipelineName }) => (
    accountId === pipeline.accountId && pipelineName === pipeline.name
  ));
  return found?.environmentName ?? pipeline.name;
}
