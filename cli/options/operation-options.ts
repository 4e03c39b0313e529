import type { OptionTable, OptionValues } from './option-table';
import { collectName, parseHistoryLimit, parseReason } from './parsers';

const SELECTION_OPTIONS = {
  environment: { argument: '<name>', description: 'name of an environment. Can be repeated', parse: collectName },
  all: { description: 'all environments, instead of `--environment`' },
} satisfies OptionTable;

/** The options of `halt`. */
export const HALT_OPTIONS = {
  ...SELECTION_OPTIONS,
  reason: {
    argument: '<text>',
    description: 'reason for the halt; `status` shows it. Required',
    parse: parseReason,
  },
} satisfies OptionTable;

/** The options of `resume`. */
export const RESUME_OPTIONS = SELECTION_OPTIONS;

/** The options of `reconcile`. */
export const RECONCILE_OPTIONS = {
  ...SELECTION_OPTIONS,
  check: { description: 'only show what differs, and repair nothing' },
  yes: { description: 'repair without asking' },
} satisfies OptionTable;

/** The options of `forget`. */
export const FORGET_OPTIONS = {
  reason: { argument: '<text>', description: 'reason, for the history', parse: parseReason },
  yes: { description: 'do not ask for confirmation' },
} satisfies OptionTable;

/** The options of `status`. */
export const STATUS_OPTIONS = {
  json: { description: 'print JSON' },
} satisfies OptionTable;

/** The options of `history`. */
export const HISTORY_OPTIONS = {
  limit: {
    argument: '<number>', description: 'maximum number of changes, up to 1000. Default: 50', parse: parseHistoryLimit,
  },
  json: { description: 'print JSON' },
} satisfies OptionTable;

/** The selection of environments that `halt`, `resume` and `reconcile` have in common. */
export type SelectionOptions = OptionValues<typeof SELECTION_OPTIONS>;
export type HaltOptions = OptionValues<typeof HALT_OPTIONS>;
export type HistoryOptions = OptionValues<typeof HISTORY_OPTIONS>;
export type ReconcileOptions = OptionValues<typeof RECONCILE_OPTIONS>;
export type ForgetOptions = OptionValues<typeof FORGET_OPTIONS>;
export type StatusOptions = OptionValues<typeof STATUS_OPTIONS>;
