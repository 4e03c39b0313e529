import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

interface ShellOptions {
  /** Folder for state that is passed from one process to the next. */
  readonly folder: string;
  /** Initial folder. */
  readonly startIn: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

export interface CommandFailure {
  readonly command: string;
  readonly reason: string;
}

/**
 * A shell for the duration of a build. Each list of commands runs in its own bash process, because a command can exit
 * the shell. Variables, functions and the current folder are passed to the next process.
 */
export class Shell {
  private child?: ChildProcess;
  private ended = false;
  private readonly state: string;
  private readonly progress: string;

  public constructor(private readonly options: ShellOptions) {
    this.state = join(options.folder, 'state');
    this.progress = join(options.folder, 'progress');
  }

  /** Runs commands until one fails. */
  public async run(
    commands: readonly string[],
    extra: Readonly<Record<string, string>> = {},
  ): Promise<CommandFailure | undefined> {
    if (commands.length === 0) return undefined;
    rmSync(this.progress, { force: true });
    const script = join(this.options.folder, 'commands.sh');
    writeFileSync(script, this.script(commands, extra));
    const reason = await this.execute(script);
    return reason === undefined ? undefined : { command: commands[this.reached()], reason };
  }

  /** Variables after the last command, exported or not. */
  public async variables(names: readonly string[]): Promise<Record<string, string>> {
    const valid = names.filter(name => /^\w+$/.test(name));
    const output = join(this.options.folder, 'variables');
    const script = join(this.options.folder, 'variables.sh');
    const shown = valid.map(
      name => `[ -z "\${${name}+x}" ] || printf '%s=%s\\0' ${name} "$${name}" >> ${quoted(output)}`,
    );
    writeFileSync(script, [...this.restored(), ...shown].join('\n'));
    await this.execute(script);
    const entries = existsSync(output)
      ? readFileSync(output, 'utf8')
        .split('\0')
        .filter(entry => entry !== '')
      : [];
    return Object.fromEntries(
      entries.map(entry => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
    );
  }

  /** Kills the running command and its children, and runs no further command. */
  public kill(): void {
    this.ended = true;
    const pid = this.child?.pid;
    if (pid === undefined || this.child?.exitCode !== null) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // the process has already ended
    }
  }

  private script(commands: readonly string[], extra: Readonly<Record<string, string>>): string {
    return [
      // one stream, so that an error message comes after its cause
      'exec 2>&1',
      ...this.restored(),
      ...Object.entries(extra).map(([name, value]) => `export ${name}=${quoted(value)}`),
      `trap '__status=$?; { declare -p; declare -f; } > ${quoted(this.state)}; exit $__status' EXIT`,
      ...commands.flatMap((command, index) => [
        `printf %s ${index} > ${quoted(this.progress)}`,
        `printf '%s\\n' ${quoted(`[Container] Running command ${command.trim()}`)}`,
        // not `||`, which would disable `set -e` of a command
        `eval ${quoted(command)}\n__status=$?; [ $__status -eq 0 ] || exit $__status`,
      ]),
    ].join('\n');
  }

  /** Restores the state after the previous commands. */
  private restored(): string[] {
    return existsSync(this.state)
      ? [`. ${quoted(this.state)} 2>/dev/null`, 'cd "$PWD"']
      : [`cd ${quoted(this.options.startIn)}`];
  }

  private reached(): number {
    return existsSync(this.progress) ? Number(readFileSync(this.progress, 'utf8')) : 0;
  }

  /** Returns the reason if it failed. */
  private async execute(script: string): Promise<string | undefined> {
    if (this.ended) return 'the build was ended';
    // a separate process group, so that children are killed, too
    const child = spawn('bash', ['--noprofile', '--norc', script], {
      env: this.options.variables,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    const written = [child.stdout, child.stderr].map(async stream => {
      for await (const line of createInterface({ input: stream })) this.options.onLine(line);
    });
    const reason = await new Promise<string | undefined>(resolve => {
      child.once('error', error => resolve(error.message));
      child.once('exit', (code, signal) =>
        resolve(signal !== null ? `signal: ${signal}` : code === 0 ? undefined : `exit status ${code}`),
      );
    });
    // a background process can keep the streams open
    await Promise.race([Promise.all(written), new Promise(resolve => setTimeout(resolve, 200).unref())]);
    return reason;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
