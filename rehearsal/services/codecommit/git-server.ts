import { basicCredentials, contentTypeOf, gitRequestOf } from './git-http';
import type { RouteResponse, Server } from '../../core/server';
import { AwsError } from '../../core/service';
import type { HttpRequest } from '../../core/service';

/** Answers requests of git to the repositories of one region. The signature is not verified: see `credentialScope`. */
export async function answerGit(
  server: Pick<Server, 'call'>, region: string, request: HttpRequest,
): Promise<RouteResponse> {
  const git = gitRequestOf(request);
  const repositoryName = git?.path.replace(/^v1\/repos\//, '');
  if (git === undefined || repositoryName === undefined) return { status: 404, body: 'not a request of git' };
  const [user, password] = basicCredentials(request);
  if (!/^\d{8}T\d{6}Z[0-9a-f]{64}$/.test(password)) return { status: 403, body: 'the signature is malformed' };
  const { program, isAdvertisement, body } = git;
  try {
    const answer = await server.call({
      service: 'codecommit',
      operation: program === 'upload-pack' ? 'GitPull' : 'GitPush',
      region,
      accessKeyId: user.split('%')[0],
      input: { repositoryName, isAdvertisement },
      body,
    });
    const headers = { 'content-type': contentTypeOf(git) };
    return Buffer.isBuffer(answer) ? { status: 200, headers, body: answer } : { status: 500 };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const status = error.code === 'RepositoryDoesNotExistException' ? 404 : error.statusCode === 501 ? 501 : 403;
    return { status, body: error.message };
  }
}
