import { isDeepStrictEqual } from 'node:util';
import { ComparedHistory, Comparisons } from './comparisons';
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

/** Compares branches of random histories by the API and by `git cherry`. Returns whether all have the same result. */
export async function soakComparisons(runs: number, first: number): Promise<boolean> {
  const comparisons = await Comparisons.start('codecommit');
  const failed: number[] = [];
  let [pairs, equal] = [0, 0];
  for (let seed = first; seed < first + runs; seed++) {
    const history = new ComparedHistory(seed);
    const compared = await comparisons.run(history);
    history.remove();
    const { expected } = history;
    pairs += expected.length;
    equal += expected.filter(({ ahead, behind }) => ahead === 0 && behind === 0).length;
    if (isDeepStrictEqual(expected, compared)) continue;
    failed.push(seed);
    console.log(`seed ${seed}: git has ${JSON.stringify(expected)}, the API ${JSON.stringify(compared)}`);
  }
  await comparisons.stop();
  console.log(`${runs} trees with ${pairs} pairs of branches, ${equal} of them equal, first seed ${first}`);
  console.log(failed.length === 0 ? 'no differences' : `${failed.length} differ: seeds ${failed.join(', ')}`);
  return failed.length === 0;
}
