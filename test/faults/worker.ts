import { Apps } from './apps';
import { check } from './check';
import type { CheckResult } from './check';
import type { RunReport } from './run';
import { runSchedule } from './run';
import type { Schedule, ScheduleKind } from './schedule';

/** A seed is checked, which searches for the shortest failing schedule; a schedule is run once. */
export type Task = { readonly seed: number; readonly kind: ScheduleKind } | { readonly schedule: Schedule };

export type TaskResult = { readonly result: CheckResult } | { readonly report: RunReport } | { readonly error: string };

async function execute(apps: Apps, task: Task): Promise<TaskResult> {
  try {
    return 'seed' in task
      ? { result: await check(apps, task.seed, task.kind) }
      : { report: await runSchedule(apps, task.schedule) };
  } catch (error) {
    return { error: error instanceof Error ? error.stack ?? error.message : String(error) };
  }
}

// a run creates many errors of AWS, and the stack traces of them take much of its time
Error.stackTraceLimit = 0;
const apps = new Apps();
process.on('message', (task: Task) => void execute(apps, task).then(result => process.send?.(result)));
process.on('disconnect', () => apps.remove());
