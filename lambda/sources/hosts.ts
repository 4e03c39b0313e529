import { BitbucketClient } from './bitbucket/client';
import { BitbucketHost } from './bitbucket/host';
import { CodeCommitHost } from './codecommit';
import { secretCredentials } from './credentials';
import type { HostCredentials, ReadCredentials } from './credentials';
import { GitHubHost } from './github/host';
import { GitLabHost } from './gitlab/host';
import type { SourceHost } from './source';
import { HostError } from './source';
import type { RepositoryReference, SourceHostName } from '../../src/sources/contract';

/** The attributes of a repository that a connection to its host needs. */
type Connected = Pick<RepositoryReference, 'host' | 'credentialsArn'>;

/** Connects to a host. */
type Connect = (repository: Connected, credentials: ReadCredentials) => SourceHost;

/** All hosts of repositories. */
const HOSTS: Readonly<Record<SourceHostName, Connect>> = {
  codecommit: () => new CodeCommitHost(),
  github: ({ credentialsArn = '' }, credentials) => new GitHubHost(keptByName(async name => {
    const { gitHubClient } = await import('./github/client.mjs');
    return gitHubClient(await credentials(credentialsArn), name);
  }), credentialsArn),
  gitlab: ({ credentialsArn = '' }, credentials) => new GitLabHost(kept(async () => {
    const { gitLabClient } = await import('./gitlab/client.mjs');
    return gitLabClient(tokenOf(await credentials(credentialsArn), credentialsArn));
  }), credentialsArn),
  bitbucket: ({ credentialsArn = '' }, credentials) => new BitbucketHost(kept(async () =>
    new BitbucketClient(tokenOf(await credentials(credentialsArn), credentialsArn))), credentialsArn),
};

/** @throws if the credentials are the key of a GitHub App */
function tokenOf(credentials: HostCredentials, credentialsArn: string): string {
  if ('token' in credentials) return credentials.token;
  throw new HostError(`the secret ${credentialsArn} has the key of a GitHub App, but another host needs a token`);
}

/** Returns the host of a repository, limited to the methods that the caller needs. */
export type Hosts<Needed extends keyof SourceHost = keyof SourceHost> = (
  repository: Connected,
) => Pick<SourceHost, Needed>;

/** Connects to each host once with the same credentials, on its first use. */
export function connectedHosts(credentials: ReadCredentials = secretCredentials()): Hosts {
  const connected = new Map<string, SourceHost>();
  return ({ host, credentialsArn }) => {
    const key = `${host} ${credentialsArn ?? ''}`;
    const known = connected.get(key) ?? connectOf(host)({ host, credentialsArn }, credentials);
    connected.set(key, known);
    return known;
  };
}

/** Credentials that were replaced are used after this time. */
const KEPT_MILLISECONDS = 5 * 60_000;

/** Makes a value on its first use, and again when it is old. A failure is not kept. */
function kept<T>(make: () => Promise<T>): () => Promise<T> {
  let made: { readonly value: Promise<T>; readonly at: number } | undefined;
  return async () => {
    if (made === undefined || Date.now() - made.at > KEPT_MILLISECONDS) made = { value: make(), at: Date.now() };
    const current = made;
    try {
      return await current.value;
    } catch (error) {
      if (made === current) made = undefined;
      throw error;
    }
  };
}

/** Keeps a value for each name. */
function keptByName<T>(make: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const byName = new Map<string, () => Promise<T>>();
  return async name => {
    const known = byName.get(name) ?? kept(async () => make(name));
    byName.set(name, known);
    return known();
  };
}

/** An app may be newer than the organization that serves it. */
function connectOf(host: SourceHostName): Connect {
  if (Object.hasOwn(HOSTS, host)) return HOSTS[host];
  throw new Error(
    `unknown host '${String(host)}' of repositories (known are ${Object.keys(HOSTS).join(', ')}): `
      + 'deploy the Organization with the version of the library that the app uses',
  );
}
