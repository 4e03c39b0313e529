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

export interface Vending {
  /** Simulated seconds from the first resource that stands for an account until AWS has created the last one. */
  readonly createdSeconds: number;
  /** Until the deployment has ended and every account can be used: ours are then also opened, bootstrapped and in their units. */
  readonly readySeconds: number;
  /** Calls that the deployment made, by service. */
  readonly calls: Readonly<Record<string, number>>;
}

export interface VendingTime {
  readonly accounts: number;
  readonly lowerBoundSeconds: number;
  readonly ours: Omit<Vending, 'calls'>;
  /** Absent: its stack would hold more than 500 resources, or AWS refuses it. */
  readonly bootstrapKit?: Omit<Vending, 'calls'>;
  readonly native: Omit<Vending, 'calls'>;
}

/** (c) Simulated time until so many accounts are there, ours and the peers'. */
export async function measureVending(counts: readonly number[], fitBootstrapKit: number): Promise<VendingTime[]> {
  const rows: VendingTime[] = [];
  for (const accounts of counts) {
    rows.push({
      accounts,
      lowerBoundSeconds: lowerBound(accounts),
      ours: await timesOf(ours({ count: accounts, accountsOnly: true }), RESOURCE_TYPES.account),
      ...(accounts <= fitBootstrapKit && { bootstrapKit: await timesOf(bootstrapKit(accounts), 'Custom::AccountCreation').catch(unlessTooLong) }),
      native: await timesOf(native(accounts), 'AWS::Organizations::Account'),
    });
  }
  return rows;
}

/** All calls of aws-bootstrap-kit are made by one role, whose policies outgrow what IAM allows. */
function unlessTooLong(error: unknown): undefined {
  if (!(error instanceof Error) || !error.message.includes('Maximum policy size of 10240 bytes exceeded')) throw error;
}

async function timesOf(define: Define, accountType: string): Promise<Omit<Vending, 'calls'>> {
  const { calls, ...times } = await vend(define, accountType);
  return times;
}

/** Deploys an app in a rehearsal whose time does not depend on this machine. */
export async function vend(define: Define, accountType: string): Promise<Vending> {
  return withAssembly(define, async folder => inSimulation(async simulation => {
    const events: StackEvent[] = [];
    simulation.cloudformation.onEvent(event => events.push(event));
    const { succeeded, failures } = await deployAssembly(simulation, folder);
    if (!succeeded) throw new Error(`the deployment failed: ${failures.map(({ logicalId, reason }) => `${logicalId}: ${reason}`).join('\n')}`);
    const begin = Math.min(...events.filter(({ type }) => type === accountType).map(({ at }) => at));
    const secondsUntil = (times: readonly number[]): number => Math.round((Math.max(...times) - begin) / 1000);
    return {
      createdSeconds: secondsUntil(simulation.organizations.creation.all.map(({ completedAt = 0 }) => completedAt)),
      readySeconds: secondsUntil(events.map(({ at }) => at)),
      calls: byService(simulation),
    };
  }));
}

/** An organization in virtual time; its CICD account has repositories with these names. */
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

/** The same run every time: who goes first and how long somebody waits before he tries again is chance. */
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
