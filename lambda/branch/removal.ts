import { openPullRequestsOf, removalRefused, usedByChildren } from './errors';
import type { ProtectionCalls } from './protection';
import { Protections } from './protection';
import type { BranchRequest } from '../../src/branch/contract';
import { LISTED } from '../../src/registry/contract';
import type { Archive, BranchRecord } from '../registry/branch';
import { archiveName, branchKey, repositoryId } from '../registry/branch';
import type { Registry, Versioned } from '../registry/registry';
import type { Hosts } from '../sources/hosts';
import { BranchMovedError, SourceError } from '../sources/source';

/** The calls of the host that the removal of a branch needs. */
export type RemovalCalls = ProtectionCalls | 'head' | 'createBranch' | 'deleteBranch' | 'contains' | 'openPullRequests';

type Read = Versioned<BranchRecord>;
type Branch = Pick<BranchRequest, 'host' | 'repositoryName' | 'branchName'>;

/** Removes branches. Commits that no other branch is known to have are kept as a branch `archive/<branch>/<time>`. */
export class BranchRemoval {
  private readonly protection: Protections;

  public constructor(
    private readonly registry: Registry,
    private readonly hosts: Hosts<RemovalCalls>,
    private readonly now: () => number,
  ) {
    this.protection = new Protections(registry, hosts);
  }

  /**
   * Removes the branch of an environment, and its record. It may be repeated after a crash at any call.
   * @throws if pull requests are open, or if branches of other environments come from it
   */
  public async remove(request: BranchRequest, record: Read): Promise<void> {
    const head = await this.hosts(request).head(request.repositoryName, request.branchName);
    if (head === undefined) {
      const { version } = await this.protection.release(request, record);
      return this.registry.remove(branchKey(request), version);
    }
    await this.assertUnused(request);
    const { version } = await this.take(request, record, head, request.parentName);
    await this.registry.remove(branchKey(request), version);
  }

  /**
   * Removes the former branch of an environment, whose commits are in the new branch. It is kept if a pull request is
   * open, or if it is in use otherwise.
   */
  public async removeFormer(former: BranchRequest, record: Read, newName: string): Promise<Read> {
    const head = await this.hosts(former).head(former.repositoryName, former.branchName);
    if (head === undefined || (await this.isOpen(former))) return this.protection.release(former, record);
    try {
      return await this.take(former, record, head, newName);
    } catch (error) {
      // for example the default branch of the repository
      if (!(error instanceof SourceError) || error instanceof BranchMovedError) throw error;
      return await this.registry.read<BranchRecord>(branchKey(former)) ?? record;
    }
  }

  /** @throws if pull requests from or to the branch are open */
  public async assertNoPullRequests(branch: BranchRequest, isRename: boolean): Promise<void> {
    const open = await this.hosts(branch).openPullRequests(branch.repositoryName, branch.branchName);
    if (open.length > 0) throw openPullRequestsOf(branch, open, isRename);
  }

  private async isOpen({ repositoryName, branchName, ...branch }: Branch): Promise<boolean> {
    return (await this.hosts(branch).openPullRequests(repositoryName, branchName)).length > 0;
  }

  private async assertUnused(request: BranchRequest): Promise<void> {
    await this.assertNoPullRequests(request, false);
    const { branchName } = request;
    const children: string[] = [];
    for (const { owners } of await this.registry.list<BranchRecord>(LISTED.branch)) {
      const child = owners.at(-1)?.request;
      if (child?.parentName !== branchName || repositoryId(child) !== repositoryId(request)) continue;
      // the list may be older than a removal
      const record = await this.registry.read<BranchRecord>(branchKey(child));
      if (record && !record.removing) children.push(child.branchName);
    }
    if (children.length > 0) throw usedByChildren(request, children);
  }

  /** Keeps the commits of a branch that another branch lacks, and deletes the branch. */
  private async take(branch: BranchRequest, record: Read, head: string, other: string): Promise<Read> {
    const { repositoryName, branchName } = branch;
    const host = this.hosts(branch);
    const otherHead = other === branchName ? undefined : await host.head(repositoryName, other);
    const isContained = otherHead !== undefined && (await host.contains(repositoryName, otherHead, head)) === true;
    const kept = isContained ? record : await this.archive(branch, record, head);
    try {
      // a host may not delete a branch that is protected
      const released = await this.protection.release(branch, kept);
      const deleted = await host.deleteBranch(repositoryName, branchName, head);
      // a push between the last look and the deletion
      return deleted === undefined || deleted === head ? released : await this.archive(branch, released, deleted);
    } catch (error) {
      const isFinal = error instanceof SourceError && !(error instanceof BranchMovedError);
      throw isFinal ? removalRefused(branch, error) : error;
    }
  }

  /** The name is recorded first: after a crash, the same archive is used. */
  private async archive(branch: BranchRequest, record: Read, commitId: string): Promise<Read> {
    const { repositoryName } = branch;
    const host = this.hosts(branch);
    const known = record.removing?.archive;
    const archive: Archive = known?.commitId === commitId
      ? known
      : { branchName: archiveName(branch.branchName, this.now(), known?.branchName), commitId };
    const saved = archive === known
      ? record
      : await this.registry.write<BranchRecord>(
        branchKey(branch), { ...record, removing: { archive } }, record.version,
      );
    if ((await host.head(repositoryName, archive.branchName)) === commitId) return saved;
    await host.createBranch(repositoryName, archive.branchName, commitId);
    return saved;
  }
}
