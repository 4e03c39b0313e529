import { CodeCommitHost, movedInCodeCommit } from './codecommit';
import type { HostEvent, MovedBranch, SourceHost } from './source';
import type { RepositoryReference, SourceHostName } from '../../src/sources/contract';

interface HostKind {
  /** Connects to the host. */
  readonly connect: () => SourceHost;
  /** Undefined: the event is not from this host, or updates no branch. */
  readonly moved: (event: HostEvent) => MovedBranch | undefined;
}

/** All hosts of repositories. */
const HOSTS: Readonly<Record<SourceHostName, HostKind>> = {
  codecommit: { connect: () => new CodeCommitHost(), moved: movedInCodeCommit },
};

/** Returns the host of a repository, limited to the methods that the caller needs. */
export type Hosts<Needed extends keyof SourceHost = keyof SourceHost> = (
  repository: Pick<RepositoryReference, 'host'>,
) => Pick<SourceHost, Needed>;

/** Connects to each host once, on its first use. */
export function connectedHosts(): Hosts {
  const connected = new Map<SourceHostName, SourceHost>();
  return ({ host }) => {
    const known = connected.get(host) ?? kindOf(host).connect();
    connected.set(host, known);
    return known;
  };
}

/** The branch that an event reports as updated; undefined: it reports none. */
export function movedBranch(event: HostEvent): MovedBranch | undefined {
  return Object.values(HOSTS)
    .map(({ moved }) => moved(event))
    .find(branch => branch !== undefined);
}

/** An app may be newer than the organization that serves it. */
function kindOf(host: SourceHostName): HostKind {
  if (Object.hasOwn(HOSTS, host)) return HOSTS[host];
  throw new Error(
    `unknown host '${String(host)}' of repositories (known are ${Object.keys(HOSTS).join(', ')}): `
      + 'deploy the Organization with the version of the library that the app uses',
  );
}
