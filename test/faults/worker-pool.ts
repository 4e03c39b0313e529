import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { CheckResult } from './check';
import type { RunReport } from './run';
import type { Schedule, ScheduleKind } from './schedule';
import type { Task, TaskResult } from './worker';

const WORKER = join(__dirname, 'worker.ts');
const ROOT = join(__dirname, '../..');

// most objects are short-lived: a larger young generation saves a tenth of the time
const NODE_OPTIONS = ['--import', 'tsx', '--max-semi-space-size=32'];

/** A process keeps some megabytes of each schedule. */
const MAX_TASKS = 200;

/** Processes that run schedules, one per core. Within Jest, a run takes nearly twice as long. */
export class WorkerPool {
  private readonly all: ChildProcess[] = [];
  private readonly idle: ChildProcess[];
  private readonly waiting: ((worker: ChildProcess) => void)[] = [];
  private readonly tasks = new Map<ChildProcess, number>();

  public constructor(count = availableParallelism()) {
    this.idle = Array.from({ length: count }, () => this.start());
  }

  public async check(seed: number, kind: ScheduleKind = 'deployment'): Promise<CheckResult> {
    const outcome = await this.execute({ seed, kind });
    if ('result' in outcome) return outcome.result;
    throw new Error('error' in outcome ? outcome.error : `the worker returned no result for seed ${seed}`);
  }

  public async run(schedule: Schedule): Promise<RunReport> {
    const outcome = await this.execute({ schedule });
    if ('report' in outcome) return outcome.report;
    throw new Error('error' in outcome ? outcome.error : 'the worker returned no report for the schedule');
  }

  public async stop(): Promise<void> {
    const running = this.all.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    await Promise.all(running.map(async worker => {
      const exited = new Promise(resolve => worker.once('exit', resolve));
      if (worker.connected) worker.disconnect();
      await exited;
    }));
  }

  private start(): ChildProcess {
    const worker = fork(WORKER, { cwd: ROOT, execArgv: NODE_OPTIONS });
    this.all.push(worker);
    return worker;
  }

  private async execute(task: Task): Promise<TaskResult> {
    const worker = this.idle.pop() ?? await new Promise<ChildProcess>(resolve => this.waiting.push(resolve));
    try {
      return await this.send(worker, task);
    } finally {
      const next = this.canContinue(worker) ? worker : this.start();
      const wait = this.waiting.shift();
      if (wait) wait(next);
      else this.idle.push(next);
    }
  }

  /** False if the worker has exited, or exits now. */
  private canContinue(worker: ChildProcess): boolean {
    if (!worker.connected) return false;
    const count = (this.tasks.get(worker) ?? 0) + 1;
    this.tasks.set(worker, count);
    if (count < MAX_TASKS) return true;
    worker.disconnect();
    return false;
  }

  private async send(worker: ChildProcess, task: Task): Promise<TaskResult> {
    return new Promise<TaskResult>((resolve, reject) => {
      const onExit = (code: number | null): void =>
        reject(new Error(`a worker exited with code ${code} at ${JSON.stringify(task)}`));
      worker.once('exit', onExit);
      worker.once('message', (result: TaskResult) => {
        worker.off('exit', onExit);
        resolve(result);
      });
      worker.send(task);
    });
  }
}
