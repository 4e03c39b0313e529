// Shows a release, a rollback and an aborted release in the rehearsal, with HTTP servers and clients on this machine.
//   npm run demo:blue-green [-- --requests <per second> --picture <file>]
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { drawShares } from './picture';
import type { Mark, Panel } from './picture';
import { SwitchWorld, TTL_SECONDS } from './world';
import type { Kind } from './world';
import type { SideName } from '../../src/blue-green/contract';
import type { ReleaseStatus } from '../../src/blue-green/release/contract';

const TITLES: Readonly<Record<Kind, string>> = {
  route53: `Traffic.route53, TTL ${TTL_SECONDS} s: share of side green`,
  cloudFront: 'Traffic.cloudFront: share of side green',
};

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '20' },
    picture: { type: 'string', default: 'blue-green.svg' },
  },
});

interface Shown extends Panel {
  readonly isGood: boolean;
}

async function show(kind: Kind): Promise<Shown> {
  const world = await SwitchWorld.start(kind, Number(values.requests));
  const { clients, clock } = world;
  const marks: Mark[] = [];
  const run = async (what: string, action: () => Promise<ReleaseStatus>) => {
    const at = clock.now();
    marks.push({ at, what });
    const { last } = await action();
    const ended = clock.now();
    await clock.sleep(120);
    if (!last) return;
    const old = last.outcome === 'succeeded' ? last.from : last.to;
    const decided = `the last change was decided ${seconds(at, world.changedAt)} after the command`;
    console.log(`  ${what.padEnd(17)} ${last.outcome} after ${seconds(at, ended)}; ${decided}`);
    console.log(`    in effect after it: ${lastAnswers(world, old)}`);
    if (last.failure !== undefined) console.log(`    ${last.failure}`);
  };
  try {
    console.log(`\n${TITLES[kind].split(':')[0]}`);
    await world.release('one');
    await clock.sleep(60);
    clients.start();
    await clock.sleep(30);
    await run('release', async () => world.release('two'));
    await run('rollback', async () => world.rollback());
    await run('release, aborted', async () => world.abortedRelease('three', 75));
    await clients.stop();
    const { requests, requestsPerRealSecond, failed, unhealthy } = clients;
    console.log(
      `  ${requests} requests (${requestsPerRealSecond} in each second of real time), ${failed.length} failed, `
        + `${unhealthy.length} answered by a side that was not healthy`,
    );
    const isGood = failed.length + unhealthy.length === 0;
    return { title: TITLES[kind], groups: clients.groupNames, samples: clients.samples, marks, isGood };
  } finally {
    await world.stop();
  }
}

/** How long after the last change the side without traffic has answered the last request of each group. */
function lastAnswers({ clients, changedAt }: SwitchWorld, side: SideName): string {
  return clients.groupNames.map(group => {
    const at = clients.lastAnswerOf(side, group, changedAt);
    return `${group} within ${at === undefined ? 'a second' : seconds(changedAt, at)}`;
  }).join(', ');
}

function seconds(from: number, to: number): string {
  return `${Math.round((to - from) / 1000)} s`;
}

async function demo(): Promise<void> {
  const panels = [await show('route53'), await show('cloudFront')];
  const file = resolve(values.picture);
  writeFileSync(file, drawShares(panels));
  console.log(`\nThe shares over time: ${file}`);
  process.exitCode = panels.every(({ isGood }) => isGood) ? 0 : 1;
}

void demo();
