import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { CICD, MANAGEMENT, ours, withAssembly } from './apps';
import type { Define } from './apps';
import { lowerBound } from './lower-bound';
import { bootstrapKit, native } from './peers';
import { deployAssembly } from '../rehearsal/assembly/deployer';
import type { StackEvent } from '../rehearsal/services/cloudformation/stack';
import { Simulation } from '../rehearsal/simulation';
import { RESOURCE_TYPES } from '../src/private/contract';

export interface Deployment {
  /** Simulated seconds from the start of the first account resource until AWS has created the last account. */
  readonly createdSeconds: number;
  /** Simulated seconds until the deployment has finished; our accounts are then also moved and bootstrapped. */
  readonly readySeconds: number;
  /** AWS calls of the deployment by service. */
  readonly calls: Readonly<Record<string, number>>;
}

type DeploymentTimes = Omit<Deployment, 'calls'>;

export interface VendingTime {
  readonly accounts: number;
  readonly lowerBoundSeconds: number;
  readonly ours: DeploymentTimes;
  /** Absent if the stack has more than 500 resources, or AWS rejects it. */
  readonly bootstrapKit?: DeploymentTimes;
  readonly native: DeploymentTimes;
}

/** (c) Measures the simulated time to create accounts, with this library and with the peers. */
export async function measureVending(counts: readonly number[], bootstrapKitLimit: number): Promise<VendingTime[]> {
  const rows: VendingTime[] = [];
  for (const accounts of counts) {
    rows.push({
      accounts,
      lowerBoundSeconds: lowerBound(accounts),
      ours: await timesOf(ours({ count: accounts, accountsOnly: true }), RESOURCE_TYPES.account),
      ...(accounts <= bootstrapKitLimit && { bootstrapKit: await timesOfBootstrapKit(accounts) }),
      native: await timesOf(native(accounts), 'AWS::Organizations::Account'),
    });
  }
  return rows;
}

/** Returns undefined if the policies of aws-bootstrap-kit's only role exceed the IAM quota. */
async function timesOfBootstrapKit(accounts: number): Promise<DeploymentTimes | undefined> {
  try {
    return await timesOf(bootstrapKit(accounts), 'Custom::AccountCreation');
  } catch (error) {
    if (error instanceof Error && error.message.includes('Maximum policy size of 10240 bytes exceeded')) {
      return undefined;
    }
    throw error;
  }
}

async function timesOf(define: Define, accountType: string): Promise<DeploymentTimes> {
  const { calls, ...times } = await vend(define, accountType);
  return times;
}

/** Deploys an app in a rehearsal with virtual time, which does not depend on the machine. */
export async function vend(define: Define, accountType: string): Promise<Deployment> {
  return withAssembly(define, async folder => inSimulation(async simulation => {
    const events: StackEvent[] = [];
    simulation.cloudformation.onEvent(event => events.push(event));
    const { succeeded, failures } = await deployAssembly(simulation, folder);
    const reasons = failures.map(({ logicalId, reason }) => `${logicalId}: ${reason}`).join('\n');
    if (!succeeded) throw new Error(`the deployment failed: ${reasons}`);
    const startedAt = Math.min(...events.filter(({ type }) => type === accountType).map(({ at }) => at));
    const secondsUntil = (times: readonly number[]): number => Math.round((Math.max(...times) - startedAt) / 1000);
    return {
      createdSeconds: secondsUntil(simulation.organizations.creation.all.map(({ completedAt = 0 }) => completedAt)),
      readySeconds: secondsUntil(events.map(({ at }) => at)),
      calls: byService(simulation),
    };
  }));
}

/** Starts a simulated organization in virtual time, whose CICD account has repositories with these names. */
export async function inSimulation<Result>(
  use: (simulation: Simulation) => Promise<Result>, repositories: readonly string[] = ['shop'],
): Promise<Result> {
  const repository = mkdtempSync(path.join(tmpdir(), 'bench-repository-'));
  writeFileSync(path.join(repository, 'README.md'), 'the shop\n');
  const simulation = await Simulation.start({
    managementAccountId: MANAGEMENT.account,
    organizationId: 'o-exampleorgid',
    organizationalUnits: ['Workloads/Test'],
    accountLimit: 1000,
    virtual: { random: seeded() },
  });
  try {
    for (const name of repositories) await simulation.codecommit.seed(CICD.account, CICD.region, name, repository);
    return await use(simulation);
  } finally {
    await simulation.stop();
    rmSync(repository, { recursive: true, force: true });
  }
}

/** Returns a random number generator with a fixed seed: the order of concurrent calls and retry delays are random. */
function seeded(): () => number {
  const [factor, prime] = [48_271, 2 ** 31 - 1];
  let state = 1;
  return () => {
    state = state * factor % prime;
    return state / prime;
  };
}

function byService({ server: { calls } }: Simulation): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { service } of calls) counts[service] = (counts[service] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => a < b ? -1 : 1));
}
