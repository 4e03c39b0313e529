import pc from 'picocolors';
import type { NetworkMap, NetworkNode } from './model';
import { formatTable } from '../table';

const COLUMNS = ['#', 'account', 'account id', 'range', 'network', 'segment', 'reaches', 'databases'];

/** Formats the networks as a table, one line for each. */
export function networkText({ gateways, groups, networks }: NetworkMap): string[] {
  if (networks.length === 0) return ['no networks'];
  const segmentOf = (node: NetworkNode): string => groups.flatMap(({ segments }) => segments)
    .find(segment => segment.networks.includes(node))?.name ?? '';
  const rows = networks.map(node => [
    String(node.number), node.accountName, node.vpc.accountId, node.vpc.cidrs.join(', '), node.vpc.id, segmentOf(node),
    numbersOf(networks, node), databasesOf(node),
  ]);
  return [
    ...gateways.map(({ id, accountId, accountName }) =>
      `transit gateway ${pc.bold(id)} in ${accountName} (${accountId})`),
    ...formatTable([COLUMNS, ...rows], (cell, row) => row === 0 ? pc.dim(cell) : cell),
  ];
}

function numbersOf(networks: readonly NetworkNode[], { reaches }: NetworkNode): string {
  return networks.filter(({ vpc }) => reaches.has(vpc.id)).map(({ number }) => number).join(' ') || '-';
}

function databasesOf({ databases, connectsTo }: NetworkNode): string {
  const own = databases.map(({ name, engine, port }) => `${name} (${engine}, port ${port})`);
  const others = connectsTo.map(({ name }) => `connects to ${name}`);
  return [...own, ...others].join(', ') || '-';
}
