import { execFileSync } from 'node:child_process';
import { devNull } from 'node:os';

/** Runs git without the configuration of the user. */
export function git(cwd: string, argument: readonly string[], input?: Buffer): string {
  return execFileSync('git', [...argument], {
    cwd, input, env: environment(), maxBuffer: 64 * 1024 * 1024, stdio: ['pipe', 'pipe', 'pipe'],
  }).toString('utf8').trim();
}

export function environment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: devNull,
    GIT_CONFIG_GLOBAL: devNull,
    GIT_CONFIG_SYSTEM: devNull,
    GIT_COMMITTER_NAME: 'Bob',
    GIT_COMMITTER_EMAIL: 'bob@example.com',
    GIT_EDITOR: 'true',
  };
}
