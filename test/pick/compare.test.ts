import { Comparisons } from './comparisons';

const COUNT = process.env.CI ? 8 : 3;
const DAY = 24 * 60 * 60 * 1000;

test('commits ahead and behind are those of git cherry', async () => {
  const comparisons = await Comparisons.start();
  // others each day; `SEED=n` repeats one
  const first = Number(process.env.SEED ?? Math.floor(Date.now() / DAY) * COUNT);
  for (let seed = first; seed < first + COUNT; seed++) {
    const { git, api } = await comparisons.run(seed);
    expect({ seed, counts: api }).toEqual({ seed, counts: git });
  }
  await comparisons.stop();
}, 300_000);
