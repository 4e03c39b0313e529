import type { OptionTable, OptionValues } from './option-table';
import { parseReason } from './parsers';

/** The options of `accounts`. */
export const ACCOUNTS_OPTIONS = {
  cost: { description: 'show the costs of the current month, up to yesterday' },
  json: { description: 'print JSON' },
} satisfies OptionTable;

/** The options of `accounts clean`. */
export const CLEAN_ACCOUNT_OPTIONS = {
  full: { description: 'list all types in all regions, and not only those that the last lease has used' },
  reason: { argument: '<text>', description: 'reason, for the history', parse: parseReason },
  json: { description: 'print JSON' },
} satisfies OptionTable;

/** The options of `accounts release`. */
export const RELEASE_ACCOUNT_OPTIONS = {
  force: { description: 'required, because nothing proves that the account is clean or not used' },
  reason: { argument: '<text>', isRequired: true, description: 'reason, for the history', parse: parseReason },
  json: { description: 'print JSON' },
} satisfies OptionTable;

export type AccountsOptions = OptionValues<typeof ACCOUNTS_OPTIONS>;
export type CleanAccountOptions = OptionValues<typeof CLEAN_ACCOUNT_OPTIONS>;
export type ReleaseAccountOptions = OptionValues<typeof RELEASE_ACCOUNT_OPTIONS>;
