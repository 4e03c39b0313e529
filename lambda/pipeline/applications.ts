import { notDeletedApplication, notEnterableForApplication, protectedFromDeletion } from './errors';
import type { PipelineRequest } from '../../src/pipeline/contract';
import type { Accounts } from '../cloudformation/accounts';
import type { Home } from '../cloudformation/errors';
import { wasReportedUnreachable } from '../cloudformation/fingerprint';
import { bootstrapRole } from '../cloudformation/roles';
import type { ListedStack, Stacks } from '../cloudformation/stack-deployer';
import { removeStack } from '../cloudformation/stack-deployer';
import { pipelineKey } from '../registry/pipeline';
import type { PipelineRecord } from '../registry/pipeline';
import type { Registry, Versioned } from '../registry/registry';
import { stackKey } from '../registry/stack';
import { isDenied } from '../shared/errors';
import { retryWhileRolePropagates } from '../shared/propagation';

/** The names of all stacks of this library begin so. */
const OURS = 'org-environments-';

/** The stacks that a pipeline has deployed in its account. */
export class Applications {
  public constructor(
    private readonly registry: Registry, private readonly accounts: Accounts, private readonly home: Home, private readonly now: () => number,
  ) {}

  /** Deletes them one after another and says whether all are gone: those that came last go first, and none before those that import from it. */
  public async remove(place: PipelineRequest, record: Versioned<PipelineRecord>): Promise<boolean> {
    const stacks = await this.enter(place, record);
    if (!stacks) return true;
    const found = await this.find(stacks, place);
    if (found.length === 0) return true;
    const guarded = found.filter(({ isProtected }) => isProtected);
    if (guarded.length > 0) throw protectedFromDeletion(place, guarded.map(({ stackName }) => stackName));
    if (found.some(isBusy)) return false;
    const next = await this.choose(stacks, found, place);
    try {
      await removeStack(stacks, { stackName: next.stackName, roleArn: bootstrapRole(this.home.partition, 'cfn-exec', place) }, {
        place: `account ${place.accountId}`, token: `${record.attempt}-${next.stackId.split('/').at(-1)}`, wayOut: '',
      });
    } catch (error) {
      throw notDeletedApplication(place, next.stackName, error);
    }
    return false;
  }

  /** Enters the account as an application is deployed, and not as its pipeline is; nothing if that is refused and was told before. */
  private async enter(place: PipelineRequest, record: Versioned<PipelineRecord>): Promise<Stacks | undefined> {
    const application = { ...place, stackName: '' };
    try {
      return await this.accounts.enter(application);
    } catch (refused) {
      if (isDenied(refused) && wasReportedUnreachable(record)) return undefined;
      const error = retryWhileRolePropagates(refused, this.now() - record.since);
      if (!isDenied(error)) throw error;
      // the pipeline goes through another role, so its deletion would not tell
      await this.registry.write<PipelineRecord>(pipelineKey(place), { ...record, unreachable: record.attempt }, record.version);
      throw notEnterableForApplication(application, this.home, error);
    }
  }

  /** What CloudFormation deployed with the bootstrap's role since the pipeline was made, but for what this app itself deploys there. */
  private async find(stacks: Stacks, place: PipelineRequest): Promise<readonly ListedStack[]> {
    const all = await stacks.list();
    const pipeline = all.find(({ stackName }) => stackName === place.stackName);
    if (!pipeline) return [];
    const role = bootstrapRole(this.home.partition, 'cfn-exec', place);
    const candidates = all.filter(stack => stack.roleArn === role && !stack.isNested && stack.createdAt >= pipeline.createdAt
      && !stack.stackName.startsWith(OURS) && stack.stackName !== place.stackName);
    const records = await Promise.all(candidates.map(async ({ stackName }) => this.registry.read(stackKey({ ...place, stackName }))));
    return candidates.filter((_, index) => !records[index]).sort((one, other) => other.createdAt.getTime() - one.createdAt.getTime());
  }

  private async choose(stacks: Stacks, found: readonly ListedStack[], place: PipelineRequest): Promise<ListedStack> {
    const importers = new Set<string>();
    for (const stack of found) {
      const users = (await Promise.all(stack.exports.map(async name => importersOf(stacks, name)))).flat().filter(name => name !== stack.stackName);
      if (users.length === 0) return stack;
      users.forEach(name => importers.add(name));
    }
    const [{ stackName }] = found;
    throw notDeletedApplication(place, stackName, new Error(`other stacks import what it exports: ${[...importers].join(', ')}`));
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
    if (isDenied(error)) return [];
    throw error;
  }
}
