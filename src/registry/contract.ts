/** Prefixes of the keys of records in the registry. Policies grant access to records by prefix. */
export const RECORDS = {
  account: 'account#',
  branch: 'branch#',
  stack: 'stack#',
  pipeline: 'pipeline#',
  environment: 'environment#',
  preconditions: 'preconditions#',
  lease: 'lease#',
  /** An account pool and its accounts. */
  pool: 'pool#',
  /** The baseline that the accounts of an organization, or of a pool, have. */
  baseline: 'baseline#',
  /** The account of a pool that an `Account` leases. */
  poolClaim: 'pool-claim#',
  route: 'route#',
  halt: 'halt#',
  /** The releases of a blue/green environment. */
  release: 'release#',
  /** How the releases of a blue/green environment are made. */
  blueGreen: 'blue-green#',
  /** An account whose last update could not be made. */
  unreachable: 'unreachable#',
  /** A stack that remains in an account although its deletion was requested. */
  leftover: 'leftover#',
  /** The cleaning of an account. */
  clean: 'clean#',
  /** A plan, or another document, of the cleaning of an account. */
  cleanDocument: 'clean-document#',
  /** The attachment of a network to a transit gateway. */
  transit: 'transit#',
  /** An organizational unit that the app declares. */
  unit: 'unit#',
  /** An account whose closure had to wait. */
  closing: 'closing#',
  /** Commits that are ported back to another branch, and from there to others. */
  backport: 'backport#',
  /** How many commits a branch and its parent lack of each other. */
  comparison: 'comparison#',
  /** An address space that an app declares. */
  space: 'space#',
  /** A range of a pool of VPC IPAM. */
  range: 'range#',
  deployment: 'deployment#',
  /** A change of an environment or an account. */
  history: 'history#',
  /** The last request of CloudFormation for a custom resource. */
  resource: 'resource#',
  /** What the last check of a custom resource has found. */
  drift: 'drift#',
  /** A request of CloudFormation for a custom resource. */
  request: 'request#',
  /** The response URL of a request of CloudFormation: a secret that only the entry function may read. */
  response: 'response#',
  /** The accounts whose creation may be in flight. */
  creations: 'queue#creations',
} as const;

/** Kinds of records that can be listed. The attribute `kind` is the partition key of the table's index. */
export const LISTED = {
  account: 'account',
  branch: 'branch',
  environment: 'environment',
  lease: 'lease',
  pool: 'pool',
  halt: 'halt',
  unreachable: 'unreachable',
  leftover: 'leftover',
  closing: 'closing',
  history: 'history',
  resource: 'resource',
  drift: 'drift',
  range: 'range',
  space: 'space',
} as const;

export const REGISTRY_INDEX = { indexName: 'by-kind', partitionKey: 'kind' } as const;

/** Attribute after which DynamoDB deletes a record, in seconds since 1970. */
export const TIME_TO_LIVE = 'deleteAfter';
