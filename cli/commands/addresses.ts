import pc from 'picocolors';
import type { AddressRangeOutcome, AddressSpaceOutcome } from '../../src/operations/contract';
import type { OperationsClient } from '../operations/operations-function';
import type { AddressesOptions } from '../options/address-options';
import { formatTime } from '../output/format';
import { drawSpace } from '../output/space-picture';
import { formatTable } from '../output/table';
import type { Write } from '../output/terminal';

const COLUMNS = ['range', 'state', 'what', 'region', 'stack', 'since (UTC)'];
const STATE_COLUMN = 1;

/** Prints the address spaces with their ranges and what is free. Returns whether all could be read. */
export async function addresses(
  { json }: AddressesOptions, operations: OperationsClient, write: Write,
): Promise<boolean> {
  const { spaces = [] } = await operations.invoke({ operation: 'addresses' });
  if (json) write(JSON.stringify({ spaces }, undefined, 2));
  else formatSpaces(spaces).forEach(line => write(line));
  return spaces.every(({ problem }) => problem === undefined);
}

export function formatSpaces(spaces: readonly AddressSpaceOutcome[]): string[] {
  if (spaces.length === 0) return ['no address spaces'];
  return spaces.flatMap((space, index) => [...index > 0 ? [''] : [], ...formatSpace(space)]);
}

function formatSpace(space: AddressSpaceOutcome): string[] {
  const { spaceName, spaceId, stackName, cidr, ranges, free, problem } = space;
  const title = `${pc.bold(spaceName)} ${cidr ?? spaceId} (stack ${stackName})`;
  if (problem !== undefined) return [title, `${pc.yellow('!')} it could not be read: ${problem}`];
  const rows = formatTable([COLUMNS, ...ranges.map(cellsOf)], paint);
  const picture = cidr === undefined || free === undefined ? [] : ['', ...drawSpace(cidr, ranges, free)];
  return [title, ...ranges.length === 0 ? ['no ranges'] : rows, ...picture];
}

function cellsOf({ cidr, state, name, region, stackName, since }: AddressRangeOutcome): string[] {
  return [cidr, state, name, region ?? '-', stackName ?? '-', since === undefined ? '-' : formatTime(since)];
}

function paint(cell: string, row: number, column: number): string {
  if (row === 0) return pc.dim(cell);
  if (column === 0) return pc.bold(cell);
  return column === STATE_COLUMN && /^(reserved|seen)/.test(cell) ? pc.dim(cell) : cell;
}
