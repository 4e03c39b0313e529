import { Logger } from '@aws-lambda-powertools/logger';
import { contains, descriptorOf, readDescriptor, render } from './descriptor';
import { deleted, forcePushed, noRecord, notDescribed, unprotected } from './drift';
import type { HandlerLocation } from './errors';
import { nestedNames, toUserError } from './errors';
import { FormerBranches, withMoves } from './former';
import { knownCommits, lastCommit, lostCommit } from './history';
import { assertSameParent, withParent } from './parents';
import { isProtected, Protections, rulesOf } from './protection';
import { BranchRemoval } from './removal';
import type { RemovalCalls } from './removal';
import { headOfParent, nestedBranch, startOf } from './start';
import type { BranchRequest, BranchResult } from '../../src/branch/contract';
import type { Drift } from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';
import type { BranchRecord } from '../registry/branch';
import { branchKey, repositoryId } from '../registry/branch';
import { foreignOwner, owns, stackNameOf, withOwner, withoutOwner } from '../registry/owners';
import type { Registry, Versioned } from '../registry/registry';
import { DONE, done, waitFor } from '../shared/lifecycle';
import type { Lifecycle, Owner, Progress } from '../shared/lifecycle';
import type { Hosts } from '../sources/hosts';
import { BranchMovedError, SourceError } from '../sources/source';

const logger = new Logger({ serviceName: 'org-environments' });

type Read = Versioned<BranchRecord>;

/** The calls of the host that a branch needs. */
export type BranchCalls = RemovalCalls | 'branches' | 'file' | 'commitFile' | 'requires' | 'resolve';

/** Creates, adopts, renames or archives the branch of an environment, and writes its descriptor. No commit is lost. */
export class BranchLifecycle implements Lifecycle<BranchRequest, BranchResult> {
  private readonly protection: Protections;
  private readonly removal: BranchRemoval;
  private readonly former: FormerBranches;

  public constructor(
    private readonly registry: Registry,
    private readonly hosts: Hosts<BranchCalls>,
    private readonly place: HandlerLocation,
    private readonly now: () => number = Date.now,
  ) {
    this.protection = new Protections(registry, hosts);
    this.removal = new BranchRemoval(registry, hosts, now);
    this.former = new FormerBranches(registry, hosts, this.protection, this.removal);
  }

  public recordKeys(request: BranchRequest): readonly string[] {
    return [branchKey(request)];
  }

  public subjectOf({ branchName, repositoryName }: BranchRequest): string {
    return `branch '${branchName}' of repository '${repositoryName}'`;
  }

  public async requestCreate(owner: Owner, request: BranchRequest): Promise<void> {
    const { version, ...record } = await this.claimed(owner, request);
    await this.registry.write<BranchRecord>(branchKey(request), record, version);
  }

  /**
   * With another name in the same repository, the environment takes its branch with it. In another repository, its
   * former branch stays, and its rules are removed when the new branch is complete.
   */
  public async requestUpdate(owner: Owner, request: BranchRequest, before: BranchRequest): Promise<void> {
    if (branchKey(before) === branchKey(request)) {
      const { version, ...record } = await this.claimed(owner, request);
      // if the record was lost, the former declaration names the parent that the branch has
      const parents = version === undefined ? withParent(record, before.parentName) : record.parents;
      await this.registry.write<BranchRecord>(branchKey(request), { ...record, parents }, version);
      return;
    }
    const former = await this.registry.read<BranchRecord>(branchKey(before));
    const { version, ...record } = await this.claimed(owner, request);
    const isOnly = former !== undefined && owns(former.owners, owner) && former.owners.length === 1;
    const isRename = isOnly && repositoryId(request) === repositoryId(before);
    const isMove = isOnly && !isRename && isProtected(former);
    const isKnown = record.renamedFrom?.branchName === before.branchName;
    const rename = isRename && !isKnown && { renamedFrom: { branchName: before.branchName } };
    const seen = isRename && former.seen && { seen: former.seen };
    const moves = former && withMoves(request, record, former, isMove ? [before] : []);
    await this.registry.write<BranchRecord>(branchKey(request), { ...seen, ...record, ...rename, ...moves }, version);
    if (!isRename && !isMove) await this.former.release(owner, before);
  }

  /**
   * A branch that exists takes the place of a former one, whose record is released. If it does not exist, the rollback
   * of a rename was skipped, and the former branch is the branch of the environment.
   */
  public async requestFormer(
    owner: Owner, request: BranchRequest, former: BranchRequest, isCreation: boolean,
  ): Promise<void> {
    const record = await this.registry.read<BranchRecord>(branchKey(former));
    if (branchKey(former) === branchKey(request) || !record || !owns(record.owners, owner)) return;
    if (!isCreation && !(await this.exists(request))) return this.requestUpdate(owner, request, former);
    const failure = await this.former.leave(owner, former);
    if (failure !== undefined) logger.warn(failure);
  }

