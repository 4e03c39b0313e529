/** The client of GitHub: a file of its own in the bundles, which is loaded only for repositories of GitHub. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import type { EndpointOptions, RequestInterface, RequestParameters, Route } from '@octokit/types';
import type { GitHubClient } from './repository.js';
import type { HostCredentials } from '../credentials.js';

const RetryingOctokit = Octokit.plugin(retry);

/** Two retries take five seconds; after them, the state machine that waits for the resource retries. */
const RETRIES = 2;

/** Also conflicts, and limits of the rate, which last longer than a function may wait. */
const FINAL = [400, 401, 403, 404, 409, 410, 422, 429, 451];

/** Without a log: it would show addresses and errors of requests. */
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** A new token may be rejected until all servers of GitHub know it. */
const YOUNG_MILLISECONDS = 5000;

type AppKey = Extract<HostCredentials, { readonly appId: string }>;

/** @param repository its name, without the owner: the tokens of an App are limited to it; empty: they have no limit */
export function gitHubClient(credentials: HostCredentials, repository: string): GitHubClient {
  const app = 'appId' in credentials ? installationAuth(credentials, repository) : undefined;
  const plain = 'token' in credentials ? credentials.token : '';
  const { request } = new RetryingOctokit({
    userAgent: 'cdk-org-environments',
    log: SILENT,
    retry: { retries: RETRIES, doNotRetry: FINAL },
    ...app ? { authStrategy: () => app } : { auth: plain },
  });
  return {
    request,
    token: async () => (app ? (await app()).token : plain),
    ...'appId' in credentials && { appId: Number(credentials.appId) },
  };
}

/** The token of an installation is valid for an hour, and renewed before its end. */
function installationAuth({ appId, privateKey, installationId }: AppKey, repository: string) {
  const auth = createAppAuth({ appId, privateKey, installationId });
  const token = async () => auth({
    type: 'installation', ...repository !== '' && { repositoryNames: [repository] },
  });
  return Object.assign(token, {
    hook: async (request: RequestInterface, route: Route | EndpointOptions, parameters?: RequestParameters) => {
      const { token: text, createdAt } = await token();
      const endpoint = typeof route === 'string'
        ? request.endpoint.merge(route, parameters)
        : request.endpoint.merge(route);
      // the type of merged options has no address
      const headers = { ...endpoint.headers, authorization: `token ${text}` };
      const options = { ...endpoint, headers } as EndpointOptions;
      for (;;) {
        try {
          return await request(options);
        } catch (error) {
          const isRejected = error instanceof Error && 'status' in error && error.status === 401;
          if (!isRejected || Date.now() - Date.parse(createdAt) > YOUNG_MILLISECONDS) throw error;
          await sleep(1000);
        }
      }
    },
  });
}

function ignore(): void {
  // nothing is logged
}
