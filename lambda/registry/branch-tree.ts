import type { BranchRecord } from './branch';
import type { Registry } from './registry';
import type { BranchRequest } from '../../src/branch/contract';
import { LISTED } from '../../src/registry/contract';

/** A branch of an environment, and the branch from which it comes. */
export type TreeBranch = BranchRequest;

/** The branches of all environments. Every branch knows its parent; the root of a repository has no environment. */
export async function branchTree(registry: Registry): Promise<BranchTree> {
  const records = await registry.list<BranchRecord>(LISTED.branch);
  const formerNames = new Map<string, string>();
  const branches = records.filter(({ removing }) => !removing).flatMap(record => {
    const branch = record.owners.at(-1)?.request;
    if (!branch) return [];
    for (const name of [...record.formerNames ?? [], record.renamedFrom?.branchName ?? []].flat()) {
      formerNames.set(`${branch.repositoryName}#${name}`, branch.branchName);
    }
    return [branch];
  });
  const names = new Set(branches.map(({ repositoryName, branchName }) => `${repositoryName}#${branchName}`));
  return new BranchTree(branches.map(branch => {
    // a parent that was renamed in another app
    const key = `${branch.repositoryName}#${branch.parentName}`;
    const parentName = names.has(key) ? branch.parentName : formerNames.get(key) ?? branch.parentName;
    return parentName === branch.branchName ? branch : { ...branch, parentName };
  }));
}

export class BranchTree {
  public constructor(public readonly branches: readonly TreeBranch[]) {}

  /**
   * The branch with this name, or of the environment with this name.
   * @throws if there is none, or more than one
   */
  public find(name: string, repositoryName?: string): TreeBranch {
    const all = this.branches.filter(branch => [undefined, branch.repositoryName].includes(repositoryName));
    const found = [
      all.filter(({ branchName }) => branchName === name),
      all.filter(({ environmentName }) => environmentName === name),
    ].find(({ length }) => length > 0) ?? [];
    if (found.length === 1 && found[0]) return found[0];
    if (found.length > 1) {
      const names = found.map(branch => `'${branch.branchName}' of repository '${branch.repositoryName}'`);
      throw new Error(`'${name}' is not unique: there are ${names.join(', ')}; name the branch, or the environment`);
    }
    const known = all.map(({ branchName }) => `'${branchName}'`).sort();
    const where = repositoryName === undefined ? '' : ` in repository '${repositoryName}'`;
    throw new Error(
      `no environment has the branch or the name '${name}'${where}: `
        + (known.length > 0 ? `there are the branches ${known.join(', ')}` : 'no environment has a branch'),
    );
  }

  /** The branch and its ancestors, the root last. */
  public path({ repositoryName, branchName }: Pick<TreeBranch, 'repositoryName' | 'branchName'>): readonly string[] {
    const path = [branchName];
    for (let at = this.at(repositoryName, branchName); at; at = this.at(repositoryName, at.parentName)) {
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
  public descendants(repositoryName: string, branchName: string): readonly TreeBranch[] {
    const found: TreeBranch[] = [];
    let level = [branchName];
    while (level.length > 0) {
      const children = this.branches.filter(branch =>
        branch.repositoryName === repositoryName && level.includes(branch.parentName) && !found.includes(branch));
      found.push(...children);
      level = children.map(child => child.branchName);
    }
    return found;
  }

  private at(repositoryName: string, branchName: string): TreeBranch | undefined {
    return this.branches.find(branch => branch.repositoryName === repositoryName && branch.branchName === branchName);
  }
}
