import { Apps } from './apps';
import { check } from './check';
import type { Checked } from './check';
import type { RunReport } from './run';
import { play } from './run';
import type { Schedule } from './schedule';

/** A seed is checked, which looks for a shorter schedule where one breaks something; a schedule is played as it is. */
export type Task = { readonly seed: number } | { readonly schedule: Schedule };

export type Answer = { readonly checked: Checked } | { readonly report: RunReport } | { readonly problem: string };

async function answer(apps: Apps, task: Task): Promise<Answer> {
  try {
    return 'seed' in task ? { checked: await check(apps, task.seed) } : { report: await play(apps, task.schedule) };
  } catch (error) {
    return { problem: error instanceof Error ? error.stack ?? error.message : String(error) };
  }
}

// a good part of a run are errors of AWS, and nobody reads where they were made
Error.stackTraceLimit = 0;
const made = new Apps();
process.on('message', (task: Task) => void answer(made, task).then(told => process.send?.(told)));
process.on('disconnect', () => made.remove());