  private async exists(request: BranchRequest): Promise<boolean> {
    try {
      return await this.hosts(request).head(request.repositoryName, request.branchName) !== undefined;
    } catch (error) {
      throw toUserError(error, request, this.place);
    }
  }

  public async requestDelete(owner: Owner, request: BranchRequest): Promise<void> {
    const record = await this.registry.read<BranchRecord>(branchKey(request));
    if (!record || !owns(record.owners, owner)) return;
    // a rename that did not end has left the record of the former branch
    const former = record.renamedFrom?.branchName;
    if (former !== undefined) await this.former.release(owner, { ...request, branchName: former });
    const isLast = withoutOwner(record.owners, owner).length === 0;
    const isKept = request.removal !== 'archive' || record.origin !== 'created' || !isLast;
    const hasRules = isProtected(record) || record.movedFrom !== undefined;
    if (isKept && !(isLast && hasRules)) return this.former.release(owner, request, record);
    const mark = isKept ? { unprotecting: true as const } : { removing: {} };
    await this.registry.write<BranchRecord>(branchKey(request), { ...record, ...mark }, record.version);
  }

  /** Removes the rules of a branch that stays, and its record. */
  private async unprotect(request: BranchRequest, found: Read): Promise<Progress<void>> {
    try {
      const { record, note } = await this.former.endMoves(request, found);
      const { version } = await this.protection.release(request, record);
      await this.registry.remove(branchKey(request), version);
      return { ...DONE, ...note };
    } catch (error) {
      throw toUserError(error, request, this.place);
    }
  }

  public async reconcile(owner: Owner, request: BranchRequest): Promise<Progress<BranchResult>> {
    const record = await this.registry.read<BranchRecord>(branchKey(request));
    if (!record || !owns(record.owners, owner)) {
      throw new Error(
        `branch '${request.branchName}' of repository '${request.repositoryName}' was removed from environment `
          + `'${request.environmentName}' during its creation: deploy again`,
      );
    }
    try {
      const head = await this.hosts(request).head(request.repositoryName, request.branchName);
      return head === undefined ? await this.createBranch(request, record) : await this.describe(request, record, head);
    } catch (error) {
      if (error instanceof BranchMovedError) return waitFor('a moment without pushes to the branch');
      throw toUserError(error, request, this.place);
    }
  }

  /**
   * A renamed construct is deleted when the update fails. Then its former owner gets no request, so the descriptor is
   * written as the former owner declares it.
   */
  public async reconcileDelete(owner: Owner, request: BranchRequest): Promise<Progress<void>> {
    const record = await this.registry.read<BranchRecord>(branchKey(request));
    if (record?.removing && owns(record.owners, owner)) return this.remove(request, record);
    if (record?.unprotecting && owns(record.owners, owner)) return this.unprotect(request, record);
    const next = record?.owners.at(-1);
    // a rejected declaration must not change what belongs to another app
    if (next?.stackId !== owner.stackId) return DONE;
    const progress = await this.reconcile(next, next.request);
    return progress.done ? DONE : progress;
  }

  public async check(owner: Owner, request: BranchRequest): Promise<readonly Drift[]> {
    const record = await this.registry.read<BranchRecord>(branchKey(request));
    if (!record || record.owners.at(-1)?.id !== owner.id) return record ? [] : [noRecord(request)];
    try {
      return await this.differences(request, record);
    } catch (error) {
      throw toUserError(error, request, this.place);
    }
  }

  /** A branch that exists is accepted as it is; a deleted one is created again at its last known commit. */
  public async requestRepair(owner: Owner, request: BranchRequest): Promise<void> {
    const { repositoryName, branchName } = request;
    const head = await this.hosts(request).head(repositoryName, branchName);
    // the rules are made again
    const { version, review, checks, ...record } = await this.claimed(owner, request);
    const seen = head !== undefined && { seen: { head, at: this.now() } };
    await this.registry.write<BranchRecord>(branchKey(request), { ...record, ...seen }, version);
  }

  private async remove(request: BranchRequest, found: Read): Promise<Progress<void>> {
    try {
      const { record, note } = await this.former.endMoves(request, found);
      await this.removal.remove(request, record);
      return { ...DONE, ...note };
    } catch (error) {
      if (error instanceof BranchMovedError) return waitFor('a moment without pushes to the branch');
      throw toUserError(error, request, this.place);
    }
  }

