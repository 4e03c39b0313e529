import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';

/**
 * Returns the folder of the bundled files: beside the bundled command line, or in `lib` when the sources run unbundled.
 */
function folder(): string {
  const candidates = [path.join(__dirname, '..', 'rehearsal'), path.join(__dirname, '..', '..', 'lib', 'rehearsal')];
  const found = candidates.find(candidate => existsSync(path.join(candidate, 'runtime.js')));
  if (!found) {
    throw new Error(
      `the runtime of the rehearsal is not bundled, looked in ${candidates.join(' and ')}: run 'node tools/bundle.mjs'`,
    );
  }
  return found;
}

/**
 * Returns the file of an SDK client that a function does not bundle: one that is shipped with the rehearsal, or an
 * installed one.
 */
export function sdkFile(request: string, sdk: string, modules: string): string {
  const supplied = path.join(sdk, `${request.replace('@aws-sdk/', '')}.js`);
  if (existsSync(supplied)) return supplied;
  try {
    return createRequire(path.join(modules, 'index.js')).resolve(request);
  } catch {
    throw new Error(
      `the rehearsal does not include '${request}', which AWS's runtime provides: bundle it, or `
        + `install it in the current folder: npm install ${request}`,
    );
  }
}

export const runtimeFile = (): string => path.join(folder(), 'runtime.js');
export const guardFile = (): string => path.join(folder(), 'guard.js');
export const sdkFolder = (): string => path.join(folder(), 'sdk');
export const packageToolsFile = (): string => path.join(folder(), 'package-tools.js');
/** The interpreter of state machines. */
export const statesFile = (): string => path.join(folder(), 'states.js');
/** The template of `cdk bootstrap`, as JSON. */
export const bootstrapTemplateFile = (): string => path.join(folder(), 'bootstrap-template.json');
/** The table of CloudFormation's resource types, compressed with Brotli. */
export const resourceTypesFile = (): string => path.join(folder(), 'resource-types.br');
