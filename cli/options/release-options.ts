import type { OptionTable, OptionValues } from './option-table';
import { parseReason, parseReference } from './parsers';

const WATCH = {
  watch: { description: 'follow the release until it ends; the exit status is 1 if it fails' },
} satisfies OptionTable;

/** The options of `release`. */
export const RELEASE_OPTIONS = {
  to: {
    argument: '<commit>',
    isRequired: true,
    description: 'commit id, branch or tag to release',
    parse: parseReference,
  },
  ...WATCH,
} satisfies OptionTable;

/** The options of `rollback`. */
export const ROLLBACK_OPTIONS = WATCH;

const RELEASE = {
  release: {
    argument: '<id>',
    description: 'only if this release is in progress; `release-status` shows its id',
    parse: parseReference,
  },
} satisfies OptionTable;

/** The options of `abort`. */
export const ABORT_OPTIONS = {
  reason: { argument: '<text>', isRequired: true, description: 'reason for the abort', parse: parseReason },
  ...RELEASE,
  ...WATCH,
} satisfies OptionTable;

/** The options of `approve`. */
export const APPROVE_OPTIONS = {
  reject: { description: 'reject the release, and return the traffic' },
  reason: { argument: '<text>', description: 'reason for the decision', parse: parseReason },
  ...RELEASE,
} satisfies OptionTable;

/** The options of `release-status`. */
export const RELEASE_STATUS_OPTIONS = {
  json: { description: 'print JSON' },
  ...WATCH,
} satisfies OptionTable;

export type ReleaseOptions = OptionValues<typeof RELEASE_OPTIONS>;
export type WatchOptions = OptionValues<typeof ROLLBACK_OPTIONS>;
export type AbortOptions = OptionValues<typeof ABORT_OPTIONS>;
export type ApproveOptions = OptionValues<typeof APPROVE_OPTIONS>;
export type ReleaseStatusOptions = OptionValues<typeof RELEASE_STATUS_OPTIONS>;
