import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import * as v from 'valibot';
import type { AssemblyStack } from './manifest';
import { isRecord } from '../core/protocol/json';
import { unzip } from '../core/zip';
import { codeObstacle, processObstacle } from '../services/lambda/in-process/eligibility';

const FunctionResource = v.object({
  Type: v.literal('AWS::Lambda::Function'),
  Properties: v.object({
    FunctionName: v.optional(v.unknown()),
    Runtime: v.optional(v.unknown()),
    Handler: v.optional(v.unknown()),
    Code: v.object({
      ZipFile: v.optional(v.unknown()), S3Key: v.optional(v.unknown()), ImageUri: v.optional(v.unknown()),
    }),
  }),
});
type FunctionResource = v.InferOutput<typeof FunctionResource>;

/** A function that needs a process of its own. */
interface OwnProcess {
  /** Name, or construct path. */
  readonly name: string;
  /** For example `is an ES module`. */
  readonly reason: string;
}

/** Returns the functions that cannot run in this process, including those of nested stacks and vended accounts. */
export async function ownProcesses(stacks: readonly AssemblyStack[]): Promise<OwnProcess[]> {
  const found = new Map<string, OwnProcess>();
  for (const stack of stacks) {
    for (const [logicalId, resource] of functionsOf(stack)) {
      const reason = await obstacleOf(resource, stack);
      const { FunctionName: given } = resource.Properties;
      const name = typeof given === 'string' ? given : stack.paths[logicalId] ?? `${stack.displayName}/${logicalId}`;
      if (reason !== undefined) found.set(name, { name: name.replace(/\/Resource$/, ''), reason });
    }
  }
  return [...found.values()];
}

function functionsOf({ template, assets }: AssemblyStack): [logicalId: string, resource: FunctionResource][] {
  const nested = assets.filter(({ zip, path: file }) => !zip && file.endsWith('.json') && existsSync(file));
  return [template, ...nested.map(asset => readFileSync(asset.path, 'utf8'))].flatMap(text => {
    const { Resources: resources } = JSON.parse(text);
    const entries: [string, unknown][] = Object.entries(isRecord(resources) ? resources : {});
    return entries.filter((entry): entry is [string, FunctionResource] => v.is(FunctionResource, entry[1]));
  });
}

async function obstacleOf(
  { Properties: given }: FunctionResource,
  { assets }: AssemblyStack,
): Promise<string | undefined> {
  const {
    Runtime: runtime,
    Handler: handler,
    Code: { ZipFile: inline, S3Key: key, ImageUri: image },
  } = given;
  // the rehearsal cannot run these in any process
  if (image !== undefined || (typeof runtime === 'string' && !runtime.startsWith('nodejs'))) return undefined;
  if (typeof inline === 'string') return codeObstacle(inline);
  const asset = assets.find(candidate => candidate.key === key);
  if (asset === undefined || typeof handler !== 'string') return 'has code that is no asset of the app';
  if (!existsSync(asset.path)) return undefined;
  return statSync(asset.path).isDirectory() ? processObstacle(asset.path, handler) : inArchive(asset.path, handler);
}

async function inArchive(file: string, handler: string): Promise<string | undefined> {
  const folder = mkdtempSync(path.join(tmpdir(), 'rehearsal-function-'));
  try {
    await unzip(readFileSync(file), folder);
    return processObstacle(folder, handler);
  } catch {
    // AWS rejects it when the function is created
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
