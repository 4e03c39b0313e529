import { ComparedHistory, Comparisons } from './comparisons';
import { HOSTS } from '../sources/host-world';

/** `npm run soak -- --kind compare` runs more. */
const COUNT = 3;
const DAY = 24 * 60 * 60 * 1000;

// others each day; `SEED=n` repeats one
const first = Number(process.env.SEED ?? Math.floor(Date.now() / DAY) * COUNT);

let histories: ComparedHistory[];
beforeAll(() => {
  histories = Array.from({ length: COUNT }, (_, index) => new ComparedHistory(first + index));
});
afterAll(() => {
  for (const history of histories) history.remove();
});

test.each(HOSTS)('commits ahead and behind in %s are those of git cherry', async host => {
  const comparisons = await Comparisons.start(host);
  for (const history of histories) {
    const { seed, expected } = history;
    expect({ seed, counts: await comparisons.run(history) }).toEqual({ seed, counts: expected });
  }
  await comparisons.stop();
}, 300_000);
