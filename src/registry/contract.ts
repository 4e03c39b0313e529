/**
 * How the keys of the registry's records begin. Policies grant access to records by these prefixes, and the handlers
 * build their keys with them.
 */
export const RECORDS = {
  account: 'account#',
  branch: 'branch#',
  stack: 'stack#',
  preconditions: 'preconditions#',
  lease: 'lease#',
  route: 'route#',
  halt: 'halt#',
  deployment: 'deployment#',
  /** What CloudFormation has requested of a custom resource. */
  request: 'request#',
  /** The accounts whose creation may be in flight. */
  creations: 'queue#creations',
  /** The keys of the stacks with a pipeline. */
  environments: 'index#environments',
} as const;
