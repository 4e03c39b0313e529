import { hasStatus, hostErrorOf, isRequestError } from './errors';
import type { GitHubClient, GitHubRepository } from './repository';
import { HostErrors } from '../host-errors';

const RIGHTS = "give the GitHub App the permission 'Administration: read and write' and install it for all "
  + "repositories of the organization, or give the token the scope 'repo'";

/**
 * Creates a private repository of an organization, or of the user who owns the token.
 *
 * @param client with a token that is not limited to repositories
 */
export async function createRepository(
  client: GitHubClient, { owner, repo: name }: GitHubRepository, credentialsArn: string,
): Promise<void> {
  const repositoryName = `${owner}/${name}`;
  const errors = new HostErrors({ title: 'GitHub', repositoryName, credentialsArn, rights: RIGHTS });
  try {
    const { data: { type } } = await client.request('GET /users/{username}', { username: owner });
    if (type === 'Organization') {
      await client.request('POST /orgs/{org}/repos', { org: owner, name, private: true });
      return;
    }
    const { data: { login } } = await client.request('GET /user');
    if (login !== owner) throw errors.mayNotCreate(`they belong to '${login}'`, undefined);
    await client.request('POST /user/repos', { name, private: true });
  } catch (error) {
    if (!isRequestError(error)) throw error;
    const { status, message } = error;
    if (status === 422 && /already exists/i.test(message)) throw errors.exists(error);
    const isLimit = status === 403 && /rate limit/i.test(message);
    if (hasStatus(error, 403, 404) && !isLimit) throw errors.mayNotCreate(message, error);
    throw hostErrorOf(error, repositoryName, credentialsArn);
  }
}
