import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Apps } from './apps';
import { check, describeBroken } from './check';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' }, worker: { type: 'boolean', default: false }, step: { type: 'string', default: '1' } },
});
const [runs, first, step] = [values.runs, values.seed, values.step].map(Number);

/** What a worker tells of one run. */
interface Told {
  readonly seed: number;
  readonly struck: Readonly<Record<string, number>>;
  readonly gaveUp: boolean;
  readonly broken: string;
}

async function work(): Promise<void> {
  // a good part of a run are errors of AWS, and nobody reads where they were made
  Error.stackTraceLimit = 0;
  const apps = new Apps();
  for (let seed = first; seed < first + runs; seed += step) {
    const checked = await check(apps, seed);
    process.send?.({ seed, struck: checked.report.struck, gaveUp: checked.report.gaveUp, broken: describeBroken(checked) } satisfies Told);
  }
  apps.remove();
  process.disconnect();
}

async function lead(): Promise<void> {
  const workers = Math.min(availableParallelism(), runs);
  const startedAt = Date.now();
  const struck: Record<string, number> = {};
  const broken: number[] = [];
  let [done, gaveUp] = [0, 0];
  await Promise.all(Array.from({ length: workers }, (_, index) => new Promise<void>(resolve => {
    const child = fork(__filename, ['--worker', '--seed', String(first + index), '--runs', String(runs - index), '--step', String(workers)]);
    child.on('exit', () => resolve());
    child.on('message', (told: Told) => {
      for (const [kind, count] of Object.entries(told.struck)) struck[kind] = (struck[kind] ?? 0) + count;
      if (told.gaveUp) gaveUp++;
      if (told.broken) {
        broken.push(told.seed);
        console.log(`\n${told.broken}`);
      }
      if (++done % 500 === 0) console.log(`${done} runs, ${broken.length} broken, ${Math.round((Date.now() - startedAt) / 1000)} s`);
    });
  })));
  const faults = Object.entries(struck).sort(([, one], [, other]) => other - one).map(([kind, count]) => `${kind} ${count}`).join(', ');
  console.log(`\n${done} runs in ${Math.round((Date.now() - startedAt) / 1000)} s, from seed ${first}\nfaults: ${faults}\nCloudFormation gave up to delete something in ${gaveUp}`);
  console.log(broken.length === 0 && done === runs ? 'nothing broke' : `${broken.length} broke (seeds ${broken.join(', ')}), ${runs - done} did not end`);
  process.exitCode = broken.length === 0 && done === runs ? 0 : 1;
}

void (values.worker ? work() : lead());
