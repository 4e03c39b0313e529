import { Pairs } from './pairs';

const COUNT = process.env.CI ? 12 : 10;
const DAY = 24 * 60 * 60 * 1000;

let pairs: Pairs;
beforeAll(async () => {
  pairs = await Pairs.start();
});
afterAll(async () => pairs.stop());

test('a pick by the API has the tree of git cherry-pick, or names the same files in conflict', async () => {
  // others each day; `SEED=n` repeats one
  const first = Number(process.env.SEED ?? Math.floor(Date.now() / DAY) * COUNT);
  for (let seed = first; seed < first + COUNT; seed++) {
    const { git, api, left } = await pairs.run(seed);
    expect({ seed, ...api, left }).toEqual({ seed, ...git, left: [] });
  }
}, 300_000);
