import { isolationViolations } from './aftermath';
import type { AppSpec } from './apps';

const UNUSABLE = "account 'shop-one' cannot be used: it was suspended by AWS";

/** The violations of a deployment after which a resource has failed. */
function violationsOf(
  [damaged, before, after]: readonly [string, AppSpec, AppSpec],
  { logicalId = 'oneaccountDFEAE240', type = 'Custom::OrgEnvironmentsAccount', reason = UNUSABLE } = {},
): string[] {
  const failure = { stackName: 'Cicd', accountId: '222222222222', logicalId, type, reason };
  const result = {
    succeeded: false,
    stacks: [],
    failures: [failure],
    skipped: [],
    invited: [],
    images: [],
    changed: 0,
    calls: 0,
    seconds: 0,
  };
  return isolationViolations({ hasLostRegistry: false }, { damaged: new Set([damaged]) }, { before, after, result });
}

const BOTH: AppSpec = { one: 'plain', two: 'plain' };

test('the failed update of an account that was damaged violates the isolation of the other environment', () => {
  expect(violationsOf(['one', BOTH, { one: 'tags', two: 'renamed' }])).toEqual([
    `oneaccountDFEAE240 has failed, but should have been left as it is, because its account was damaged: ${UNUSABLE}`,
  ]);
});

test('the failure of an environment that was not damaged violates its isolation', () => {
  expect(violationsOf(['two', BOTH, { one: 'moved', two: 'plain' }])).toEqual([
    `oneaccountDFEAE240 has failed, but should have succeeded, because its environment was not damaged: ${UNUSABLE}`,
  ]);
});

test.each<[string, AppSpec, AppSpec]>([
  ['is new', { two: 'plain' }, BOTH],
  ['moves to another account', BOTH, { one: 'moved', two: 'plain' }],
  ['has other constructs', BOTH, { one: 'renamed', two: 'plain' }],
  ['has another branch', BOTH, { one: 'branch', two: 'plain' }],
  ['is removed', BOTH, { two: 'plain' }],
  ['shares its account', { one: 'guest', two: 'plain' }, BOTH],
])('a damaged environment may fail if it %s', (_, before, after) => {
  expect(violationsOf(['one', before, after])).toEqual([]);
});

test.each([
  { reason: 'Resource update cancelled' },
  { type: 'AWS::S3::Bucket', logicalId: 'StagingBucket' },
  { logicalId: 'OrganizationPreconditions' },
])('a failure that is not of an environment violates no isolation: %j', failure => {
  expect(violationsOf(['one', BOTH, { one: 'tags', two: 'plain' }], failure)).toEqual([]);
});
