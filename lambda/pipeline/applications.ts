import { applicationNotDeleted, applicationUnreachable, protectedFromDeletion } from './errors';
import { otherPipeline } from './unknown-pipelines';
import type { PipelineRequest } from '../../src/pipeline/contract';
import { NAMES } from '../../src/private/contract';
import type { Accounts } from '../cloudformation/accounts';
import type { HandlerAccount } from '../cloudformation/handler-account';
import { bootstrapRole } from '../cloudformation/roles';
import type { ListedStack, Stacks } from '../cloudformation/stack-deployer';
import { removeStack } from '../cloudformation/stack-deployer';
import type { PipelineRecord } from '../registry/pipeline';
import type { Registry, Versioned } from '../registry/registry';
import { stackKey } from '../registry/stack';
import { isAccessDenied } from '../shared/errors';
import type { InProgress } from '../shared/lifecycle';
import { waitFor } from '../shared/lifecycle';
import { retryWhileRolePropagates } from '../shared/propagation';

/** The stacks that a pipeline has deployed in its account. */
export class Applications {
  public constructor(
    private readonly registry: Registry,
    private readonly accounts: Accounts,
    private readonly handlerAccount: HandlerAccount,
    private readonly now: () => number,
  ) {}

  /**
   * Deletes the next stack, and returns what to wait for; undefined: all are deleted. The newest stack is deleted
   * first, and none before the stacks that import its exports.
   */
  public async deleteNext(place: PipelineRequest, record: Versioned<PipelineRecord>): Promise<InProgress | undefined> {
    const stacks = await this.stacksIn(place, record);
    const found = await this.find(stacks, place, record);
    if (found.length === 0) return undefined;
    const protectedStacks = found.filter(({ isProtected }) => isProtected);
    if (protectedStacks.length > 0) {
      throw protectedFromDeletion(
        place,
        protectedStacks.map(({ stackName }) => stackName),
      );
    }
    const busy = found.find(isBusy);
    if (busy) return waitFor(`stack '${busy.stackName}' in account ${place.accountId} (${busy.status})`);
    const next = await this.nextToDelete(stacks, found, place);
    try {
      const progress = await removeStack(
        stacks,
        { stackName: next.stackName, roleArn: bootstrapRole(this.handlerAccount.partition, 'cfn-exec', place) },
        {
          place: `account ${place.accountId}`,
          token: `${record.attempt}-${next.stackId.split('/').at(-1)}`,
          advice: '',
        },
      );
      return progress.done ? waitFor('the next application stack') : progress;
    } catch (error) {
      throw applicationNotDeleted(place, next.stackName, error);
    }
  }

  /** Assumes the role that deploys applications. @throws AccountUnreachableError */
  private async stacksIn(place: PipelineRequest, record: PipelineRecord): Promise<Stacks> {
    const application = { ...place, stackName: '' };
    try {
      return await this.accounts.stacksIn(application);
    } catch (refused) {
      const error = retryWhileRolePropagates(refused, this.now() - record.requestedAt);
      if (!isAccessDenied(error)) throw error;
      throw applicationUnreachable(application, this.handlerAccount, error);
    }
  }

  /**
   * Stacks created with the bootstrap's role since the pipeline was created, except those that this app deploys itself.
   * The stack of the pipeline may have been deleted by hand, and created again later.
   */
  private async find(
    stacks: Stacks,
    place: PipelineRequest,
    record: PipelineRecord,
  ): Promise<readonly ListedStack[]> {
    const all = await stacks.list();
    const pipeline = all.find(({ stackName }) => stackName === place.stackName);
    const since = record.createdAt ?? pipeline?.createdAt.getTime();
    // the account belongs to another environment since
    if (since === undefined || otherPipeline(all, place) !== undefined) return [];
    const role = bootstrapRole(this.handlerAccount.partition, 'cfn-exec', place);
    const candidates = all.filter(
      stack =>
        stack.roleArn === role
        && !stack.isNested
        && stack.createdAt.getTime() >= since
        && !stack.stackName.startsWith(NAMES.stackPrefix)
        // an account stack, whose record may be lost
        && stack.tags[NAMES.stackTag] === undefined
        && stack.stackName !== place.stackName,
    );
    const records = await Promise.all(
      candidates.map(async ({ stackName }) => this.registry.read(stackKey({ ...place, stackName }))),
    );
    return candidates
      .filter((_, index) => !records[index])
      .sort((one, other) => other.createdAt.getTime() - one.createdAt.getTime());
  }

  private async nextToDelete(
    stacks: Stacks,
    found: readonly ListedStack[],
    place: PipelineRequest,
  ): Promise<ListedStack> {
    const importers = new Set<string>();
    for (const stack of found) {
      const users = (await Promise.all(stack.exports.map(async name => importersOf(stacks, name))))
        .flat()
        .filter(name => name !== stack.stackName);
      if (users.length === 0) return stack;
      users.forEach(name => importers.add(name));
    }
    const [{ stackName }] = found;
    const reason = new Error(`other stacks import its exports: ${[...importers].join(', ')}`);
    throw applicationNotDeleted(place, stackName, reason);
  }
}

function isBusy({ status }: ListedStack): boolean {
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}

/**
 * The bootstrap of an existing account may not allow ListImports. Then CloudFormation rejects the deletion of an
 * imported stack.
 */
async function importersOf(stacks: Stacks, exportName: string): Promise<readonly string[]> {
  try {
    return await stacks.importers(exportName);
  } catch (error) {
    if (isAccessDenied(error)) return [];
    throw error;
  }
}
