/** The client of GitHub: a file of its own in the bundles, which is loaded only for repositories of GitHub. */
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import type { GitHubClient } from './repository.js';
import type { HostCredentials } from '../credentials.js';

const RetryingOctokit = Octokit.plugin(retry);

/** Two retries take five seconds; after them, the state machine that waits for the resource retries. */
const RETRIES = 2;

/** Also conflicts, and limits of the rate, which last longer than a function may wait. */
const FINAL = [400, 401, 403, 404, 409, 410, 422, 429, 451];

/** Without a log: it would show addresses and errors of requests. */
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

export function gitHubClient(credentials: HostCredentials): GitHubClient {
  const app = 'appId' in credentials ? credentials : undefined;
  const { request } = new RetryingOctokit({
    userAgent: 'cdk-org-environments',
    log: SILENT,
    retry: { retries: RETRIES, doNotRetry: FINAL },
    // the token of an installation is valid for an hour, and renewed before its end
    ...app ? { authStrategy: createAppAuth, auth: app } : { auth: 'token' in credentials && credentials.token },
  });
  return { request, ...app && { appId: Number(app.appId) } };
}

function ignore(): void {
  // nothing is logged
}
