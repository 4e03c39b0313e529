import { readEnvironments, type EnvironmentReport } from './environments';
import { leftoversOf, type Leftovers } from './leftovers';
import { limitUse, quotaUse, type LimitUse, type QuotaUse } from './quotas';
import type { DeploymentResult, StackResult } from '../../rehearsal/assembly/deployer';
import { unusedPermissions } from '../../rehearsal/assembly/unused-permissions';
import type { Simulation } from '../../rehearsal/simulation';
import { constructOf } from '../output/failures';
import { reportPipelines, type PipelineReport } from '../output/pipeline-progress';
import type { FaultReport } from '../run/fault-injection';

export interface Deployment {
  readonly app: string;
  readonly result: DeploymentResult;
  /** It failed on a bad day, and succeeded when it was tried again. */
  readonly mended?: boolean;
}

interface DeploymentReport {
  readonly app: string;
  readonly succeeded: boolean;
  /** Absent: it did not fail because of the faults that were asked for. */
  readonly mended?: boolean;
  readonly seconds: number;
  readonly changed: number;
  readonly calls: number;
  readonly failures: readonly { stack: string; accountId: string; path: string; reason: string }[];
}

export interface Report {
  readonly environments: readonly EnvironmentReport[];
  readonly awsCalls: Readonly<Record<string, number>>;
  /** How close the calls came to what AWS allows. */
  readonly quotas: readonly QuotaUse[];
  /** The same for what AWS allows at once and in all. */
  readonly limits: readonly LimitUse[];
  /** What a destruction has left, or would leave. */
  readonly leftovers: Leftovers;
  readonly destroyed: boolean;
  /** How often each kind of fault struck that was asked for. */
  readonly faults?: FaultReport;
  readonly seconds: number;
  readonly simulatedSeconds: number;
  /** In virtual time, what this machine computes takes none; in scaled time it counts as often as time is scaled. */
  readonly time: 'virtual' | 'scaled';
  readonly accounts: readonly { accountId: string; name: string; email: string; organizationalUnit: string; state: string }[];
  readonly stacks: readonly StackResult[];
  /** Types of resources that were written down and not acted out: what they do on AWS was not rehearsed. */
  readonly recordedTypes: readonly string[];
  /** What ran in the pipelines of all accounts. */
  readonly pipelines: readonly PipelineReport[];
  /** For each role of the apps, the actions that it is allowed and has never used. */
  readonly grantedNeverUsed: Readonly<Record<string, readonly string[]>>;
  readonly succeeded: boolean;
  /** Why a command of `--then` failed; those after it were not run. */
  readonly commandFailure?: string;
  readonly deployments: readonly DeploymentReport[];
}

interface Circumstances extends Pick<Report, 'seconds' | 'time' | 'destroyed' | 'faults' | 'commandFailure'> {
  /** Whether builds ran their commands; without that there is nothing to tell about pipelines. */
  readonly builds: boolean;
}

/** What the simulated world looks like, and what it took to make it so. */
export async function reportOf(
  simulation: Simulation, deployments: readonly Deployment[], { builds, ...run }: Circumstances,
): Promise<Report> {
  const { organizations, cloudformation, server } = simulation;
  const pipelines = builds ? reportPipelines(simulation) : [];
  return {
    environments: await readEnvironments(simulation),
    awsCalls: simulation.calls,
    quotas: quotaUse(server.calls),
    limits: limitUse(organizations),
    leftovers: await leftoversOf(simulation),
    ...run,
    simulatedSeconds: Math.round(simulation.clock.elapsedSeconds()),
    accounts: organizations.accounts.map(({ accountId, name, email, state }) => ({
      accountId, name, email, organizationalUnit: organizations.unitPath(accountId), state,
    })),
    stacks: cloudformation.all.filter(({ deleted, isSeed, updatedAt }) => !deleted && (!isSeed || updatedAt !== undefined))
      .map(({ name, accountId, region, status, failure, outputs }) => ({
        name, accountId, region, status, reason: failure, outputs: Object.fromEntries(outputs.map(({ key, value }) => [key, value])),
      })),
    recordedTypes: cloudformation.placeholderTypes,
    pipelines,
    grantedNeverUsed: unusedPermissions(simulation),
    succeeded: run.commandFailure === undefined && deployments.every(({ result, mended }) => result.succeeded || mended)
      && pipelines.every(({ executions }) => executions.at(0)?.status !== 'Failed'),
    deployments: deployments.map(describe),
  };
}

function describe({ app, mended, result: { succeeded, seconds, changed, calls, failures } }: Deployment): DeploymentReport {
  return {
    app,
    succeeded,
    mended,
    seconds,
    changed,
    calls,
    failures: failures.map(failure => {
      const { stackName: stack, accountId, reason } = failure;
      return { stack, accountId, path: constructOf(failure), reason };
    }),
  };
}
