import * as v from 'valibot';
import type { EnvironmentNames, OperationRequest } from '../../src/operations/contract';

const environmentNames = v.custom<EnvironmentNames>(
  names => names === 'all' || (Array.isArray(names) && names.length > 0 && names.every(isText)),
  ({ input }) => `environmentNames must be 'all' or a list with at least one name, got ${JSON.stringify(input)}`,
);

const MAX_LIMIT = 1000;

const MAX_NAMES = 100;

const limit = v.custom<number>(
  value => Number.isInteger(value) && Number(value) > 0 && Number(value) <= MAX_LIMIT,
  ({ input }) => `limit must be a number from 1 to ${MAX_LIMIT}, got ${JSON.stringify(input)}`,
);

const ofEnvironment = { environmentName: nonEmptyText('environmentName'), by: nonEmptyText('by') };

const accountId = v.custom<string>(
  value => typeof value === 'string' && /^\d{12}$/.test(value),
  ({ input }) => `accountId must have twelve digits, got ${JSON.stringify(input)}`,
);

const ofAccount = {
  accountId,
  by: nonEmptyText('by'),
  reason: nonEmptyText('reason'),
};

const decision = v.picklist(
  ['approved', 'rejected'], ({ input }) => `decision must be 'approved' or 'rejected', got ${JSON.stringify(input)}`,
);

const month = v.literal('month', ({ input }) => `costs must be 'month', or be omitted, got ${JSON.stringify(input)}`);

const OPERATIONS = [
  'halt', 'resume', 'status', 'release', 'releasePush', 'rollback', 'abort', 'approve', 'describeRelease', 'history',
  'reconcile', 'forget', 'changeEmail', 'accounts', 'cleanAccount', 'releaseAccount', 'backport', 'absorb',
  'describeBackport', 'restartBackport', 'map', 'addresses',
];

const request = v.variant(
  'operation',
  [
    v.object({
      operation: v.literal('halt'),
      environmentNames,
      by: nonEmptyText('by'),
      reason: nonEmptyText('reason'),
    }),
    v.object({ operation: v.literal('resume'), environmentNames, by: nonEmptyText('by') }),
    v.object({ operation: v.literal('status') }),
    v.object({ operation: v.literal('release'), ...ofEnvironment, reference: nonEmptyText('reference') }),
    v.object({
      operation: v.literal('releasePush'),
      environmentName: nonEmptyText('environmentName'),
      branchName: nonEmptyText('branchName'),
      commitId: nonEmptyText('commitId'),
    }),
    v.object({ operation: v.literal('rollback'), ...ofEnvironment }),
    v.object({
      operation: v.literal('abort'),
      ...ofEnvironment,
      reason: nonEmptyText('reason'),
      releaseId: v.optional(nonEmptyText('releaseId')),
    }),
    v.object({
      operation: v.literal('approve'),
      ...ofEnvironment,
      decision,
      reason: v.optional(nonEmptyText('reason')),
      releaseId: v.optional(nonEmptyText('releaseId')),
    }),
    v.object({ operation: v.literal('describeRelease'), environmentName: nonEmptyText('environmentName') }),
    v.object({
      operation: v.literal('backport'),
      commits: v.optional(listOf('commits')),
      pullRequest: v.optional(nonEmptyText('pullRequest')),
      from: nonEmptyText('from'),
      to: v.optional(listOf('to')),
      by: nonEmptyText('by'),
    }),
    v.object({
      operation: v.literal('absorb'),
      branch: nonEmptyText('branch'),
      to: v.optional(listOf('to')),
      by: nonEmptyText('by'),
    }),
    v.object({ operation: v.literal('map') }),
    v.object({
      operation: v.literal('restartBackport'), backportId: nonEmptyText('backportId'), by: nonEmptyText('by'),
    }),
    v.object({ operation: v.literal('describeBackport'), backportId: nonEmptyText('backportId') }),
    v.object({
      operation: v.literal('forget'),
      name: nonEmptyText('name'),
      by: nonEmptyText('by'),
      reason: v.optional(nonEmptyText('reason')),
      mode: modeOf('preview', 'forget'),
    }),
    v.object({
      operation: v.literal('changeEmail'),
      accountId,
      email: nonEmptyText('email'),
      code: v.optional(nonEmptyText('code')),
      by: nonEmptyText('by'),
    }),
    v.object({ operation: v.literal('accounts'), costs: v.optional(month) }),
    v.object({ operation: v.literal('addresses') }),
    v.object({ operation: v.literal('cleanAccount'), ...ofAccount, mode: modeOf('used', 'full') }),
    v.object({ operation: v.literal('releaseAccount'), ...ofAccount }),
    v.object({ operation: v.literal('history'), environmentName: v.optional(nonEmptyText('environmentName')), limit }),
    v.object({
      operation: v.literal('reconcile'),
      environmentNames,
      by: nonEmptyText('by'),
      mode: modeOf('check', 'repair', 'read', 'schedule'),
    }),
  ],
  ({ input }) => `operation must be one of ${OPERATIONS.join(', ')}, got ${JSON.stringify(input)}`,
);

/** The message for a key that is missing is that of its schema, and not one of the library. */
const NO_VALUES = Object.fromEntries(
  [
    'environmentNames', 'environmentName', 'by', 'reason', 'reference', 'branchName', 'commitId', 'decision',
    'releaseId', 'limit', 'name', 'mode', 'accountId', 'email', 'code', 'commits', 'from', 'branch', 'backportId',
  ].map(name => [name, undefined]),
);

/**
 * Checks what a caller has sent: every principal that may invoke the function can send anything.
 *
 * @throws if the request has another form than the contract says
 */
export function validOperation(input: unknown): OperationRequest {
  const result = v.safeParse(request, isObject(input) ? { ...NO_VALUES, ...input } : input);
  if (result.success) return result.output;
  throw new Error(`${result.issues[0].message}; nothing was done`);
}

function modeOf<const Modes extends readonly [string, ...string[]]>(...modes: Modes) {
  return v.picklist(
    modes,
    ({ input }) => `mode must be one of '${modes.join("', '")}', got ${JSON.stringify(input)}`,
  );
}

function listOf(name: string) {
  return v.custom<readonly string[]>(
    value => Array.isArray(value) && value.length > 0 && value.length <= MAX_NAMES && value.every(isText),
    ({ input }) => `${name} must be a list of 1 to ${MAX_NAMES} names, got ${JSON.stringify(input)}`,
  );
}

function nonEmptyText(name: string) {
  return v.custom<string>(
    isText,
    ({ input }) => `${name} must be a text that is not empty, got ${JSON.stringify(input)}`,
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function isObject(input: unknown): input is object {
  return typeof input === 'object' && input !== null;
}
