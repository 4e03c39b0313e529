import type { IConstruct } from 'constructs';
import { fail } from './validate';

const TREE = Symbol.for('cdk-org-environments.branch-tree');

interface Entry { readonly branch: IConstruct; readonly parent: string }

/** The branches of one app: who comes from whom, so that parents are created before their children. */
export class BranchTree {
  public static of(scope: IConstruct): BranchTree {
    const root: IConstruct & { [TREE]?: BranchTree } = scope.node.root;
    return (root[TREE] ??= new BranchTree());
  }

  private readonly repositories = new Map<string, Map<string, Entry>>();

  public add(branch: IConstruct, repository: string, name: string, parent: string): void {
    const branches = this.repositories.get(repository) ?? new Map<string, Entry>();
    this.repositories.set(repository, branches);
    branches.set(name, { branch, parent });
    this.refuseCircle(branch, branches, name);

    const definedParent = branches.get(parent);
    if (definedParent) branch.node.addDependency(definedParent.branch);
    for (const entry of branches.values()) {
      if (entry.parent === name) entry.branch.node.addDependency(branch);
    }
  }

  /** Whether the app defines a branch of the repository. */
  public defines(repository: string, name: string): boolean {
    return this.repositories.get(repository)?.has(name) ?? false;
  }

  private refuseCircle(branch: IConstruct, branches: ReadonlyMap<string, Entry>, name: string): void {
    const way = [name];
    for (let entry = branches.get(name); entry; entry = branches.get(entry.parent)) {
      way.push(entry.parent);
      if (entry.parent === name) fail(branch, `branches cannot come from one another: ${way.join(' from ')}; one of them must come from a branch like 'main'`);
    }
  }
}
