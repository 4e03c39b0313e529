import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { fail } from './validate';

const TREE = Symbol.for('cdk-org-environments.branch-tree');

interface Entry { readonly branch: IConstruct; readonly parent: string }

/** The branches of an app and their parent branches, which are created first. */
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
    this.rejectCircle(branch, branches, name);
    rejectNested(branch, branches, [name, parent]);

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

  private rejectCircle(branch: IConstruct, branches: ReadonlyMap<string, Entry>, name: string): void {
    const path = [name];
    for (let entry = branches.get(name); entry; entry = branches.get(entry.parent)) {
      path.push(entry.parent);
      if (entry.parent === name) {
        fail(branch, `the parent branches form a circle: ${path.join(' from ')}; `
          + "set the parentBranchName of one of them to a branch like 'main'");
      }
    }
  }
}

/** Git keeps a branch as a file: 'env/prod' and 'env/prod/hotfix' cannot exist in one repository. */
function rejectNested(branch: IConstruct, branches: ReadonlyMap<string, Entry>, added: readonly string[]): void {
  const names = [...branches].flatMap(([name, { parent }]) => [name, parent]).filter(name => !Token.isUnresolved(name));
  for (const name of added) {
    const other = names.find(known => known.startsWith(`${name}/`) || name.startsWith(`${known}/`));
    if (other === undefined || Token.isUnresolved(name)) continue;
    fail(branch, `a repository cannot have the branches '${other}' and '${name}' at the same time, because one name `
      + 'begins with the other and a slash: rename one of them');
  }
}
