import { verify } from 'node:crypto';
import type { GitHubCall } from './call';
import { GitHubOperations, notFound } from './operations';
import type { InstallationToken } from './shapes';
import type { Environment, HttpRequest } from '../../core/service';
import type { HostConditions, HostRequest, TokenAccess } from '../host';
import { HostResponse } from '../host';
import type { HostedRepositories } from '../repositories';

type Operation = (call: GitHubCall) => Promise<unknown>;

/** The API of GitHub, on simulated repositories. */
export class GitHub {
  public readonly hostname = 'api.github.com';
  private readonly operations: readonly (readonly [method: string, path: RegExp, operation: Operation])[];

  public constructor(
    private readonly environment: Environment,
    private readonly repositories: HostedRepositories,
    private readonly conditions: HostConditions,
  ) {
    const operations = new GitHubOperations();
    this.operations = [
      ['GET', /^git\/ref\/(.+)$/, async call => operations.getRef(call)],
      ['POST', /^git\/refs$/, async call => operations.createRef(call)],
      ['PATCH', /^git\/refs\/(.+)$/, async call => operations.updateRef(call)],
      ['GET', /^branches$/, async call => operations.listBranches(call)],
      ['GET', /^contents\/(.+)$/, async call => operations.getContents(call)],
      ['GET', /^git\/commits\/(.+)$/, async call => operations.getGitCommit(call)],
      ['GET', /^commits\/(.+)$/, async call => operations.getCommit(call)],
      ['POST', /^git\/trees$/, async call => operations.createTree(call)],
      ['POST', /^git\/commits$/, async call => operations.createCommit(call)],
      ['GET', /^compare\/(.+)$/, async call => operations.compare(call)],
      ['POST', /^merges$/, async call => operations.merge(call)],
    ];
  }

  public async answer(request: HttpRequest): Promise<HostResponse> {
    return this.environment.clock.during(async () => {
      try {
        const text = request.body.toString('utf8');
        const body = text === '' ? {} : JSON.parse(text);
        return new HostResponse(200, await this.respond({ ...request, body }));
      } catch (error) {
        if (error instanceof HostResponse) return error;
        throw error;
      }
    });
  }

  private async respond(request: HostRequest): Promise<unknown> {
    if (this.conditions.failure) throw this.conditions.failure;
    const { path, method } = request;
    const [, installationId] = /^\/app\/installations\/(\d+)\/access_tokens$/.exec(path) ?? [];
    if (installationId !== undefined && method === 'POST') return this.installationToken(request, installationId);
    const [, owner = '', name = '', rest = ''] = /^\/repos\/([^/]+)\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const fullName = `${decodeURIComponent(owner)}/${decodeURIComponent(name)}`;
    const access = this.accessOf(request);
    const repository = this.repositories.find(fullName);
    const isVisible = access.repositories?.includes(fullName) ?? true;
    if (repository === undefined || !isVisible) throw notFound();
    for (const [verb, pattern, operation] of this.operations) {
      const match = pattern.exec(rest);
      if (verb !== method || match === null) continue;
      if (method !== 'GET' && access.level === 'read') {
        throw new HostResponse(403, { message: 'Resource not accessible by personal access token' });
      }
      return operation({
        ...request,
        repository,
        fullName,
        parameter: decodeURIComponent(match[1] ?? ''),
        now: this.environment.clock.now(),
        move: async (branch, from, to) => this.repositories.move(repository, branch, from, to),
      });
    }
    throw notFound();
  }

  private accessOf({ headers: { authorization = '' } }: HostRequest): TokenAccess {
    const [, token = ''] = /^(?:token|bearer) (.+)$/i.exec(authorization) ?? [];
    const access = this.conditions.tokens[token];
    if (access === undefined) throw new HostResponse(401, { message: 'Bad credentials' });
    return access;
  }

  /** https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app */
  private installationToken({ headers: { authorization = '' } }: HostRequest, installationId: string): never {
    const [header = '', claims = '', signature = ''] = authorization.replace(/^bearer /i, '').split('.');
    const { iss }: { iss?: unknown } = claims === '' ? {} : JSON.parse(Buffer.from(claims, 'base64url').toString());
    const app = this.conditions.apps[String(iss)];
    const signed = Buffer.from(`${header}.${claims}`);
    const isSigned = app && verify('sha256', signed, app.publicKey, Buffer.from(signature, 'base64url'));
    if (!isSigned) throw new HostResponse(401, { message: 'A JSON web token could not be decoded' });
    const token = app.installations[installationId];
    if (token === undefined) throw notFound();
    const expires_at = new Date(this.environment.clock.now() + 3_600_000).toISOString();
    const answer: InstallationToken = { token, expires_at, permissions: { contents: 'write', metadata: 'read' } };
    throw new HostResponse(201, answer);
  }
}
