import { answer, GitLabOperations } from './operations';
import type { Routes } from '../api';
import { HostApi } from '../api';
import type { HostRequest, HostResponse } from '../host';

/** The API of GitLab: https://docs.gitlab.com/api/rest/ */
export class GitLab extends HostApi {
  public readonly hostname = 'gitlab.com';
  protected readonly routes: Routes = routesOf(new GitLabOperations());

  protected tokenOf({ headers }: HostRequest): string {
    return headers['private-token'] ?? (headers.authorization ?? '').replace(/^bearer /i, '');
  }

  protected splitPath(path: string) {
    const [, fullName = '', rest = ''] = /^\/api\/v4\/projects\/([^/]+)\/repository\/(.+)$/.exec(path) ?? [];
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

function routesOf(operations: GitLabOperations): Routes {
  return [
    ['GET', /^branches\/(.+)$/, async call => operations.showBranch(call)],
    ['GET', /^branches$/, async call => operations.listBranches(call)],
    ['POST', /^branches$/, async call => operations.createBranch(call)],
    ['GET', /^files\/(.+)$/, async call => operations.showFile(call)],
    ['POST', /^commits$/, async call => operations.createCommit(call)],
    ['GET', /^commits\/(.+)$/, async call => operations.showCommit(call)],
    ['GET', /^merge_base$/, async call => operations.mergeBase(call)],
  ];
}
