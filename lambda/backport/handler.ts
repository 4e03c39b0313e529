import { BackportRunner } from './runner';
import type { BackportOutcome } from './runner';
import type { BackportMachineInput } from '../../src/backport/contract';
import { TableRegistry } from '../registry/table';
import { withSessionName } from '../shared/session-name';
import { connectedHosts } from '../sources/hosts';

const registry = new TableRegistry();
const hosts = connectedHosts();

/** Takes a backport one step further; the state machine invokes it until the end. */
export async function handler({ backportId }: BackportMachineInput): Promise<BackportOutcome> {
  const runner = new BackportRunner({ registry, hosts, now: Date.now });
  return withSessionName('backport', backportId, async () => runner.advance(backportId));
}
