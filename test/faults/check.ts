import * as fc from 'fast-check';
import type { Apps } from './apps';
import type { RunReport } from './run';
import { play } from './run';
import type { Schedule } from './schedule';
import { schedules } from './schedule';

export interface Checked {
  readonly seed: number;
  readonly schedule: Schedule;
  readonly report: RunReport;
  /** The shortest schedule that breaks something, if this one does. */
  readonly shortest?: { readonly schedule: Schedule; readonly report: RunReport };
}

/** Plays the schedule of a number; if it breaks something, shorter ones are looked for. */
export async function check(apps: Apps, seed: number, shrink = true): Promise<Checked> {
  const played: { schedule: Schedule; report: RunReport }[] = [];
  await fc.check(fc.asyncProperty(schedules, async schedule => {
    const report = await playSafely(apps, schedule);
    played.push({ schedule, report });
    return report.violations.length === 0;
  }), { seed, numRuns: 1, endOnFailure: !shrink });
  const [first] = played;
  const shortest = played.filter(({ report }) => report.violations.length > 0).at(-1);
  return { seed, ...first, ...(shortest && { shortest }) };
}

/** A fault of the rehearsal is a finding as well. */
async function playSafely(apps: Apps, schedule: Schedule): Promise<RunReport> {
  try {
    return await play(apps, schedule);
  } catch (error) {
    return { violations: [error instanceof Error ? error.stack ?? error.message : String(error)], struck: {}, gaveUp: false, story: [] };
  }
}

/** A broken run for whoever is to mend it. */
export function describeBroken({ seed, shortest }: Checked): string {
  if (!shortest) return '';
  const { schedule, report } = shortest;
  return [`seed ${seed}, shortest schedule: ${JSON.stringify(schedule)}`, ...report.story, ...report.violations.map(words => `✗ ${words}`)].join('\n  ');
}
