import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageToolsFile } from '../../core/bundled-files';

/**
 * Creates a folder with commands that override those of this machine. The packages beside `modules` are linked into
 * builds.
 */
export function makeTools(temporary: string, modules: string): string {
  const folder = join(temporary, 'tools');
  mkdirSync(folder, { recursive: true });
  for (const command of ['npm', 'npx', 'cdk-assets']) {
    const shellArguments = [process.execPath, packageToolsFile(), join(modules, 'node_modules'), command].map(
      argument => `'${argument.replaceAll("'", "'\\''")}'`,
    );
    writeFileSync(
      join(folder, command),
      `#!/bin/sh\nREHEARSAL_TOOLS='${folder}' exec ${shellArguments.join(' ')} "$@"\n`,
    );
    chmodSync(join(folder, command), 0o755);
  }
  return folder;
}
