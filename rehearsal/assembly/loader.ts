import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import type { MissingContext } from 'aws-cdk-lib/cloud-assembly-schema';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { messageOf } from '../core/error-message';

/** Keeps the order of the manifest, and accepts kinds of artifacts that the rehearsal ignores. */
const OPTIONS = { topoSort: false, skipEnumCheck: true };

const LIBRARY = 'aws-cdk-lib/cx-api';

/** How the loader of the CDK begins its error for a newer schema. */
const NEWER_SCHEMA = 'Cloud assembly schema version mismatch';

/**
 * Reads a cloud assembly with the loader of the CDK, which checks it against its schema.
 *
 * @throws Error if it is no assembly, if its schema is newer than those that the rehearsal and the aws-cdk-lib of the
 * current folder know, or if it is not finished
 */
export function loadAssembly(folder: string): CloudAssembly {
  const file = path.join(folder, 'manifest.json');
  if (!existsSync(folder)) {
    throw new Error(
      `the folder '${folder}' does not exist: pass the folder of a cloud assembly, usually cdk.out, or `
        + 'the command that synthesizes it',
    );
  }
  if (!existsSync(file)) throw new Error(`'${folder}' is not a cloud assembly: it contains no manifest.json`);
  const assembly = load(folder);
  assertFinished(folder, assembly);
  return assembly;
}

/** Returns the values that the app needs and that its context lacks: it must be synthesized again with them. */
export function missingContext(folder: string): readonly MissingContext[] {
  return load(folder).manifest.missing ?? [];
}

function load(folder: string): CloudAssembly {
  try {
    return new CloudAssembly(folder, OPTIONS);
  } catch (error) {
    const message = messageOf(error);
    if (!message.startsWith(NEWER_SCHEMA)) throw new Error(`'${folder}' is not a valid cloud assembly: ${message}`);
    return loadNewer(folder);
  }
}

/** Reads an assembly with the aws-cdk-lib of the app, which may be newer than the one in this bundle. */
function loadNewer(folder: string): CloudAssembly {
  const { version } = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8'));
  try {
    const installed = createRequire(path.join(process.cwd(), 'index.js'))(LIBRARY);
    return new installed.CloudAssembly(folder, OPTIONS);
  } catch (error) {
    const advice = 'update cdk-org-environments, or install the aws-cdk-lib that wrote it in the current folder';
    throw new Error(
      `the assembly '${folder}' has schema ${version}, which the rehearsal does not know: ${advice}`
        + (isNotInstalled(error) ? '' : ` (the one there does not read it: ${messageOf(error)})`),
    );
  }
}

/** Whether there is no such library; an installed one may lack another module. */
function isNotInstalled(error: unknown): boolean {
  return messageOf(error).includes(`Cannot find module '${LIBRARY}'`);
}

/** An assembly lists the values that the CDK command line must look up before it synthesizes the app again. */
function assertFinished(folder: string, { manifest: { missing = [] } }: CloudAssembly): void {
  if (missing.length === 0) return;
  throw new Error(
    `the assembly '${folder}' is not finished, because values of its context are missing: `
      + `${missing.map(({ key }) => `'${key}'`).join(', ')}: write them to cdk.context.json, as cdk synth does, `
      + 'or pass them with --context <key>=<value>',
  );
}
