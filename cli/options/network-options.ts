import { InvalidArgumentError } from 'commander';
import type { OptionTable, OptionValues } from './option-table';
import { parseFile } from './parsers';

const FORMATS = ['text', 'json', 'svg'] as const;

/** The options of `network`. */
export const NETWORK_OPTIONS = {
  format: { argument: '<format>', description: '`text` (default), `json` or `svg`', parse: parseFormat },
  output: { argument: '<file>', description: 'file to write, instead of printing', parse: parseFile },
  region: {
    argument: '<region>', description: 'region of the networks. Default: `AWS_REGION`', parse: parseRegion,
  },
} satisfies OptionTable;

export type NetworkOptions = OptionValues<typeof NETWORK_OPTIONS>;

function parseFormat(value: string): (typeof FORMATS)[number] {
  const format = FORMATS.find(known => known === value);
  if (format === undefined) throw new InvalidArgumentError(`must be one of ${FORMATS.join(', ')}, got '${value}'`);
  return format;
}

function parseRegion(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('is empty: omit it, or give a value');
  return value;
}
