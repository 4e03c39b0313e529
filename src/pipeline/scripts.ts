import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAMES } from '../private/contract';

/** The same path from `src/pipeline` in tests and from `lib/pipeline` in the package. */
const SCRIPTS = join(__dirname, '../../lib/lambda/build-scripts');

/** A script in one line of a shell: a build has no other way to files that are not in the repository. */
function script(name: string): string {
  return `node -e '${readFileSync(join(SCRIPTS, `${name}.js`), 'utf8').trim().replaceAll("'", "'\\''")}'`;
}

/** Writes what the pipeline knows of its environment into the description that the app reads. */
export function describeCommand(): string {
  return `${script('describe')} ${NAMES.descriptor}`;
}

/** Fails on the findings of policies, and tells what would change. */
export function checkCommand(): string {
  return `${script('check')} cdk.out`;
}

/** Makes variables of the outputs of stacks. */
export function outputsCommand(): string {
  return `eval "$(${script('outputs')} "$STACK_OUTPUTS")"`;
}
