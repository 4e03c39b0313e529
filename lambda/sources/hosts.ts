import { CodeCommitHost, movedInCodeCommit } from './codecommit';
import type { HostEvent, MovedBranch, SourceHost } from './source';
import type { RepositoryReference, SourceHostName } from '../../src/sources/contract';

interface HostKind {
  /** Connects to the host. */
  readonly connect: () => SourceHost;
  /** Undefined: the event does not come from this host, or moves no branch. */
  readonly moved: (event: HostEvent) => MovedBranch | undefined;
}

/** All hosts of repositories: another one is another line. */
const HOSTS: Readonly<Record<SourceHostName, HostKind>> = {
  codecommit: { connect: () => new CodeCommitHost(), moved: movedInCodeCommit },
};

/** Finds the host of a repository, of which only some methods may be needed. */
export type Hosts<Needed extends keyof SourceHost = keyof SourceHost> = (
  repository: Pick<RepositoryReference, 'host'>,
) => Pick<SourceHost, Needed>;

/** Connects to each host once, when it is first needed. */
export function connectedHosts(): Hosts {
  const connected = new Map<SourceHostName, SourceHost>();
  return ({ host }) => {
    const known = connected.get(host) ?? kindOf(host).connect();
    connected.set(host, known);
    return known;
  };
}

/** The branch that an event has moved; undefined: it moves none. */
export function movedBranch(event: HostEvent): MovedBranch | undefined {
  return Object.values(HOSTS)
    .map(({ moved }) => moved(event))
    .find(branch => branch !== undefined);
}

/** An app may be newer than the organization that serves it. */
function kindOf(host: SourceHostName): HostKind {
  if (Object.hasOwn(HOSTS, host)) return HOSTS[host];
  throw new Error(
    `this organization does not know the host '${String(host)}' of repositories: ` +
      `it knows ${Object.keys(HOSTS).join(', ')}; ` +
      'deploy the Organization with the version of the library that the app has',
  );
}
