import { existsSync } from 'node:fs';
import * as path from 'node:path';

/** Where the bundled runtime lies: beside the bundled command, or in `lib` while the sources run as they are. */
function folder(): string {
  const candidates = [path.join(__dirname, '..', 'rehearsal'), path.join(__dirname, '..', '..', 'lib', 'rehearsal')];
  const found = candidates.find(candidate => existsSync(path.join(candidate, 'runtime.js')));
  if (!found) throw new Error(`the runtime of the rehearsal is not bundled, looked in ${candidates.join(' and ')}: run 'node tools/bundle.mjs'`);
  return found;
}

export const runtimeFile = (): string => path.join(folder(), 'runtime.js');
export const sdkFolder = (): string => path.join(folder(), 'sdk');
export const packageToolsFile = (): string => path.join(folder(), 'package-tools.js');