  /** The record with the owner. @throws if another stack owns the branch */
  private async claimed(owner: Owner, request: BranchRequest): Promise<BranchRecord & { readonly version?: number }> {
    const record = await this.registry.read<BranchRecord>(branchKey(request));
    const foreign = record && foreignOwner(record.owners, owner);
    if (foreign) {
      throw new Error(
        `branch '${request.branchName}' of repository '${request.repositoryName}' belongs `
          + `to environment '${record.environmentName}' of stack '${stackNameOf(foreign)}', `
          + `so environment '${request.environmentName}' cannot use it: remove it there first, or use another branch`,
      );
    }
    const owners = withOwner(record?.owners ?? [], owner, request);
    const { removing, unprotecting, ...rest } = record ?? {};
    return { parents: [], ...rest, owners, environmentName: request.environmentName };
  }

  private async differences(request: BranchRequest, record: Read): Promise<readonly Drift[]> {
    const { repositoryName, branchName } = request;
    const host = this.hosts(request);
    const head = await host.head(repositoryName, branchName);
    const known = await knownCommits(this.registry, request, record);
    if (head === undefined) return [deleted(request, known && (await lastCommit(host, request, known)))];
    const lost = known && (await lostCommit(host, request, known, head));
    const isDescribed = contains(await readDescriptor(this.hosts(request), request, head), descriptorOf(request));
    if (lost === undefined && record.seen?.head !== head) {
      const seen = { head, at: this.now() };
      await this.registry.write<BranchRecord>(branchKey(request), { ...record, seen }, record.version);
    }
    const rules = rulesOf(request);
    const isUnprotected = rules !== undefined && !(await host.requires(repositoryName, branchName, rules));
    return [
      ...(lost === undefined ? [] : [forcePushed(request, lost)]),
      ...(isDescribed ? [] : [notDescribed(request)]),
      ...(isUnprotected ? [unprotected(request)] : []),
    ];
  }

  private async createBranch(request: BranchRequest, record: Read): Promise<Progress<BranchResult>> {
    const { repositoryName, branchName, parentName } = request;
    const former = await this.former.headBeforeRename(request, record);
    const known = await knownCommits(this.registry, request, record);
    const last = former ?? (known && (await lastCommit(this.hosts(request), request, known)));
    const start = last ?? (await startOf(this.hosts(request), request, this.place));
    const { commitId, seen, renamedFrom, ...rest } = record;
    const intended = await this.registry.write<BranchRecord>(
      branchKey(request),
      {
        ...rest,
        origin: 'created',
        parents: withParent(record, parentName),
        ...(last !== undefined && { seen: { head: last, at: this.now() } }),
        ...(renamedFrom && { renamedFrom: { ...renamedFrom, ...(former !== undefined && { isCopy: true }) } }),
      },
      record.version,
    );
    try {
      await this.hosts(request).createBranch(repositoryName, branchName, start);
    } catch (error) {
      const nested = error instanceof SourceError ? await nestedBranch(this.hosts(request), request) : undefined;
      throw nested === undefined ? error : nestedNames(request, nested);
    }
    return this.describe(request, intended, start);
  }

  private async describe(request: BranchRequest, record: Read, head: string): Promise<Progress<BranchResult>> {
    const { repositoryName, branchName } = request;
    const file = await readDescriptor(this.hosts(request), request, head);
    const descriptor = descriptorOf(request);
    if (contains(file, descriptor)) return this.settle(request, record, record.commitId ?? head);

    assertSameParent(request, record, file);
    if (!record.parents.includes(request.parentName)) await headOfParent(this.hosts(request), request, this.place);
    const { commitId: before, version, ...rest } = record;
    const parents = withParent(record, request.parentName);
    const isRecorded = before === undefined && parents === record.parents;
    const intent = isRecorded
      ? record
      : await this.registry.write<BranchRecord>(branchKey(request), { ...rest, parents }, version);
    const commitId = await this.hosts(request).commitFile({
      repositoryName,
      branchName,
      parentCommitId: head,
      path: NAMES.descriptor,
      text: render(file, descriptor),
      message: `chore(environment): describe ${request.environmentName}`,
    });
    return this.settle(request, intent, commitId);
  }

  private async settle(request: BranchRequest, found: Read, commitId: string): Promise<Progress<BranchResult>> {
    let record = found;
    if (record.commitId !== commitId || !record.parents.includes(request.parentName)) {
      const settled: BranchRecord = {
        ...record,
        origin: record.origin ?? 'adopted',
        parents: withParent(record, request.parentName),
        commitId,
      };
      record = await this.registry.write<BranchRecord>(branchKey(request), settled, record.version);
    }
    record = await this.protection.apply(request, record);
    const { note } = await this.former.endMoves(request, await this.former.endRename(request, record));
    return { ...done({ branchName: request.branchName, commitId }), ...note };
  }
}
