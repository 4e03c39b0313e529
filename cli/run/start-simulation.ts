import type { Time } from './time';
import { managementAccountOf } from '../../rehearsal/assembly/management';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import { partitionOfRegion } from '../../rehearsal/core/partition';
import { Simulation } from '../../rehearsal/simulation';
import { cicdStackOf } from '../app/cicd-stack';
import { organizationIdOf } from '../app/organization-id';
import type { RehearseOptions } from '../options/rehearse-options';
import type { Terminal } from '../output/terminal';
import { UsageError } from '../usage-error';

/** The time until a new role is known everywhere, beyond the time that CloudFormation itself waits for it. */
const ROLE_PROPAGATION_SECONDS = 5;
const DEFAULT_MANAGEMENT_ACCOUNT_ID = '111111111111';

/** Starts the simulated AWS with what the options say exists before the deployment. */
export async function startSimulation(
  options: RehearseOptions, time: Time, stacks: readonly AssemblyStack[], { warn }: Terminal,
): Promise<Simulation> {
  const managementAccountId = managementAccountIdOf(options, stacks, warn);
  if (options.account?.some(({ accountId }) => accountId === managementAccountId)) {
    throw new UsageError(
      `--account ${managementAccountId} is the management account, which always exists: omit the option, or choose `
      + 'another management account with --management-account',
    );
  }
  return Simulation.start({
    managementAccountId,
    partition: partitionOf(stacks),
    organizationId: organizationIdOf(stacks, options.organizationId, warn),
    organizationalUnits: options.organizationalUnit,
    accountLimit: options.accountLimit,
    accounts: options.account,
    bootstraps: options.bootstrap,
    uncheckedTypes: options.uncheckedType,
    repositories: options.repository,
    repositoryPlace: cicdStackOf(stacks, managementAccountId),
    ...time.scale === undefined ? { virtual: { startAt: Date.now() } } : { scale: time.scale },
    roleSeconds: ROLE_PROPAGATION_SECONDS,
    builds: runsPipelines(options),
  });
}

/** Says which account is taken if neither an option nor a stack does. */
function managementAccountIdOf(
  { managementAccount }: RehearseOptions, stacks: readonly AssemblyStack[], warn: Terminal['warn'],
): string {
  if (managementAccount !== undefined) return managementAccount;
  const found = managementAccountOf(stacks);
  if (found?.isAssumed) {
    warn(
      `assuming that the management account is ${found.accountId}, in which no stack is, because no stack creates `
      + 'accounts; to choose another one: --management-account <id>',
    );
  }
  return found?.accountId ?? DEFAULT_MANAGEMENT_ACCOUNT_ID;
}

/** An organization is in one partition, so all stacks of a rehearsal are, too. */
function partitionOf(stacks: readonly AssemblyStack[]): string | undefined {
  const [first, ...others] = stacks;
  if (first === undefined) return undefined;
  const partition = partitionOfRegion(first.region);
  const other = others.find(({ region }) => partitionOfRegion(region) !== partition);
  if (other === undefined) return partition;
  throw new UsageError(
    `stack '${first.displayName}' is in partition ${partition} (${first.region}), but stack '${other.displayName}' in `
    + `${partitionOfRegion(other.region)} (${other.region}): an organization is in one partition, so rehearse the `
    + 'stacks of each partition as an app of its own',
  );
}

/** `--then` and `--approve` imply `--pipelines`: the commands usually push commits. */
export function runsPipelines({ pipelines = false, then = [], approve = [] }: RehearseOptions): boolean {
  return pipelines || then.length > 0 || approve.length > 0;
}
