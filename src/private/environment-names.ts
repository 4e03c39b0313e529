import type { IConstruct } from 'constructs';

const NAMES = Symbol.for('cdk-org-environments.environment-names');

/**
 * Names of the environments of one app. They are kept at the root of the tree, so that two apps in one process do not
 * mix.
 */
export function environmentNamesOf(scope: IConstruct): Set<string> {
  const root: IConstruct & { [NAMES]?: Set<string> } = scope.node.root;
  return (root[NAMES] ??= new Set());
}
