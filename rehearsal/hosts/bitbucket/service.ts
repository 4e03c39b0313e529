import * as v from 'valibot';
import * as operations from './operations';
import { BitbucketPullRequests } from './pull-requests';
import { failed, read } from './responses';
import { BitbucketRestrictions } from './restrictions';
import type { Routes } from '../api';
import { HostApi } from '../api';
import type { HostRequest, HostResponse } from '../host';

const NewRepository = v.object({ scm: v.literal('git'), is_private: v.literal(true) });

/** The API of Bitbucket: https://developer.atlassian.com/cloud/bitbucket/rest/ */
export class Bitbucket extends HostApi {
  public readonly hostname = 'api.bitbucket.org';
  protected readonly routes: Routes = routesOf(new BitbucketRestrictions());

  /** https://developer.atlassian.com/cloud/bitbucket/rest/api-group-repositories/ */
  protected override other(request: HostRequest): unknown {
    const [, fullName] = /^\/2\.0\/repositories\/([^/]+\/[^/]+)$/.exec(request.path) ?? [];
    if (fullName === undefined || request.method !== 'POST') return undefined;
    const [workspace = ''] = fullName.split('/');
    if (!this.repositories.owns(workspace)) throw failed(404, `No workspace with identifier '${workspace}'.`);
    read(NewRepository, request.body);
    const taken = failed(400, 'Repository with this Slug and Owner already exists.');
    return this.createRepository(request, fullName, taken).then(() => ({ full_name: fullName, is_private: true }));
  }

  protected tokenOf({ headers: { authorization = '' } }: HostRequest): string {
    return authorization.replace(/^bearer /i, '');
  }

  protected splitPath(path: string) {
    const [, fullName = '', rest = ''] = /^\/2\.0\/repositories\/([^/]+\/[^/]+)\/(.+)$/.exec(path) ?? [];
    return { fullName: decodeURIComponent(fullName), rest };
  }

  protected noRepository(): HostResponse {
    return failed(404, 'Repository not found');
  }

  protected badCredentials(): HostResponse {
    return failed(401, 'Token is invalid, expired, or not supported for this endpoint.');
  }

  protected forbidden(): HostResponse {
    return failed(403, 'Your credentials lack one or more required privilege scopes.');
  }
}

function routesOf(restrictions: BitbucketRestrictions): Routes {
  const pullRequests = new BitbucketPullRequests(restrictions);
  return [
    ['GET', /^refs\/branches\/(.+)$/, operations.showBranch],
    ['DELETE', /^refs\/branches\/(.+)$/, operations.deleteBranch],
    ['GET', /^refs\/branches$/, operations.listBranches],
    ['POST', /^refs\/branches$/, operations.createBranch],
    ['GET', /^src\/(.+)$/, operations.showFile],
    ['POST', /^src$/, operations.createCommit],
    ['GET', /^commit\/(.+)$/, operations.showCommit],
    ['GET', /^merge-base\/(.+)$/, operations.mergeBase],
    ['GET', /^commits$/, operations.listCommits],
    ['GET', /^diff\/(.+)$/, operations.showDiff],
    ['GET', /^pullrequests$/, async call => pullRequests.list(call)],
    ['POST', /^pullrequests$/, async call => pullRequests.create(call)],
    ['GET', /^pullrequests\/(\d+)$/, async call => pullRequests.get(call)],
    ['GET', /^pullrequests\/(\d+)\/commits$/, async call => pullRequests.commits(call)],
    ['POST', /^pullrequests\/(\d+)\/approve$/, async call => pullRequests.approve(call)],
    ['POST', /^commit\/(\w+)\/statuses\/build$/, async call => pullRequests.report(call)],
    ['GET', /^branch-restrictions$/, async call => restrictions.list(call)],
    ['POST', /^branch-restrictions$/, async call => restrictions.create(call)],
    ['PUT', /^branch-restrictions\/(\d+)$/, async call => restrictions.update(call)],
    ['DELETE', /^branch-restrictions\/(\d+)$/, async call => restrictions.remove(call)],
    ['POST', /^pullrequests\/(\d+)\/merge$/, async call => pullRequests.merge(call)],
    ['POST', /^pullrequests\/(\d+)\/decline$/, async call => pullRequests.decline(call)],
  ];
}
