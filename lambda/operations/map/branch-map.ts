import type { MapBranch } from '../../../src/operations/contract';
import { branchKey } from '../../registry/branch';
import type { TreeBranch } from '../../registry/branch-tree';
import { branchTree } from '../../registry/branch-tree';
import type { ComparisonRecord } from '../../registry/comparison';
import { comparisonKey } from '../../registry/comparison';
import type { Registry, Versioned } from '../../registry/registry';
import { isNamed } from '../../shared/errors';
import type { Hosts } from '../../sources/hosts';
import { SourceError } from '../../sources/source';

export type MapCalls = 'head' | 'compare';

/** Branches that are compared concurrently, below the limits of hosts. */
const CONCURRENT = 10;

/** Time in which comparisons begin. What is missing then is compared by the next call. */
const BUDGET_MILLISECONDS = 120_000;

/** The tree of branches, with the commits that each branch and its parent lack of each other. */
export class BranchMap {
  public constructor(
    private readonly registry: Registry,
    private readonly hosts: Hosts<MapCalls>,
    private readonly now: () => number,
  ) {}

  public async read(): Promise<readonly MapBranch[]> {
    const { branches } = await branchTree(this.registry);
    const until = this.now() + BUDGET_MILLISECONDS;
    const heads = new Heads(this.hosts);
    const found: MapBranch[] = [];
    for (let start = 0; start < branches.length; start += CONCURRENT) {
      const group = branches.slice(start, start + CONCURRENT);
      found.push(...await Promise.all(group.map(async branch => this.describe(branch, heads, until))));
    }
    return found;
  }

  private async describe(branch: TreeBranch, heads: Heads, until: number): Promise<MapBranch> {
    const { host, repositoryName, branchName, parentName, environmentName, accountId } = branch;
    const known = { host, repositoryName, branchName, parentName, environmentName, accountId };
    if (this.now() > until) return known;
    try {
      const [head, parentHead] = [await heads.of(branch, branchName), await heads.of(branch, parentName)];
      if (head === undefined) return { ...known, problem: `branch '${branchName}' does not exist` };
      if (parentHead === undefined) return { ...known, problem: `branch '${parentName}' does not exist` };
      const comparison = await this.compare(branch, head, parentHead, until);
      return { ...known, ...comparison };
    } catch (error) {
      if (error instanceof SourceError) return { ...known, problem: error.message };
      throw error;
    }
  }

  private async compare(
    branch: TreeBranch, head: string, parentHead: string, until: number,
  ): Promise<Pick<MapBranch, 'ahead' | 'behind' | 'isMinimum'>> {
    const key = comparisonKey(branch);
    const record = await this.registry.read<ComparisonRecord>(key);
    if (record?.head === head && record.parentHead === parentHead) return countsOf(record);
    if (this.now() > until) return {};
    const comparison = await this.hosts(branch).compare(branch.repositoryName, head, parentHead);
    await this.save(key, { head, parentHead, ...comparison }, record);
    return countsOf(comparison);
  }

  private async save(key: string, record: ComparisonRecord, before: Versioned<object> | undefined): Promise<void> {
    try {
      await this.registry.write<ComparisonRecord>(key, record, before?.version);
    } catch (error) {
      // a concurrent call has written the same
      if (!isNamed(error, 'RecordChangedError')) throw error;
    }
  }
}

/** The heads of branches, each read once: many branches have the same parent. */
class Heads {
  private readonly heads = new Map<string, Promise<string | undefined>>();

  public constructor(private readonly hosts: Hosts<MapCalls>) {}

  public async of(branch: TreeBranch, name: string): Promise<string | undefined> {
    const key = branchKey({ ...branch, branchName: name });
    const known = this.heads.get(key) ?? this.hosts(branch).head(branch.repositoryName, name);
    this.heads.set(key, known);
    return known;
  }
}

function countsOf({ ahead, behind, isMinimum }: Pick<ComparisonRecord, 'ahead' | 'behind' | 'isMinimum'>) {
  return { ahead, behind, ...isMinimum && { isMinimum } };
}
