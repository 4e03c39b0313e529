import { parseArgs } from 'node:util';
import { describeFailure } from './check';
import type { ScheduleKind } from './schedule';
import { WorkerPool } from './worker-pool';
import { soakAddresses } from '../addresses/soak';
import { soakComparisons, soakPicks } from '../pick/soak';
import { soakPool } from '../pool/soak';
import { soakReleases } from '../release/soak';
import { soakSwitches } from '../switches/soak';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string', default: 'deployment' },
    requests: { type: 'string', default: '200' },
  },
});
const [runs, first] = [values.runs, values.seed].map(Number);

async function soakDeployments(kind: ScheduleKind): Promise<void> {
  const startedAt = Date.now();
  const seconds = (): number => Math.round((Date.now() - startedAt) / 1000);
  const injected: Record<string, number> = {};
  const failed: number[] = [];
  let [finished, abandoned] = [0, 0];
  const pool = new WorkerPool();
  await Promise.all(Array.from({ length: runs }, async (_, index) => {
    const result = await pool.check(first + index, kind).catch((error: unknown) => {
      console.log(`\nseed ${first + index} did not finish: ${String(error)}`);
    });
    if (!result) return;
    for (const [name, count] of [...Object.entries(result.report.injected), ...Object.entries(result.report.damaged)]) {
      injected[name] = (injected[name] ?? 0) + count;
    }
    if (result.report.hasAbandonedResources) abandoned++;
    if (result.shortest) {
      failed.push(result.seed);
      console.log(`\n${describeFailure(result)}`);
    }
    if (++finished % 500 === 0) console.log(`${finished} runs, ${failed.length} failed, ${seconds()} s`);
  }));
  await pool.stop();
  const counts = Object.entries(injected)
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${name} ${count}`);
  console.log(`\n${finished} runs in ${seconds()} s, first seed ${first}`);
  console.log(`injected faults: ${counts.join(', ')}`);
  console.log(`runs in which CloudFormation gave up to delete a resource: ${abandoned}`);
  const isPassed = failed.length === 0 && finished === runs;
  console.log(
    isPassed
      ? 'no violations'
      : `${failed.length} failed (seeds ${failed.join(', ')}), ${runs - finished} did not finish`,
  );
  process.exitCode = isPassed ? 0 : 1;
}

async function soak(): Promise<void> {
  switch (values.kind) {
    case 'deployment':
    case 'damage':
      return soakDeployments(values.kind);
    case 'release':
      process.exitCode = (await soakReleases(runs, first)) ? 0 : 1;
      return;
    case 'pick':
      process.exitCode = (await soakPicks(runs, first)) ? 0 : 1;
      return;
    case 'addresses':
      process.exitCode = (await soakAddresses(runs, first)) ? 0 : 1;
      return;
    case 'pool':
      process.exitCode = (await soakPool(runs, first)) ? 0 : 1;
      return;
    case 'compare':
      process.exitCode = (await soakComparisons(runs, first)) ? 0 : 1;
      return;
    case 'switches':
      process.exitCode = (await soakSwitches(Number(values.requests))) ? 0 : 1;
      return;
    default:
      throw new Error(
        "--kind must be 'deployment', 'damage', 'release', 'pick', 'compare', 'pool', 'addresses' or 'switches', "
          + `got '${values.kind}'`,
      );
  }
}

void soak();
