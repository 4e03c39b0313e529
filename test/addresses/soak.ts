import { runIpamRace } from './ipam-race';
import { runRace } from './race';

const RACE = { allocators: 50, operations: 10_000, crash: 0.05 };

/** Lets 50 allocators make 10,000 allocations and releases, as often as `runs` says. Returns whether all were right. */
export async function soakAddresses(runs: number, first: number): Promise<boolean> {
  const startedAt = Date.now();
  let failed = 0;
  for (let seed = first; seed < first + runs; seed++) {
    const { violations, counts, fragmentation } = await runRace({ ...RACE, seed });
    console.log(`seed ${seed}: ${factsOf(counts)}; fragmentation ${fragmentation.toFixed(3)} of best fit`);
    const pool = await runIpamRace({ ...RACE, seed });
    console.log(`seed ${seed}, IPAM: ${factsOf(pool.counts)}`);
    const all = [...violations, ...pool.violations];
    if (all.length === 0 && fragmentation <= 1.1) continue;
    failed++;
    console.log(all.slice(0, 10).join('\n'));
  }
  console.log(`${runs} runs in ${Math.round((Date.now() - startedAt) / 1000)} s, first seed ${first}`);
  console.log(failed === 0 ? 'no violations' : `${failed} failed`);
  return failed === 0;
}

function factsOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts).sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, count]) => `${name}: ${count}`).join(', ');
}
