import type { Protections } from './protection';
import type { BranchRemoval } from './removal';
import type { BranchRequest } from '../../src/branch/contract';
import type { BranchRecord, FormerBranch } from '../registry/branch';
import { branchKey } from '../registry/branch';
import { owns, withoutOwner } from '../registry/owners';
import type { Registry, Versioned } from '../registry/registry';
import type { Owner } from '../shared/lifecycle';
import type { Hosts } from '../sources/hosts';
import { BranchMovedError, SourceError } from '../sources/source';

type Read = Versioned<BranchRecord>;

/** A part of the progress: what the history says. */
interface Note {
  readonly note: string;
}

/**
 * The branches of a record and of the one before whose rules are to be removed.
 *
 * @param moved branches that the environment has left now
 */
export function withMoves(
  request: BranchRequest, record: BranchRecord, before: BranchRecord, moved: readonly BranchRequest[],
): Pick<BranchRecord, 'movedFrom'> {
  const all = [...record.movedFrom ?? [], ...before.movedFrom ?? [], ...moved.map(formerOf)];
  const byKey = new Map(all.map(branch => [branchKey(branch), branch]));
  byKey.delete(branchKey(request));
  return byKey.size > 0 ? { movedFrom: [...byKey.values()] } : {};
}

function formerOf({ host, credentialsArn, repositoryName, branchName }: BranchRequest): FormerBranch {
  return { host, repositoryName, branchName, ...credentialsArn !== undefined && { credentialsArn } };
}

function notRemoved({ branchName, repositoryName }: FormerBranch, { message }: Error): string {
  return `the rules of branch '${branchName}' of repository '${repositoryName}', which the environment had before, `
    + `were not removed: ${message}`;
}

/** The branches that environments had before: under another name, or in another repository. */
export class FormerBranches {
  public constructor(
    private readonly registry: Registry,
    private readonly hosts: Hosts<'head'>,
    private readonly protection: Protections,
    private readonly removal: BranchRemoval,
  ) {}

  /** Removes an owner from the record of a branch, and the record with its last owner. */
  public async release(owner: Owner, request: FormerBranch, known?: Read): Promise<void> {
    const key = branchKey(request);
    const record = known ?? (await this.registry.read<BranchRecord>(key));
    if (!record || !owns(record.owners, owner)) return;
    const owners = withoutOwner(record.owners, owner);
    if (owners.length > 0) await this.registry.write<BranchRecord>(key, { ...record, owners }, record.version);
    else await this.registry.remove(key, record.version);
  }

  /** The head of the branch that the environment had before a rename. */
  public async headBeforeRename(request: BranchRequest, { renamedFrom }: BranchRecord): Promise<string | undefined> {
    if (!renamedFrom) return undefined;
    const former = { ...request, branchName: renamedFrom.branchName };
    const head = await this.hosts(request).head(request.repositoryName, former.branchName);
    const known = await this.registry.read<BranchRecord>(branchKey(former));
    // the rollback of a rename must not fail
    const isRollback = known?.renamedFrom !== undefined || known?.formerNames?.includes(request.branchName);
    if (head !== undefined && !isRollback) await this.removal.assertNoPullRequests(former, true);
    return head;
  }

  /** Removes the branch that the environment had before a rename, and its record. */
  public async endRename(request: BranchRequest, record: Read): Promise<Read> {
    const { renamedFrom, formerNames = [], ...rest } = record;
    if (!renamedFrom) return record;
    const former = { ...request, branchName: renamedFrom.branchName };
    const known = await this.registry.read<BranchRecord>(branchKey(former));
    const owner = record.owners.at(-1);
    if (known && owner && owns(known.owners, owner)) {
      // in the rollback of a rename, the former branch is the copy
      const isCopy = known.origin === 'created' && known.renamedFrom?.isCopy === true;
      // a branch that existed before the environment stays
      if (known.origin === 'created' && (renamedFrom.isCopy || isCopy)) {
        const { version } = await this.removal.removeFormer(former, known, request.branchName);
        await this.registry.remove(branchKey(former), version);
      } else {
        await this.releaseWithRules(owner, former, known);
      }
    }
    const names = [...new Set([...known?.formerNames ?? [], ...formerNames, former.branchName])];
    const formerNow = names.filter(name => name !== request.branchName);
    return this.registry.write<BranchRecord>(branchKey(request), { ...rest, formerNames: formerNow }, record.version);
  }

  /** Removes the rules of the branches that the environment had in other repositories, and their records. */
  public async endMoves(request: BranchRequest, found: Read): Promise<{ readonly record: Read; readonly note?: Note }> {
    const { movedFrom, ...rest } = found;
    const owner = found.owners.at(-1);
    if (!movedFrom || !owner) return { record: found };
    const failures: string[] = [];
    for (const branch of movedFrom) {
      const failure = await this.leave(owner, branch);
      if (failure !== undefined) failures.push(failure);
    }
    const record = await this.registry.write<BranchRecord>(branchKey(request), rest, found.version);
    return { record, ...failures.length > 0 && { note: { note: failures.join('; ') } } };
  }

  /** Removes the rules of a branch that stays, and its record. Returns why the rules were not removed. */
  public async leave(owner: Owner, branch: FormerBranch): Promise<string | undefined> {
    const known = await this.registry.read<BranchRecord>(branchKey(branch));
    if (!known || !owns(known.owners, owner)) return undefined;
    try {
      await this.releaseWithRules(owner, branch, known);
      return undefined;
    } catch (error) {
      // the environment may have moved because the former repository was deleted
      if (!(error instanceof SourceError) || error instanceof BranchMovedError) throw error;
      await this.release(owner, branch);
      return notRemoved(branch, error);
    }
  }

  /** Nothing is required of a branch that stays without an environment. */
  private async releaseWithRules(owner: Owner, former: FormerBranch, record: Read): Promise<void> {
    const isLast = withoutOwner(record.owners, owner).length === 0;
    await this.release(owner, former, isLast ? await this.protection.release(former, record) : record);
  }
}
