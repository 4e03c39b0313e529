import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Checked } from './check';
import type { Answer, Task } from './player';
import type { RunReport } from './run';
import type { Schedule } from './schedule';

const PLAYER = join(__dirname, 'player.ts');
const ROOT = join(__dirname, '../..');

// much is made that is gone a moment later: with more room for it, a tenth of the time is saved
const NODE = ['--import', 'tsx', '--max-semi-space-size=32'];

/** Processes that play schedules, one on each core; within Jest a run takes nearly twice as long. */
export class Players {
  private readonly all: ChildProcess[] = [];
  private readonly idle: ChildProcess[];
  private readonly waiting: ((player: ChildProcess) => void)[] = [];

  public constructor(count = availableParallelism()) {
    this.idle = Array.from({ length: count }, () => this.begin());
  }

  public async check(seed: number): Promise<Checked> {
    const answer = await this.ask({ seed });
    if ('checked' in answer) return answer.checked;
    throw new Error('problem' in answer ? answer.problem : `seed ${seed} was not checked`);
  }

  public async play(schedule: Schedule): Promise<RunReport> {
    const answer = await this.ask({ schedule });
    if ('report' in answer) return answer.report;
    throw new Error('problem' in answer ? answer.problem : 'the schedule was not played');
  }

  public async stop(): Promise<void> {
    await Promise.all(this.all.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null).map(async player => {
      const ended = new Promise(resolve => player.once('exit', resolve));
      player.disconnect();
      await ended;
    }));
  }

  private begin(): ChildProcess {
    const player = fork(PLAYER, { cwd: ROOT, execArgv: NODE });
    this.all.push(player);
    return player;
  }

  private async ask(task: Task): Promise<Answer> {
    const player = this.idle.pop() ?? await new Promise<ChildProcess>(resolve => this.waiting.push(resolve));
    try {
      return await this.answerOf(player, task);
    } finally {
      // another one comes for a player that has died
      const next = player.connected ? player : this.begin();
      const wait = this.waiting.shift();
      if (wait) wait(next);
      else this.idle.push(next);
    }
  }

  private async answerOf(player: ChildProcess, task: Task): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      const died = (code: number | null): void => reject(new Error(`a player ended with ${code} at ${JSON.stringify(task)}`));
      player.once('exit', died);
      player.once('message', (told: Answer) => {
        player.off('exit', died);
        resolve(told);
      });
      player.send(task);
    });
  }
}
