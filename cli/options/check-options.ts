import { InvalidArgumentError } from 'commander';
import type { OptionTable, OptionValues } from './option-table';

const PLACE = 'id or name of an account, name of a network (the path of its construct), id of a VPC or a subnet, or a '
  + 'block of addresses';

/** The options of `check reach`. */
export const CHECK_REACH_OPTIONS = {
  from: {
    argument: '<place>', isRequired: true, description: `where a connection begins: ${PLACE}`, parse: parsePlace,
  },
  to: { argument: '<place>', isRequired: true, description: 'where it ends, as `--from`', parse: parsePlace },
  port: {
    argument: '<number>',
    description: 'TCP port, which a security group of the target must allow. Default: only routes are checked',
    parse: parsePort,
  },
  region: {
    argument: '<region>', description: 'region of the networks. Default: `AWS_REGION`', parse: parsePlace,
  },
  json: { description: 'print JSON' },
} satisfies OptionTable;

export type CheckReachOptions = OptionValues<typeof CHECK_REACH_OPTIONS>;

function parsePlace(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('is empty: omit it, or give a value');
  return value;
}

function parsePort(value: string): number {
  const port = Number(value);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new InvalidArgumentError('is not a whole number from 1 to 65535');
}
