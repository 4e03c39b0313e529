import type { BundleMeasure } from './bundles';
import type { CallsPerEnvironment } from './calls';
import type { ColdSynthTime } from './cold-synth';
import type { Preparation } from './preparation';
import type { ResourceCount } from './resources';
import type { SharedOrganization } from './shared-organization';
import type { SynthTime } from './synth';
import type { VendingTime } from './vending';

export interface Results {
  readonly resources: readonly ResourceCount[];
  readonly synth: readonly SynthTime[];
  readonly coldSynth: readonly ColdSynthTime[];
  readonly preparation: Preparation;
  readonly vending: readonly VendingTime[];
  readonly sharedOrganization: SharedOrganization;
  readonly calls: readonly CallsPerEnvironment[];
  readonly bundles: readonly BundleMeasure[];
}

export const LIMITS = {
  /** Minimum number of environments per stack. */
  environmentsPerStack: 110,
  /** Maximum ratio of a vending time to its lower bound. */
  ratio: 1.15,
  /** Number of accounts from which the ratio is checked. */
  ratioFromAccounts: 25,
  /** Maximum calls per environment in a small app, of which eleven record its history and its events. */
  calls: 125,
  /**
   * Maximum ratio of the calls per environment in a large app to those in a small one: accounts poll while they wait
   * for their creation.
   */
  callGrowth: 1.15,
  loadMilliseconds: 150,
  kibibytes: 450,
  /**
   * Larger handlers: the function of releases has the clients of all kinds of traffic and a signer for several regions.
   * That of accounts has the clients of the services that create, prepare and lease accounts, and of those that its
   * preconditions read. That of operations has the clients of all that its commands read or change. That of pipelines
   * invokes the functions of releases, which compare the traffic.
   */
  largeKibibytes: { account: 750, operations: 510, pipeline: 500, release: 700 } as Readonly<Record<string, number>>,
};

/** Returns a message for each limit that the results exceed. */
export function exceededLimits({
  resources,
  preparation,
  vending,
  sharedOrganization,
  calls,
  bundles,
}: Results): string[] {
  return [
    ...resourceLimits(resources[0]),
    ...vending
      .filter(({ accounts }) => accounts >= LIMITS.ratioFromAccounts)
      .flatMap(row => timeLimits(row, preparation)),
    ...sharedOrganizationLimits(sharedOrganization),
    ...callLimits(calls[0], calls[calls.length - 1]),
    ...bundles.flatMap(bundleLimits),
  ];
}

function resourceLimits({ environmentsPerStack }: ResourceCount): string[] {
  if (environmentsPerStack >= LIMITS.environmentsPerStack) return [];
  return [`(a) environments per stack: ${environmentsPerStack}, minimum ${LIMITS.environmentsPerStack}`];
}

function timeLimits({ accounts, lowerBoundSeconds, ours }: VendingTime, { awsSeconds }: Preparation): string[] {
  const times = [
    ['created', ours.createdSeconds, lowerBoundSeconds],
    ['ready', ours.readySeconds, lowerBoundSeconds + awsSeconds],
  ] as const;
  return times.filter(([, seconds, bound]) => seconds > bound * LIMITS.ratio).map(([state, seconds, bound]) => (
    `(c) ${accounts} accounts ${state}: ${seconds} s, limit ${LIMITS.ratio} × ${bound} s`
  ));
}

/** The size of a role must not depend on the number of apps: a statement per repository would exceed the IAM quota. */
function sharedOrganizationLimits({ apps, repositories, deployed, failure, role }: SharedOrganization): string[] {
  return [
    ...(failure === undefined
      ? []
      : [
        `(c) apps for ${repositories} repositories: ${deployed} of ${apps} deployed; next: ${failure}`,
      ]),
    ...(role.sizeAfter > role.sizeBefore
      ? [`(c) policies of role '${role.name}': ${role.sizeAfter} characters with all apps, limit ${role.sizeBefore}`]
      : []),
  ];
}

function callLimits(few: CallsPerEnvironment, many: CallsPerEnvironment): string[] {
  return [
    ...(few.total > LIMITS.calls ? [`(d) calls per environment: ${few.total}, limit ${LIMITS.calls}`] : []),
    ...(many.total > few.total * LIMITS.callGrowth
      ? [
        `(d) calls per environment of ${many.environments}: ${many.total}, limit ${LIMITS.callGrowth} × ${few.total}`,
      ]
      : []),
  ];
}

function bundleLimits({ handler, loadMilliseconds, kibibytes }: BundleMeasure): string[] {
  const limit = LIMITS.largeKibibytes[handler] ?? LIMITS.kibibytes;
  return [
    ...(loadMilliseconds > LIMITS.loadMilliseconds
      ? [`(e) load time of handler '${handler}': ${loadMilliseconds} ms, limit ${LIMITS.loadMilliseconds} ms`]
      : []),
    ...(kibibytes > limit ? [`(e) bundle of handler '${handler}': ${kibibytes} KiB, limit ${limit} KiB`] : []),
  ];
}
