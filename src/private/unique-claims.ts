import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { fail } from './validate';

const INDEX = Symbol.for('cdk-org-environments.unique-claims');

/**
 * Values that must be unique in an app. They are kept at the root of the tree, so that two apps in one process do not
 * mix.
 */
export class UniqueClaims {
  public static of(scope: IConstruct): UniqueClaims {
    const root: IConstruct & { [INDEX]?: UniqueClaims } = scope.node.root;
    return (root[INDEX] ??= new UniqueClaims());
  }

  private readonly claims = new Map<string, IConstruct>();

  /**
   * Claims a value for a construct.
   *
   * @param hint end of the error
   * @param described how the error names the value
   * @throws if another construct has claimed it
   */
  public claim(scope: IConstruct, kind: string, value: string, hint: string, described = `${kind} '${value}'`): void {
    if (Token.isUnresolved(value)) return;
    const key = `${kind}\n${value}`;
    const holder = this.claims.get(key);
    if (holder && holder !== scope) {
      fail(scope, `the ${described} is already used by '${holder.node.path}': ${hint}`);
    }
    this.claims.set(key, scope);
  }
}
