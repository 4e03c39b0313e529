import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { CICD, MANAGEMENT, withAssembly } from './apps';
import { deployAssembly } from '../rehearsal/assembly/deployer';
import type { StackEvent } from '../rehearsal/cloudformation/stack';
import { Simulation } from '../rehearsal/simulation';

type Define = Parameters<typeof withAssembly>[0];

export interface Vending {
  /** Simulated seconds from the first resource that stands for an account until the last of them is complete. */
  readonly seconds: number;
  /** Calls that the deployment made, by service. */
  readonly calls: Readonly<Record<string, number>>;
}

/** Deploys an app in a rehearsal whose time does not depend on this machine; another app may have gone before. */
export async function vend(define: Define, accountType: string): Promise<Vending> {
  return withAssembly(define, async folder => inSimulation(async simulation => {
    const events: StackEvent[] = [];
    simulation.cloudformation.onEvent(event => events.push(event));
    const { succeeded, failures } = await deployAssembly(simulation, folder);
    if (!succeeded) throw new Error(`the deployment failed: ${failures.map(({ logicalId, reason }) => `${logicalId}: ${reason}`).join('\n')}`);
    const accounts = events.filter(({ type }) => type === accountType).map(({ at }) => at);
    return { seconds: Math.round((Math.max(...accounts) - Math.min(...accounts)) / 1000), calls: byService(simulation) };
  }));
}

async function inSimulation<Result>(use: (simulation: Simulation) => Promise<Result>): Promise<Result> {
  const repository = mkdtempSync(path.join(tmpdir(), 'bench-repository-'));
  writeFileSync(path.join(repository, 'README.md'), 'the shop\n');
  const simulation = await Simulation.start({
    managementAccountId: MANAGEMENT.account, organizationId: 'o-exampleorgid', organizationalUnits: ['Workloads/Test'], accountLimit: 1000, virtual: {},
  });
  try {
    await simulation.codecommit.seed(CICD.account, CICD.region, 'shop', repository);
    return await use(simulation);
  } finally {
    await simulation.stop();
    rmSync(repository, { recursive: true, force: true });
  }
}

function byService({ server: { calls } }: Simulation): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { service } of calls) counts[service] = (counts[service] ?? 0) + 1;
  return counts;
}
