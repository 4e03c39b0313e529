import { runTakings } from './takings';

const ENVIRONMENTS = 200;
const ACCOUNTS = 40;
const FAULTS = { crash: 0.01, throttle: 0.03 };

/** Lets 200 environments take and leave 40 accounts, as often as `runs` says. Returns whether all runs were right. */
export async function soakPool(runs: number, first: number): Promise<boolean> {
  const startedAt = Date.now();
  const totals: Record<string, number> = {};
  let failed = 0;
  for (let seed = first; seed < first + runs; seed++) {
    const { violations, counts } = await runTakings({
      environments: ENVIRONMENTS, accounts: ACCOUNTS, seed, faults: FAULTS,
    });
    for (const [name, count] of Object.entries(counts)) totals[name] = (totals[name] ?? 0) + count;
    if (violations.length === 0) continue;
    failed++;
    console.log(`seed ${seed}: ${violations.join('\n')}`);
  }
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  console.log(`${runs} runs in ${seconds} s, first seed ${first}: ${ENVIRONMENTS} environments, ${ACCOUNTS} accounts`);
  console.log(Object.entries(totals).map(([name, count]) => `${name} ${count}`).join(', '));
  console.log(failed === 0 ? 'no violations' : `${failed} failed`);
  return failed === 0;
}
