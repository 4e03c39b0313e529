import { Comparisons } from './comparisons';
import { HOSTS } from '../sources/host-world';

const COUNT = process.env.CI ? 8 : 3;
const DAY = 24 * 60 * 60 * 1000;

test.each(HOSTS)('commits ahead and behind in %s are those of git cherry', async host => {
  const comparisons = await Comparisons.start(host);
  // others each day; `SEED=n` repeats one
  const first = Number(process.env.SEED ?? Math.floor(Date.now() / DAY) * COUNT);
  for (let seed = first; seed < first + COUNT; seed++) {
    const { git, api } = await comparisons.run(seed);
    expect({ seed, counts: api }).toEqual({ seed, counts: git });
  }
  await comparisons.stop();
}, 300_000);
