import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { fail } from './validate';

const INDEX = Symbol.for('cdk-org-environments.app-index');

/** What must be unique in one app. It hangs on the root of the tree, so two apps in one process never mix. */
export class UniqueClaims {
  public static of(scope: IConstruct): UniqueClaims {
    const root: IConstruct & { [INDEX]?: UniqueClaims } = scope.node.root;
    return (root[INDEX] ??= new UniqueClaims());
  }

  private readonly claims = new Map<string, IConstruct>();

  /** Claims a value for a construct. @throws when another construct has it, with the way out in `hint` */
  public claim(scope: IConstruct, kind: string, value: string, hint: string): void {
    if (Token.isUnresolved(value)) return;
    const key = `${kind}\n${value}`;
    const holder = this.claims.get(key);
    if (holder && holder !== scope) fail(scope, `the ${kind} '${value}' is used already by '${holder.node.path}': ${hint}`);
    this.claims.set(key, scope);
  }
}
