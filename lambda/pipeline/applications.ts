import { applicationNotDeleted, applicationUnreachable, protectedFromDeletion } from './errors';
import type { PipelineRequest } from '../../src/pipeline/contract';
import type { Accounts } from '../cloudformation/accounts';
import type { HandlerAccount } from '../cloudformation/errors';
import { wasReportedUnreachable } from '../cloudformation/fingerprint';
import { bootstrapRole } from '../cloudformation/roles';
import type { ListedStack, Stacks } from '../cloudformation/stack-deployer';
import { removeStack } from '../cloudformation/stack-deployer';
import { pipelineKey } from '../registry/pipeline';
import type { PipelineRecord } from '../registry/pipeline';
import type { Registry, Versioned } from '../registry/registry';
import { stackKey } from '../registry/stack';
import { isAccessDenied } from '../shared/errors';
import { retryWhileRolePropagates } from '../shared/propagation';

/** The names of all stacks of this library begin so. */
const LIBRARY_PREFIX = 'org-environments-';

/** The stacks that a pipeline has deployed in its account. */
export class Applications {
  public constructor(
    private readonly registry: Registry, private readonly accounts: Accounts, private readonly home: HandlerAccount, private readonly now: () => number,
  ) {}

  /** Deletes them one after another and says whether all are gone: those that came last go first, and none before those that import from it. */
  public async deleteNext(place: PipelineRequest, record: Versioned<PipelineRecord>): Promise<boolean> {
    const stacks = await this.stacksIn(place, record);
    if (!stacks) return true;
    const found = await this.find(stacks, place);
    if (found.length === 0) return true;
    const protectedStacks = found.filter(({ isProtected }) => isProtected);
    if (protectedStacks.length > 0) throw protectedFromDeletion(place, protectedStacks.map(({ stackName }) => stackName));
    if (found.some(isBusy)) return false;
    const next = await this.nextToDelete(stacks, found, place);
    try {
      await removeStack(stacks, { stackName: next.stackName, roleArn: bootstrapRole(this.home.partition, 'cfn-exec', place) }, {
        place: `account ${place.accountId}`, token: `${record.attempt}-${next.stackId.split('/').at(-1)}`, advice: '',
      });
    } catch (error) {
      throw applicationNotDeleted(place, next.stackName, error);
    }
    return false;
  }

  /** Enters the account as an application is deployed, and not as its pipeline is; nothing if that is refused and was told before. */
  private async stacksIn(place: PipelineRequest, record: Versioned<PipelineRecord>): Promise<Stacks | undefined> {
    const application = { ...place, stackName: '' };
    try {
      return await this.accounts.stacksIn(application);
    } catch (refused) {
      if (isAccessDenied(refused) && wasReportedUnreachable(record)) return undefined;
      const error = retryWhileRolePropagates(refused, this.now() - record.requestedAt);
      if (!isAccessDenied(error)) throw error;
      // the pipeline goes through another role, so its deletion would not tell
      await this.registry.write<PipelineRecord>(pipelineKey(place), { ...record, unreachableAttempt: record.attempt }, record.version);
      throw applicationUnreachable(application, this.home, error);
    }
  }

  /** What CloudFormation deployed with the bootstrap's role since the pipeline was made, but for what this app itself deploys there. */
  private async find(stacks: Stacks, place: PipelineRequest): Promise<readonly ListedStack[]> {
    const all = await stacks.list();
    const pipeline = all.find(({ stackName }) => stackName === place.stackName);
    if (!pipeline) return [];
    const role = bootstrapRole(this.home.partition, 'cfn-exec', place);
    const candidates = all.filter(stack => stack.roleArn === role && !stack.isNested && stack.createdAt >= pipeline.createdAt
      && !stack.stackName.startsWith(LIBRARY_PREFIX) && stack.stackName !== place.stackName);
    const records = await Promise.all(candidates.map(async ({ stackName }) => this.registry.read(stackKey({ ...place, stackName }))));
    return candidates.filter((_, index) => !records[index]).sort((one, other) => other.createdAt.getTime() - one.createdAt.getTime());
  }

  private async nextToDelete(stacks: Stacks, found: readonly ListedStack[], place: PipelineRequest): Promise<ListedStack> {
    const importers = new Set<string>();
    for (const stack of found) {
      const users = (await Promise.all(stack.exports.map(async name => importersOf(stacks, name)))).flat().filter(name => name !== stack.stackName);
      if (users.length === 0) return stack;
      users.forEach(name => importers.add(name));
    }
    const [{ stackName }] = found;
    throw applicationNotDeleted(place, stackName, new Error(`other stacks import what it exports: ${[...importers].join(', ')}`));
  }
}

function isBusy({ status }: ListedStack): boolean {
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}

/** The bootstrap of an account that was there before may not allow the question. Then CloudFormation refuses what must not go yet. */
async function importersOf(stacks: Stacks, exportName: string): Promise<readonly string[]> {
  try {
    return await stacks.importers(exportName);
  } catch (error) {
    if (isAccessDenied(error)) return [];
    throw error;
  }
}
