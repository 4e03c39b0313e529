import { verify } from 'node:crypto';
import * as v from 'valibot';
import { GitHubOperations, RefUpdates } from './operations';
import { GitHubPullRequestOperations } from './pull-requests';
import { invalid, notFound, read } from './responses';
import { GitHubRulesets } from './rulesets';
import type { InstallationToken } from './shapes';
import type { Routes } from '../api';
import { HostApi } from '../api';
import type { HostRequest } from '../host';
import { HostResponse } from '../host';

const NewRepository = v.object({ name: v.string(), private: v.literal(true) });

/** The user who owns all tokens. */
const OWNER_OF_TOKENS = 'anna';

const TokenInput = v.object({ repositories: v.optional(v.array(v.string())) });

/** The API of GitHub: https://docs.github.com/en/rest */
export class GitHub extends HostApi {
  public readonly hostname = 'api.github.com';
  protected readonly routes: Routes = routesOf(new GitHubRulesets(this.conditions));

  protected override other(request: HostRequest): unknown {
    const [, installationId] = /^\/app\/installations\/(\d+)\/access_tokens$/.exec(request.path) ?? [];
    if (installationId !== undefined) return this.installationToken(request, installationId);
    return isCreation(request) ? this.creation(request) : undefined;
  }

  /** Users and new repositories: https://docs.github.com/en/rest/repos/repos#create-an-organization-repository */
  private async creation(request: HostRequest): Promise<unknown> {
    this.accessOf(request);
    if (request.path === '/user') return { login: OWNER_OF_TOKENS };
    const [, user] = /^\/users\/([^/]+)$/.exec(request.path) ?? [];
    if (user !== undefined) {
      if (user !== OWNER_OF_TOKENS && !this.repositories.owns(user)) throw notFound();
      return { login: user, type: user === OWNER_OF_TOKENS ? 'User' : 'Organization' };
    }
    const [, organization = OWNER_OF_TOKENS] = /^\/orgs\/([^/]+)\/repos$/.exec(request.path) ?? [];
    const { name } = read(NewRepository, request.body);
    const taken = invalid('Repository creation failed. name already exists on this account');
    await this.createRepository(request, `${organization}/${name}`, taken);
    throw new HostResponse(201, { full_name: `${organization}/${name}`, private: true });
  }

  protected tokenOf({ headers: { authorization = '' } }: HostRequest): string {
    return authorization.replace(/^(token|bearer) /i, '');
  }

  protected override locate(request: HostRequest) {
    if (request.path !== '/graphql') return this.splitPath(request.path);
    const { variables: { input: { repositoryId } } } = read(RefUpdates, request.body);
    return { fullName: Buffer.from(repositoryId, 'base64url').toString(), rest: 'graphql' };
  }

  protected splitPath(path: string) {
    const [, owner = '', name = '', rest = ''] = /^\/repos\/([^/]+)\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
    return { fullName: `${decodeURIComponent(owner)}/${decodeURIComponent(name)}`, rest };
  }

  protected noRepository(): HostResponse {
    return notFound();
  }

  protected badCredentials(): HostResponse {
    return new HostResponse(401, { message: 'Bad credentials' });
  }

  protected forbidden(): HostResponse {
    return new HostResponse(403, { message: 'Resource not accessible by personal access token' });
  }

