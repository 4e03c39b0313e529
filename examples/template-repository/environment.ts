import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The environment that a branch belongs to: where its pipeline deploys. */
export interface Environment {
  readonly name: string;
  readonly accountId?: string;
  readonly region?: string;
}

/** Every branch of an environment has this file at its root; `main` belongs to no environment, and synthesizes for wherever one is logged in. */
export function environment(): Environment {
  const file = join(__dirname, 'environment.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { name: 'local' };
}
