import type { OptionTable, OptionValues } from './option-table';
import { collectNames, parseBranch, parseFile, parseMapFormat, parsePullRequest } from './parsers';

const TO = {
  to: {
    argument: '<branches>',
    description: 'branches or environments that need the commits, separated by commas; default: all below the '
      + 'branch that gets them',
    parse: collectNames,
  },
} satisfies OptionTable;

/** The options of `backport`. */
export const BACKPORT_OPTIONS = {
  from: {
    argument: '<branch>',
    isRequired: true,
    description: 'branch, or its environment, that has the commits',
    parse: parseBranch,
  },
  ...TO,
  pullRequest: {
    argument: '<id>', description: 'pull request whose commits are ported back', parse: parsePullRequest,
  },
} satisfies OptionTable;

/** The options of `absorb`. */
export const ABSORB_OPTIONS = TO;

/** The options of `backport-status`. */
export const BACKPORT_STATUS_OPTIONS = {
  json: { description: 'print JSON' },
  restart: { description: 'continue a backport that has stopped, for example after hours without the host' },
} satisfies OptionTable;

/** The options of `map`. */
export const MAP_OPTIONS = {
  format: {
    argument: '<format>', description: '`text` (default), `json`, `mermaid` or `svg`', parse: parseMapFormat,
  },
  output: { argument: '<file>', description: 'file to write, instead of printing', parse: parseFile },
} satisfies OptionTable;

export type MapOptions = OptionValues<typeof MAP_OPTIONS>;
export type BackportOptions = OptionValues<typeof BACKPORT_OPTIONS>;
export type AbsorbOptions = OptionValues<typeof ABSORB_OPTIONS>;
export type BackportStatusOptions = OptionValues<typeof BACKPORT_STATUS_OPTIONS>;

