import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { exitFailure, timeoutFailure } from './invocation';
import type { Execution, Invocation, Outcome, RuntimeOptions } from './runtime-protocol';
import { guardFile, runtimeFile } from '../../core/bundled-files';
import type { Clock } from '../../core/clock';

interface ProcessListener {
  onLine(line: string): void;
  /** Called with each host that the function was not allowed to reach. */
  onRefused(host: string): void;
}

/** A Node process of a function: one execution environment, which handles one invocation at a time. */
export class FunctionProcess implements Execution {
  private readonly child: ChildProcess;
  private settle?: (outcome: Outcome) => void;
  private requestId = '';
  private timeoutSeconds = 0;

  public constructor(options: RuntimeOptions, variables: Record<string, string>, listener: ProcessListener) {
    this.child = fork(runtimeFile(), [JSON.stringify(options)], {
      cwd: options.taskRoot,
      env: variables,
      execArgv: ['--require', guardFile()],
      silent: true,
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', listener.onLine);
    }
    this.child.on('message', (message: Outcome & { requestId?: string; refused?: string }) => {
      if (message.refused !== undefined) listener.onRefused(message.refused);
      if (message.requestId === this.requestId) this.finish(message);
    });
    this.child.on('exit', (code, signal) =>
      this.finish({ error: exitFailure(this.requestId, statusOf(code, signal)) }),
    );
    this.child.on('error', error =>
      this.finish({ error: { errorType: 'Runtime.StartError', errorMessage: error.message } }),
    );
  }

  public get alive(): boolean {
    // a killed process may not have exited yet
    return !this.child.killed && this.child.exitCode === null && this.child.signalCode === null && this.child.connected;
  }

  /** Runs one invocation. The timeout is in real time, because work is not scaled. */
  public async invoke(invocation: Omit<Invocation, 'endsAt'>, timeoutSeconds: number): Promise<Outcome> {
    this.requestId = invocation.requestId;
    this.timeoutSeconds = timeoutSeconds;
    const timer = setTimeout(() => this.timeOut(), timeoutSeconds * 1000);
    try {
      return await new Promise<Outcome>(resolve => {
        this.settle = resolve;
        if (!this.alive) {
          return this.finish({
            error: exitFailure(invocation.requestId, statusOf(this.child.exitCode, this.child.signalCode)),
          });
        }
        this.child.send({ ...invocation, endsAt: Date.now() + timeoutSeconds * 1000 } satisfies Invocation);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Stops the invocation after its timeout in simulated time, because it does no work. */
  public async hang(clock: Clock): Promise<void> {
    const { requestId } = this;
    await clock.sleep(this.timeoutSeconds);
    if (this.requestId === requestId) this.timeOut();
  }

  public kill(): void {
    this.child.kill('SIGKILL');
  }

  private timeOut(): void {
    this.finish({ error: timeoutFailure(Date.now(), this.requestId, this.timeoutSeconds) });
    this.kill();
  }

  private finish(outcome: Outcome): void {
    this.settle?.(outcome);
    this.settle = undefined;
  }
}

function statusOf(code: number | null, signal: string | null): string {
  return signal === null ? `exit status ${code}` : `signal: ${signal}`;
}
