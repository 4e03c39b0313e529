import { writeFileSync } from 'node:fs';
import type { MapRequest, StatusOutcome } from '../../src/operations/contract';
import type { OperationsClient } from '../operations/operations-function';
import type { MapOptions } from '../options/branch-options';
import { mapMermaid } from '../output/map/mermaid';
import { mapSvg } from '../output/map/svg';
import { mapText } from '../output/map/text';
import type { Write } from '../output/terminal';

/** Shows the tree of branches with their environments, accounts, pipelines, and the commits that they lack. */
export async function map(
  { format = 'text', output }: MapOptions, operations: Pick<OperationsClient, 'invoke'>, write: Write,
): Promise<boolean> {
  const request: MapRequest = { operation: 'map' };
  const { pipelines, map: branches } = await operations.invoke<StatusOutcome>(request);
  if (!branches) throw new Error('the organization knows no map: deploy it with the version of this command');
  const lines = {
    text: () => mapText(branches, pipelines),
    json: () => [JSON.stringify({ branches, pipelines }, undefined, 2)],
    mermaid: () => mapMermaid(branches, pipelines),
    svg: () => mapSvg(branches, pipelines),
  }[format]();
  if (output === undefined) lines.forEach(line => write(line));
  else writeFileSync(output, `${lines.join('\n')}\n`);
  return true;
}
