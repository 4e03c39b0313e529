import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';

export class GitError extends Error {
  public constructor(
    readonly argument: readonly string[], readonly exitCode: number, readonly stderr: string, readonly stdout: Buffer,
  ) {
    super(`git ${argument.join(' ')} failed with ${exitCode}: ${stderr}`);
  }
}

export interface GitOptions {
  readonly input?: string | Buffer;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs `git` without a shell and without the user's configuration. */
export class Git {
  private readonly settings: string;

  public constructor(folder: string) {
    this.settings = join(folder, 'gitconfig');
    // A repository may belong to another user of this machine; it is only read.
    writeFileSync(
      this.settings,
      '[safe]\n\tdirectory = *\n[init]\n\tdefaultBranch = main\n[core]\n\tautocrlf = '
        + 'false\n\tquotePath = false\n[gc]\n\tauto = 0\n',
    );
  }

  public async run(argument: readonly string[], options: GitOptions = {}): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const env = {
        ...foreign(process.env),
        GIT_CONFIG_GLOBAL: this.settings,
        GIT_CONFIG_SYSTEM: devNull,
        GIT_TERMINAL_PROMPT: '0',
        ...options.environment,
      };
      const child = execFile(
        'git',
        [...argument],
        { env, encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 },
        (error, output, stderr) => {
          if (error === null) {
            resolve(output);
          } else if (error.code === 'ENOENT') {
            reject(new Error('the rehearsal of CodeCommit needs the command git, which was not found'));
          } else {
            const exitCode = typeof error.code === 'number' ? error.code : 1;
            reject(new GitError(argument, exitCode, stderr.toString().trim(), output));
          }
        },
      );
      // git can exit before it has read its whole input; the exit status is more useful than the broken pipe.
      child.stdin?.on('error', () => {});
      child.stdin?.end(options.input ?? '');
    });
  }

  public async text(argument: readonly string[], options?: GitOptions): Promise<string> {
    return (await this.run(argument, options)).toString('utf8').trim();
  }
}

/** The environment without the variables of a surrounding git, for example in a hook. */
function foreign(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('GIT_')));
}
