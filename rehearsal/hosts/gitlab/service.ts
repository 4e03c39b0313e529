import * as v from 'valibot';
import { GitLabMergeRequests } from './merge-requests';
import { GitLabOperations } from './operations';
import { cherryPick } from './picks';
import { answer, read } from './responses';
import { GitLabRules } from './rules';
import type { Routes } from '../api';
import { HostApi } from '../api';
import type { HostRequest } from '../host';
import { HostResponse } from '../host';

const NewProject = v.object({ path: v.string(), namespace_id: v.number(), visibility: v.literal('private') });

/** The API of GitLab: https://docs.gitlab.com/api/rest/ */
export class GitLab extends HostApi {
  public readonly hostname = 'gitlab.com';
  private readonly rules = new GitLabRules();
  private readonly namespaces = new Set<string>();
  protected readonly routes: Routes = routesOf(this.rules);

  protected override other(request: HostRequest): unknown {
    const token = this.tokenOf(request);
    const isKnown = request.path === '/api/v4/user' && this.conditions.tokens[token] !== undefined;
    if (isKnown) return { id: this.rules.userId(token), username: 'project_1_bot' };
    const [, namespace] = /^\/api\/v4\/namespaces\/([^/]+)$/.exec(request.path) ?? [];
    if (namespace !== undefined) return this.namespace(request, decodeURIComponent(namespace));
    const isCreation = request.method === 'POST' && request.path === '/api/v4/projects';
    return isCreation ? this.newProject(request) : undefined;
  }

  /** https://docs.gitlab.com/api/namespaces/ */
  private namespace(request: HostRequest, path: string): unknown {
    this.accessOf(request);
    if (!this.repositories.owns(path)) throw answer(404, '404 Namespace Not Found');
    return { id: [...this.namespaces.add(path)].indexOf(path) + 1, full_path: path };
  }

  /** https://docs.gitlab.com/api/projects/#create-a-project */
  private async newProject(request: HostRequest): Promise<unknown> {
    const { path, namespace_id: id } = read(NewProject, request.body);
    const namespace = [...this.namespaces][id - 1];
    if (namespace === undefined) throw answer(404, '404 Namespace Not Found');
    const taken = new HostResponse(400, { message: { path: ['has already been taken'] } });
    await this.createRepository(request, `${namespace}/${path}`, taken);
    throw new HostResponse(201, { path_with_namespace: `${namespace}/${path}`, visibility: 'private' });
  }

  protected tokenOf({ headers }: HostRequest): string {
    return headers['private-token'] ?? (headers.authorization ?? '').replace(/^bearer /i, '');
  }

  protected splitPath(path: string) {
    const [, fullName = '', rest = ''] = /^\/api\/v4\/projects\/([^/]+)\/(.+)$/.exec(path) ?? [];
    return { fullName: decodeURIComponent(fullName), rest };
  }

  protected noRepository(): HostResponse {
    return answer(404, '404 Project Not Found');
  }

  protected badCredentials(): HostResponse {
    return answer(401, '401 Unauthorized');
  }

  protected forbidden(): HostResponse {
    return answer(403, '403 Forbidden');
  }
}

function routesOf(rules: GitLabRules): Routes {
  const mergeRequests = new GitLabMergeRequests(rules);
  const operations = new GitLabOperations(rules, (...deleted) => mergeRequests.branchDeleted(...deleted));
  return [
    ['GET', /^repository\/branches\/(.+)$/, async call => operations.showBranch(call)],
    ['GET', /^repository\/branches$/, async call => operations.listBranches(call)],
    ['DELETE', /^repository\/branches\/(.+)$/, async call => operations.deleteBranch(call)],
    ['POST', /^repository\/branches$/, async call => operations.createBranch(call)],
    ['GET', /^repository\/files\/(.+)$/, async call => operations.showFile(call)],
    ['POST', /^repository\/commits$/, async call => operations.createCommit(call)],
    ['POST', /^repository\/commits\/([^/]+)\/cherry_pick$/, async call => cherryPick(call, rules)],
    ['GET', /^repository\/commits\/([^/]+)\/diff$/, async call => operations.showDiff(call)],
    ['GET', /^repository\/commits$/, async call => operations.listCommits(call)],
    ['GET', /^repository\/commits\/(.+)$/, async call => operations.showCommit(call)],
    ['GET', /^repository\/merge_base$/, async call => operations.mergeBase(call)],
    ['GET', /^repository\/compare$/, async call => operations.compare(call)],
    ['GET', /^merge_requests$/, async call => mergeRequests.list(call)],
    ['POST', /^merge_requests$/, async call => mergeRequests.create(call)],
    ['GET', /^merge_requests\/(\d+)$/, async call => mergeRequests.get(call)],
    ['GET', /^merge_requests\/(\d+)\/commits$/, async call => mergeRequests.commits(call)],
    ['PUT', /^merge_requests\/(\d+)$/, async call => mergeRequests.update(call)],
    ['POST', /^merge_requests\/(\d+)\/approve$/, async call => mergeRequests.approve(call)],
    ['GET', /^protected_branches\/(.+)$/, async call => rules.show(call)],
    ['POST', /^protected_branches$/, async call => rules.protect(call)],
    ['DELETE', /^protected_branches\/(.+)$/, async call => rules.unprotect(call)],
    ['GET', /^approval_rules$/, async call => rules.listRules(call)],
    ['POST', /^approval_rules$/, async call => rules.createRule(call)],
    ['PUT', /^approval_rules\/(\d+)$/, async call => rules.editRule(call)],
    ['DELETE', /^approval_rules\/(\d+)$/, async call => rules.removeRule(call)],
    ['PUT', /^merge_requests\/(\d+)\/merge$/, async call => mergeRequests.merge(call)],
  ];
}
