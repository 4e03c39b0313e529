import type { BundleMeasure } from './bundles';
import type { CallsPerEnvironment } from './calls';
import type { ColdSynthTime } from './cold-synth';
import type { ManyApps } from './many-apps';
import type { Preparation } from './preparation';
import type { ResourceCount } from './resources';
import type { SynthTime } from './synth';
import type { VendingTime } from './vending';

export interface Results {
  readonly resources: readonly ResourceCount[];
  readonly synth: readonly SynthTime[];
  readonly coldSynth: readonly ColdSynthTime[];
  readonly preparation: Preparation;
  readonly vending: readonly VendingTime[];
  readonly manyApps: ManyApps;
  readonly calls: readonly CallsPerEnvironment[];
  readonly bundles: readonly BundleMeasure[];
}

/** Environments in one stack, times the lower bound, growth of the calls, calls of one environment, milliseconds to load a bundle, and its size. */
const LIMITS = { fit: 150, ratio: 1.15, growth: 1.1, calls: 110, loadMilliseconds: 150, kibibytes: 450 };

/** What must hold and does not, in words. */
export function misses({ resources, preparation, vending, manyApps, calls, bundles }: Results): string[] {
  const [few, many] = [calls[0], calls[calls.length - 1]];
  return [
    ...resources.slice(0, 1).filter(({ fit }) => fit < LIMITS.fit).map(({ fit }) => `(a) ${fit} environments fit into a stack, at least ${LIMITS.fit} must`),
    ...vending.filter(({ accounts }) => accounts >= 25).flatMap(row => missesOf(row, preparation)),
    ...missesOfApps(manyApps),
    ...many.total > few.total * LIMITS.growth
      ? [`(d) ${many.total} calls an environment at ${many.environments}, ${few.total} at ${few.environments}: at most a tenth more must be`]
      : [],
    ...few.total > LIMITS.calls ? [`(d) one environment takes ${few.total} calls, at most ${LIMITS.calls} are allowed`] : [],
    ...bundles.filter(({ loadMilliseconds }) => loadMilliseconds > LIMITS.loadMilliseconds)
      .map(({ handler, loadMilliseconds }) => `(e) the handler '${handler}' takes ${loadMilliseconds} ms to load, at most ${LIMITS.loadMilliseconds} must it be`),
    ...bundles.filter(({ kibibytes }) => kibibytes > LIMITS.kibibytes)
      .map(({ handler, kibibytes }) => `(e) the bundle of handler '${handler}' has ${kibibytes} KiB, at most ${LIMITS.kibibytes} are allowed`),
  ];
}

function missesOf({ accounts, lowerBoundSeconds, ours }: VendingTime, { awsSeconds }: Preparation): string[] {
  const judged = [
    ['created', ours.createdSeconds, lowerBoundSeconds], ['ready', ours.readySeconds, lowerBoundSeconds + awsSeconds],
  ] as const;
  return judged.filter(([, seconds, bound]) => seconds > bound * LIMITS.ratio)
    .map(([what, seconds, bound]) => `(c) ${accounts} accounts are ${what} after ${seconds} s, at most ${LIMITS.ratio} times ${bound} s must it be`);
}

/** One statement for each repository would outgrow a role: its size must not depend on the apps. */
function missesOfApps({ apps, repositories, deployed, failure, role }: ManyApps): string[] {
  return [
    ...failure === undefined
      ? []
      : [`(c) of ${apps} apps with ${repositories} repositories, ${deployed} can be deployed, all must be; the next one: ${failure}`],
    ...role.sizeAfter > role.sizeBefore
      ? [`(c) the policies of role '${role.name}' grow from ${role.sizeBefore} to ${role.sizeAfter} characters with the apps, `
        + 'their size must stay the same']
      : [],
  ];
}
