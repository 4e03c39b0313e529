import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The environment of a branch. Its pipeline deploys into this account and region. */
export interface Environment {
  readonly name: string;
  readonly accountId?: string;
  readonly region?: string;
}

/**
 * Reads `environment.json` from the root of the branch. `main` has none: there the app synthesizes for the account and
 * region of the credentials.
 */
export function environment(): Environment {
  const file = join(__dirname, 'environment.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { name: 'local' };
}
