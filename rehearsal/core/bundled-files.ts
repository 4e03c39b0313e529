import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';

/** Where the bundled runtime lies: beside the bundled command, or in `lib` while the sources run as they are. */
function folder(): string {
  const candidates = [path.join(__dirname, '..', 'rehearsal'), path.join(__dirname, '..', '..', 'lib', 'rehearsal')];
  const found = candidates.find(candidate => existsSync(path.join(candidate, 'runtime.js')));
  if (!found) throw new Error(`the runtime of the rehearsal is not bundled, looked in ${candidates.join(' and ')}: run 'node tools/bundle.mjs'`);
  return found;
}

/** The file of an SDK client that a function does not bring: one that the rehearsal brings, or one that is installed. */
export function sdkFile(request: string, sdk: string, modules: string): string {
  const supplied = path.join(sdk, `${request.replace('@aws-sdk/', '')}.js`);
  if (existsSync(supplied)) return supplied;
  try {
    return createRequire(path.join(modules, 'index.js')).resolve(request);
  } catch {
    throw new Error(`the rehearsal does not bring '${request}', which AWS's runtime has: bundle it, or install it in the folder the rehearsal is started from`);
  }
}

export const runtimeFile = (): string => path.join(folder(), 'runtime.js');
export const sdkFolder = (): string => path.join(folder(), 'sdk');
export const packageToolsFile = (): string => path.join(folder(), 'package-tools.js');
/** The interpreter of state machines. */
export const statesFile = (): string => path.join(folder(), 'states.js');
/** The template of `cdk bootstrap`, as JSON. */
export const bootstrapTemplateFile = (): string => path.join(folder(), 'bootstrap-template.json');
