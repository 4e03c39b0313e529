import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';

/** The same path from `src/private` in tests and from `lib/private` in the package. */
const BUNDLES = join(__dirname, '../../lib/lambda');

/** Returns the bundled code of a handler. */
export function handlerCode(name: string): Code {
  const directory = join(BUNDLES, name);
  if (!existsSync(join(directory, 'index.js'))) {
    throw new Error(`the bundle of the handler '${name}' is missing in ${directory}: run 'npx projen bundle'`);
  }
  return Code.fromAsset(directory);
}

/** Fingerprint of the bootstrap and baseline templates of vended accounts. */
export function templatesFingerprint(): string {
  const hash = createHash('sha256');
  for (const file of ['baseline-template.json', 'bootstrap-template.json']) {
    hash.update(readFileSync(join(BUNDLES, 'account', file)));
  }
  return hash.digest('hex').slice(0, 16);
}
