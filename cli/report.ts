import { readEnvironments, type EnvironmentReport } from './environments';
import type { DeploymentResult, StackResult } from '../rehearsal/assembly/deployer';
import { grantedNeverUsed } from '../rehearsal/assembly/never-used';
import type { Simulation } from '../rehearsal/simulation';

export interface Deployment {
  readonly app: string;
  readonly result: DeploymentResult;
}

export interface Report {
  readonly environments: readonly EnvironmentReport[];
  readonly awsCalls: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly simulatedSeconds: number;
  readonly accounts: readonly { accountId: string; name: string; email: string; organizationalUnit: string; state: string }[];
  readonly stacks: readonly Omit<StackResult, 'outputs'>[];
  /** For each role of the apps, the actions that it is allowed and has never used. */
  readonly grantedNeverUsed: Readonly<Record<string, readonly string[]>>;
  readonly deployments: readonly { app: string; seconds: number; changed: number; calls: number }[];
}

/** What the simulated world looks like, and what it took to make it so. */
export async function reportOf(simulation: Simulation, deployments: readonly Deployment[], seconds: number): Promise<Report> {
  const { organizations, cloudformation } = simulation;
  return {
    environments: await readEnvironments(simulation),
    awsCalls: simulation.calls,
    seconds,
    simulatedSeconds: Math.round(simulation.clock.elapsedSeconds()),
    accounts: organizations.accounts.map(({ accountId, name, email, state }) => ({
      accountId, name, email, organizationalUnit: organizations.unitPath(accountId), state,
    })),
    stacks: cloudformation.all.filter(({ deleted }) => !deleted)
      .map(({ name, accountId, region, status, failure }) => ({ name, accountId, region, status, reason: failure })),
    grantedNeverUsed: grantedNeverUsed(simulation),
    deployments: deployments.map(({ app, result: { seconds: took, changed, calls } }) => ({ app, seconds: took, changed, calls })),
  };
}
