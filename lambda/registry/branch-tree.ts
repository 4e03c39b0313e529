import { branchKey, repositoryId } from './branch';
import type { BranchRecord } from './branch';
import type { Registry } from './registry';
import type { BranchRequest } from '../../src/branch/contract';
import { LISTED } from '../../src/registry/contract';

/** A branch of an environment, and the branch from which it comes. */
export type TreeBranch = BranchRequest;

type TreeRepository = Pick<TreeBranch, 'host' | 'repositoryName'>;

/** The branches of all environments. Every branch knows its parent; the root of a repository has no environment. */
export async function branchTree(registry: Registry): Promise<BranchTree> {
  const records = await registry.list<BranchRecord>(LISTED.branch);
  const formerNames = new Map<string, string>();
  const branches = records.filter(({ removing }) => !removing).flatMap(record => {
    const branch = record.owners.at(-1)?.request;
    if (!branch) return [];
    for (const name of [...record.formerNames ?? [], record.renamedFrom?.branchName ?? []].flat()) {
      formerNames.set(branchKey({ ...branch, branchName: name }), branch.branchName);
    }
    return [branch];
  });
  const names = new Set(branches.map(branchKey));
  return new BranchTree(branches.map(branch => {
    // a parent that was renamed in another app
    const key = branchKey({ ...branch, branchName: branch.parentName });
    const parentName = names.has(key) ? branch.parentName : formerNames.get(key) ?? branch.parentName;
    return parentName === branch.branchName ? branch : { ...branch, parentName };
  }));
}

export class BranchTree {
  public constructor(public readonly branches: readonly TreeBranch[]) {}

  /**
   * The branch with this name, or of the environment with this name.
   *
   * @param repository the repository of the branch. @default - any
   * @throws if there is none, or more than one
   */
  public find(name: string, repository?: TreeRepository): TreeBranch {
    const id = repository && repositoryId(repository);
    const all = this.branches.filter(branch => [undefined, repositoryId(branch)].includes(id));
    const found = [
      all.filter(({ branchName }) => branchName === name),
      all.filter(({ environmentName }) => environmentName === name),
    ].find(({ length }) => length > 0) ?? [];
    if (found.length === 1 && found[0]) return found[0];
    if (found.length > 1) {
      const names = found.map(branch => `'${branch.branchName}' of repository '${repositoryId(branch)}'`);
      throw new Error(`'${name}' is not unique: there are ${names.join(', ')}; name the branch, or the environment`);
    }
    const known = all.map(({ branchName }) => `'${branchName}'`).sort();
    const where = repository === undefined ? '' : ` in repository '${repository.repositoryName}'`;
    throw new Error(
      `no environment has the branch or the name '${name}'${where}: `
        + (known.length > 0 ? `there are the branches ${known.join(', ')}` : 'no environment has a branch'),
    );
  }

  /** The branch and its ancestors, the root last. */
  public path({ branchName, ...repository }: TreeRepository & { readonly branchName: string }): readonly string[] {
    const path = [branchName];
    for (let at = this.at(repository, branchName); at; at = this.at(repository, at.parentName)) {
      if (path.includes(at.parentName)) break;
      path.push(at.parentName);
    }
    return path;
  }

  /** The lowest branch from which all of these come, or which is one of them; undefined: they have different roots. */
  public lowestCommonAncestor(branches: readonly TreeBranch[]): string | undefined {
    const [first, ...others] = branches.map(branch => this.path(branch));
    return first?.find(name => others.every(path => path.includes(name)));
  }

  /** The branches that come from a branch, directly or not, parents first. */
  public descendants(repository: TreeRepository, branchName: string): readonly TreeBranch[] {
    const id = repositoryId(repository);
    const found: TreeBranch[] = [];
    let level = [branchName];
    while (level.length > 0) {
      const children = this.branches.filter(branch =>
        repositoryId(branch) === id && level.includes(branch.parentName) && !found.includes(branch));
      found.push(...children);
      level = children.map(child => child.branchName);
    }
    return found;
  }

  private at(repository: TreeRepository, branchName: string): TreeBranch | undefined {
    const key = branchKey({ ...repository, branchName });
    return this.branches.find(branch => branchKey(branch) === key);
  }
}
