/**
 * How the keys of the registry's records begin. Policies grant access to records by these prefixes, and the handlers
 * build their keys with them.
 */
export const RECORDS = {
  account: 'account#',
  branch: 'branch#',
  stack: 'stack#',
  pipeline: 'pipeline#',
  environment: 'environment#',
  preconditions: 'preconditions#',
  lease: 'lease#',
  route: 'route#',
  halt: 'halt#',
  deployment: 'deployment#',
  /** What CloudFormation has requested of a custom resource. */
  request: 'request#',
  /** Where the answer to a request of CloudFormation goes: a secret that only the entry function may read. */
  answer: 'answer#',
  /** The accounts whose creation may be in flight. */
  creations: 'queue#creations',
} as const;

/** Records that can be listed: they carry the name of their kind, which is the partition key of the table's index. */
export const LISTED = { environment: 'environment', halt: 'halt' } as const;

export const REGISTRY_INDEX = { indexName: 'by-kind', partitionKey: 'kind' } as const;

/** Attribute after which DynamoDB deletes a record, in seconds since 1970. */
export const TIME_TO_LIVE = 'deleteAfter';
