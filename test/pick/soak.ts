import { isDeepStrictEqual } from 'node:util';
import { Pairs } from './pairs';

/** Picks in random histories by the API and by git. Returns whether all have the same result. */
export async function soakPicks(runs: number, first: number): Promise<boolean> {
  const startedAt = Date.now();
  const pairs = await Pairs.start();
  const counts = { picked: 0, empty: 0, conflicts: 0 };
  const failed: number[] = [];
  for (let seed = first; seed < first + runs; seed++) {
    const { git, api, left } = await pairs.run(seed).catch((error: unknown) => ({ git: error, api: {}, left: [] }));
    if (!isDeepStrictEqual(git, api) || left.length > 0) {
      failed.push(seed);
      const expected = git instanceof Error ? String(git) : JSON.stringify(git);
      console.log(`seed ${seed}: git has ${expected}, the API ${JSON.stringify(api)}, left: ${left.join(' ')}`);
    }
    if ('conflicts' in api) counts.conflicts++;
    else if ('isEmpty' in api && api.isEmpty) counts.empty++;
    else counts.picked++;
  }
  await pairs.stop();
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  console.log(`${runs} picks in ${seconds} s, first seed ${first}: ${JSON.stringify(counts)}`);
  console.log(failed.length === 0 ? 'no differences' : `${failed.length} differ: seeds ${failed.join(', ')}`);
  return failed.length === 0;
}
