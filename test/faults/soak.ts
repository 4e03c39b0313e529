import { parseArgs } from 'node:util';
import { describeBroken } from './check';
import { Players } from './players';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } } });
const [runs, first] = [values.runs, values.seed].map(Number);

async function soak(): Promise<void> {
  const startedAt = Date.now();
  const seconds = (): number => Math.round((Date.now() - startedAt) / 1000);
  const struck: Record<string, number> = {};
  const broken: number[] = [];
  let [done, gaveUp] = [0, 0];
  const players = new Players();
  await Promise.all(Array.from({ length: runs }, async (_, index) => {
    const checked = await players.check(first + index).catch((error: unknown) => {
      console.log(`\nseed ${first + index} did not end: ${String(error)}`);
    });
    if (!checked) return;
    for (const [kind, count] of Object.entries(checked.report.struck)) struck[kind] = (struck[kind] ?? 0) + count;
    if (checked.report.gaveUp) gaveUp++;
    if (checked.shortest) {
      broken.push(checked.seed);
      console.log(`\n${describeBroken(checked)}`);
    }
    if (++done % 500 === 0) console.log(`${done} runs, ${broken.length} broken, ${seconds()} s`);
  }));
  await players.stop();
  const faults = Object.entries(struck).sort(([, one], [, other]) => other - one).map(([kind, count]) => `${kind} ${count}`).join(', ');
  console.log(`\n${done} runs in ${seconds()} s, from seed ${first}\nfaults: ${faults}\nCloudFormation gave up to delete something in ${gaveUp}`);
  const isWhole = broken.length === 0 && done === runs;
  console.log(isWhole ? 'nothing broke' : `${broken.length} broke (seeds ${broken.join(', ')}), ${runs - done} did not end`);
  process.exitCode = isWhole ? 0 : 1;
}

void soak();
