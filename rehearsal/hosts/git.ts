import type { HostConditions } from './host';
import type { HostedRepositories } from './repositories';
import type { RouteResponse } from '../core/server';
import { AwsError } from '../core/service';
import type { HttpRequest } from '../core/service';
import { basicCredentials, contentTypeOf, gitRequestOf } from '../services/codecommit/git-http';

/** Answers requests of git to the repositories of a host: the password is the token. */
export async function answerGit(
  repositories: HostedRepositories, { tokens, failure }: HostConditions, request: HttpRequest,
): Promise<RouteResponse> {
  if (failure) return { status: failure.status, body: JSON.stringify(failure.body) };
  const git = gitRequestOf(request);
  if (git === undefined) return { status: 404, body: 'not a request of git' };
  const [, token] = basicCredentials(request);
  const access = tokens[token];
  if (access === undefined) return { status: 401, body: 'Authentication failed' };
  const fullName = git.path.replace(/\.git$/, '');
  const repository = repositories.find(fullName);
  const isVisible = (access.repositories?.includes(fullName) ?? true)
    && (access.names?.includes(fullName.slice(fullName.lastIndexOf('/') + 1)) ?? true);
  if (repository === undefined || !isVisible) return { status: 404, body: 'Repository not found.' };
  if (git.program === 'receive-pack' && access.level === 'read') {
    return { status: 403, body: 'Write access not granted.' };
  }
  try {
    return {
      status: 200, headers: { 'content-type': contentTypeOf(git) }, body: await repositories.answerGit(repository, git),
    };
  } catch (error) {
    if (error instanceof AwsError) return { status: error.statusCode, body: error.message };
    throw error;
  }
}
