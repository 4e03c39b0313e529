import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAMES } from '../private/contract';

/** The same path from `src/pipeline` in tests and from `lib/pipeline` in the package. */
const SCRIPTS = join(__dirname, '../../lib/lambda/build-scripts');

/** A script as one line for a shell, because a build has no other files than those of the repository. */
function script(name: string): string {
  return `node -e '${readFileSync(join(SCRIPTS, `${name}.js`), 'utf8').trim().replaceAll("'", "'\\''")}'`;
}

/** Writes the environment of the pipeline to `environment.json`, which the app reads. */
export function describeCommand(): string {
  return `${script('describe')} ${NAMES.descriptor}`;
}

/** Fails if there are findings of policies, and summarizes the changes. */
export function checkCommand(): string {
  return `${script('check')} cdk.out`;
}

/** Sets variables to the outputs of stacks. */
export function outputsCommand(): string {
  return `eval "$(${script('outputs')} "$STACK_OUTPUTS")"`;
}
