import type { HandlerLocation } from './errors';
import { noStartPoint } from './errors';
import type { BranchRequest } from '../../src/branch/contract';
import { insteadOfParent } from '../sources/missing-parent';
import type { SourceHost } from '../sources/source';

type Host = Pick<SourceHost, 'head' | 'branches' | 'resolve'>;

/** The commit at which a branch begins: its start point, or the head of its parent. */
export async function startOf(host: Host, request: BranchRequest, place: HandlerLocation): Promise<string> {
  const { repositoryName, startPoint } = request;
  // an empty repository and a missing parent have errors of their own
  const head = await headOfParent(host, request, place);
  if (startPoint === undefined) return head;
  const start = await host.resolve(repositoryName, startPoint);
  if (start === undefined) throw noStartPoint(request);
  return start;
}

/** @throws if the parent does not exist */
export async function headOfParent(
  host: Pick<Host, 'head' | 'branches'>, request: BranchRequest, place: HandlerLocation,
): Promise<string> {
  const { repositoryName, branchName, parentName, environmentName } = request;
  const head = await host.head(repositoryName, parentName);
  if (head !== undefined) return head;
  const branches = await host.branches(repositoryName);
  if (branches.length === 0) {
    const where = request.host === 'codecommit' ? ` in account ${place.accountId}` : '';
    throw new Error(
      `repository '${repositoryName}'${where} has no commit yet, so branch `
        + `'${branchName}' of environment `
        + `'${environmentName}' cannot be created: push one to '${parentName}' first, then deploy again`,
    );
  }
  throw new Error(
    `branch '${branchName}' of environment '${environmentName}' has parent '${parentName}', which does not exist in `
      + `repository '${repositoryName}': ${insteadOfParent(parentName, branches)}`,
  );
}

/** The branch that git cannot have together with the requested one: one name is the folder of the other. */
export async function nestedBranch(
  host: Pick<Host, 'head' | 'branches'>, { repositoryName, branchName }: BranchRequest,
): Promise<string | undefined> {
  const segments = branchName.split('/');
  for (let length = 1; length < segments.length; length++) {
    const outer = segments.slice(0, length).join('/');
    if ((await host.head(repositoryName, outer)) !== undefined) return outer;
  }
  return (await host.branches(repositoryName)).find(name => name.startsWith(`${branchName}/`));
}