  /** https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app */
  private installationToken({ headers: { authorization = '' }, body }: HostRequest, installationId: string): never {
    const [header = '', claims = '', signature = ''] = authorization.replace(/^bearer /i, '').split('.');
    const { iss }: { iss?: unknown } = claims === '' ? {} : JSON.parse(Buffer.from(claims, 'base64url').toString());
    const app = this.conditions.apps[String(iss)];
    const signed = Buffer.from(`${header}.${claims}`);
    const isSigned = app && verify('sha256', signed, app.publicKey, Buffer.from(signature, 'base64url'));
    if (!isSigned) throw new HostResponse(401, { message: 'A JSON web token could not be decoded' });
    const token = app.installations[installationId];
    if (token === undefined) throw notFound();
    const expires_at = new Date(this.environment.clock.now() + 3_600_000).toISOString();
    const { repositories: names } = read(TokenInput, body);
    const known = this.repositories.all.map(({ name }) => name);
    if (names?.some(name => !known.includes(name))) {
      throw invalid('There is at least one repository that does not exist or is not accessible to the parent '
        + 'installation.');
    }
    const access = this.conditions.tokens[token];
    const narrowed = names && access ? `${token}#${names.join()}` : token;
    if (names && access) this.conditions.tokens[narrowed] = { ...access, names };
    const permissions = { contents: 'write', metadata: 'read' } as const;
    const answer: InstallationToken = { token: narrowed, expires_at, permissions };
    throw new HostResponse(201, answer);
  }
}

function isCreation({ method, path }: HostRequest): boolean {
  return method === 'GET' ? /^\/users?(\/[^/]+)?$/.test(path) : /^\/(orgs\/[^/]+|user)\/repos$/.test(path);
}

function routesOf(rulesets: GitHubRulesets): Routes {
  const pullRequests = new GitHubPullRequestOperations(rulesets);
  const operations = new GitHubOperations(rulesets, (...deleted) => pullRequests.branchDeleted(...deleted));
  return [
    ['GET', /^$/, async ({ fullName }) => ({ node_id: Buffer.from(fullName).toString('base64url') })],
    ['POST', /^graphql$/, async call => operations.updateRefs(call)],
    ['GET', /^git\/ref\/(.+)$/, async call => operations.getRef(call)],
    ['POST', /^git\/refs$/, async call => operations.createRef(call)],
    ['PATCH', /^git\/refs\/(.+)$/, async call => operations.updateRef(call)],
    ['DELETE', /^git\/refs\/(.+)$/, async call => operations.deleteRef(call)],
    ['GET', /^branches$/, async call => operations.listBranches(call)],
    ['GET', /^branches\/(.+)$/, async call => operations.getBranch(call)],
    ['GET', /^rules\/branches\/(.+)$/, async ({ fullName, parameter }) => rulesets.rules(fullName, parameter)],
    ['GET', /^rulesets$/, async call => rulesets.list(call)],
    ['POST', /^rulesets$/, async call => rulesets.create(call)],
    ['PUT', /^rulesets\/(\d+)$/, async call => rulesets.update(call)],
    ['DELETE', /^rulesets\/(\d+)$/, async call => rulesets.remove(call)],
    ['GET', /^contents\/(.+)$/, async call => operations.getContents(call)],
    ['GET', /^git\/commits\/(.+)$/, async call => operations.getGitCommit(call)],
    ['GET', /^commits\/(.+)$/, async call => operations.getCommit(call)],
    ['POST', /^git\/trees$/, async call => operations.createTree(call)],
    ['POST', /^git\/commits$/, async call => operations.createCommit(call)],
    ['GET', /^compare\/(.+)$/, async call => operations.compare(call)],
    ['POST', /^merges$/, async call => operations.merge(call)],
    ['GET', /^pulls$/, async call => pullRequests.list(call)],
    ['POST', /^pulls$/, async call => pullRequests.create(call)],
    ['GET', /^pulls\/(\d+)$/, async call => pullRequests.get(call)],
    ['GET', /^pulls\/(\d+)\/commits$/, async call => pullRequests.commits(call)],
    ['PATCH', /^pulls\/(\d+)$/, async call => pullRequests.update(call)],
    ['POST', /^pulls\/(\d+)\/reviews$/, async call => pullRequests.review(call)],
    ['POST', /^statuses\/(\w+)$/, async call => pullRequests.report(call)],
    ['PUT', /^pulls\/(\d+)\/merge$/, async call => pullRequests.merge(call)],
  ];
}
