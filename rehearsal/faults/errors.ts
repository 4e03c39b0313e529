const THROTTLES: Readonly<Record<string, string>> = {
  organizations: 'TooManyRequestsException',
  cloudformation: 'Throttling',
  sts: 'Throttling',
  s3: 'SlowDown',
  lambda: 'TooManyRequestsException',
};

/** Errors of concurrent changes by operation, as AWS declares them. Reads and other operations have none. */
export const CONFLICTS: Readonly<Record<string, string>> = {
  'organizations:CreateAccount': 'ConcurrentModificationException',
  'organizations:CloseAccount': 'ConcurrentModificationException',
  'organizations:MoveAccount': 'ConcurrentModificationException',
  'organizations:TagResource': 'ConcurrentModificationException',
  'organizations:UntagResource': 'ConcurrentModificationException',
  'organizations:CreateOrganizationalUnit': 'ConcurrentModificationException',
  'organizations:EnableAWSServiceAccess': 'ConcurrentModificationException',
  'codecommit:CreateCommit': 'ParentCommitIdOutdatedException',
  'codepipeline:RetryStageExecution': 'ConflictException',
  'codepipeline:StartPipelineExecution': 'ConflictException',
  'codepipeline:StopPipelineExecution': 'ConflictException',
};

/** Returns the error code with which a service throttles calls of an operation. */
export function throttleOf(service: string, operation: string): string {
  // a table has a throughput only for its items
  if (service === 'dynamodb' && /Item|Query|Scan/.test(operation)) return 'ProvisionedThroughputExceededException';
  return THROTTLES[service] ?? 'ThrottlingException';
}
