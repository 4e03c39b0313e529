import * as fc from 'fast-check';
import type { Apps } from './apps';
import type { RunReport } from './run';
import { runSchedule } from './run';
import type { Schedule, ScheduleKind } from './schedule';
import { schedules } from './schedule';

export interface CheckResult {
  readonly seed: number;
  readonly schedule: Schedule;
  readonly report: RunReport;
  /** The shortest schedule found that violates an invariant; absent if the schedule of the seed violates none. */
  readonly shortest?: { readonly schedule: Schedule; readonly report: RunReport };
}

/** Runs the schedule of a seed. If it violates an invariant, searches for shorter ones, unless `shrink` is false. */
export async function check(
  apps: Apps, seed: number, kind: ScheduleKind, shrink = true,
): Promise<CheckResult> {
  const runs: { schedule: Schedule; report: RunReport }[] = [];
  await fc.check(fc.asyncProperty(schedules[kind], async schedule => {
    const report = await runSafely(apps, schedule);
    runs.push({ schedule, report });
    return report.violations.length === 0;
  }), { seed, numRuns: 1, endOnFailure: !shrink });
  const [first] = runs;
  const shortest = runs.filter(({ report }) => report.violations.length > 0).at(-1);
  return { seed, ...first, ...(shortest && { shortest }) };
}

/** Reports an error of the rehearsal itself as a violation. */
async function runSafely(apps: Apps, schedule: Schedule): Promise<RunReport> {
  try {
    return await runSchedule(apps, schedule);
  } catch (error) {
    const violation = error instanceof Error ? error.stack ?? error.message : String(error);
    return { violations: [violation], injected: {}, damaged: {}, hasAbandonedResources: false, log: [] };
  }
}

/** Describes the shortest failing schedule of a result: how to repeat it, what happened, and what it violated. */
export function describeFailure({ seed, shortest }: CheckResult): string {
  if (!shortest) return '';
  const { schedule, report } = shortest;
  const violations = report.violations.map(violation => `✗ ${violation}`);
  return [`seed ${seed}, shortest schedule: ${JSON.stringify(schedule)}`, ...report.log, ...violations].join('\n  ');
}
