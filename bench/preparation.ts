import { ours, withAssembly } from './apps';
import { inSimulation } from './vending';
import { deployAssembly } from '../rehearsal/assembly/deployer';
import type { StackEvent } from '../rehearsal/services/cloudformation/stack';
import type { Simulation } from '../rehearsal/simulation';
import { RESOURCE_TYPES } from '../src/private/contract';

export interface Preparation {
  /** The part that AWS takes: until the account is active, and while stacks are created in it. */
  readonly awsSeconds: number;
  /** From the creation of the account until the account is ready. */
  readonly seconds: number;
}

/** (c) Measures the simulated time from the creation of a single account until it is ready. */
export async function measurePreparation(): Promise<Preparation> {
  return withAssembly(ours({ count: 1, accountsOnly: true }), async folder => inSimulation(async simulation => {
    const events: StackEvent[] = [];
    simulation.cloudformation.onEvent(event => events.push(event));
    const activation = secondsUntilActive(simulation);
    const { succeeded, failures } = await deployAssembly(simulation, folder);
    if (!succeeded) throw new Error(`the account is not ready: ${failures.map(({ reason }) => reason).join('; ')}`);
    const [{ accountId, completedAt = 0 }] = simulation.organizations.creation.all;
    const stacks = events.filter(event => event.accountId === accountId && event.type === 'AWS::CloudFormation::Stack');
    const readyAt = Math.max(...events.filter(({ type }) => type === RESOURCE_TYPES.account).map(({ at }) => at));
    return {
      awsSeconds: await activation + secondsInProgress(stacks),
      seconds: Math.round((readyAt - completedAt) / 1000),
    };
  }));
}

/** Polls every second, because there is no event. */
async function secondsUntilActive({ clock, organizations }: Simulation): Promise<number> {
  for (;;) {
    await clock.sleep(1);
    const [created] = organizations.creation.all;
    if (created?.completedAt === undefined) continue;
    if (organizations.accounts.find(({ accountId }) => accountId === created.accountId)?.state === 'ACTIVE') {
      return Math.round((clock.now() - created.completedAt) / 1000);
    }
  }
}

/** Returns the sum of the durations, because the stacks are created in sequence. */
function secondsInProgress(events: readonly StackEvent[]): number {
  const names = [...new Set(events.map(({ stackName }) => stackName))];
  const milliseconds = names.map(name => {
    const times = events.filter(({ stackName }) => stackName === name).map(({ at }) => at);
    return Math.max(...times) - Math.min(...times);
  });
  return Math.round(milliseconds.reduce((sum, each) => sum + each, 0) / 1000);
}
