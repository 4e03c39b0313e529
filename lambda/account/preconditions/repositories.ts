import type { Findings, PreconditionSources } from './findings';
import type { BranchBeginning, PreconditionsRequest } from '../../../src/account/contract';
import { quotedList } from '../../sources/quoted-list';
import type { SourceHost } from '../../sources/source';
import { RepositoryLockedError, RepositoryNotFoundError, SourceAccessDeniedError } from '../../sources/source';

interface Place {
  readonly accountId: string;
  readonly region: string;
}

type Host = Pick<SourceHost, 'branches' | 'head'>;
type Beginnings = readonly BranchBeginning[];

/** Checks each repository and each parent branch once. */
export async function repositoryProblems(
  { hosts, cicdAccount }: PreconditionSources,
  { beginnings, region }: PreconditionsRequest,
): Promise<Findings> {
  const place = { accountId: cicdAccount, region };
  const problems: string[] = [];
  let refused = false;
  for (const [first, ...others] of groups(beginnings, ({ host, repositoryName }) => `${host}#${repositoryName}`)) {
    try {
      problems.push(...(await problemsIn(hosts(first), [first, ...others], place)));
    } catch (error) {
      if (error instanceof RepositoryNotFoundError) problems.push(missing(first, place));
      // the branch provider may have permissions that this function does not have
      else if (error instanceof SourceAccessDeniedError || error instanceof RepositoryLockedError) refused = true;
      else throw error;
    }
  }
  return { problems, refused };
}

async function problemsIn(host: Host, beginnings: Beginnings, place: Place): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const fromOne of groups(beginnings, ({ parentName }) => parentName)) {
    const { repositoryName, parentName } = fromOne[0];
    if ((await host.head(repositoryName, parentName)) !== undefined) continue;
    const branches = await host.branches(repositoryName);
    if (branches.length === 0) return [empty(beginnings, place)];
    const withoutBranch = await toBegin(host, fromOne);
    if (withoutBranch.length > 0) problems.push(withoutParent(withoutBranch, branches));
  }
  return problems;
}

/** An existing branch is adopted and needs no parent. */
async function toBegin(host: Host, beginnings: Beginnings): Promise<Beginnings> {
  const found: BranchBeginning[] = [];
  for (const beginning of beginnings) {
    if ((await host.head(beginning.repositoryName, beginning.branchName)) === undefined) found.push(beginning);
  }
  return found;
}

function missing({ repositoryName }: BranchBeginning, { accountId, region }: Place): string {
  return (
    `repository '${repositoryName}' does not exist in account ${accountId} in ${region}: `
    + 'create it there and push a first commit, or use an existing one, then deploy again'
  );
}

function empty(beginnings: Beginnings, { accountId }: Place): string {
  const [{ repositoryName }] = beginnings;
  const parents = [...new Set(beginnings.map(({ parentName }) => parentName))];
  return (
    `repository '${repositoryName}' in account ${accountId} has no commit yet, `
    + `so ${branchesOf(beginnings)} cannot be created: push one to ${quotedList(parents)} first, then deploy again`
  );
}

function withoutParent(beginnings: Beginnings, branches: readonly string[]): string {
  const [{ repositoryName, parentName }] = beginnings;
  const have = beginnings.length === 1 ? 'has' : 'have';
  return (
    `${branchesOf(beginnings)} ${have} parent '${parentName}', which does not exist in repository `
    + `'${repositoryName}': it has ${quotedList(branches)}; push '${parentName}' or use one of these`
  );
}

function branchesOf(beginnings: Beginnings): string {
  const names = beginnings.map(({ branchName }) => branchName);
  return `${names.length === 1 ? 'branch' : 'branches'} ${quotedList(names)}`;
}

function groups<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly [Item, ...Item[]][] {
  const found = new Map<string, [Item, ...Item[]]>();
  for (const item of items) {
    const group = found.get(keyOf(item));
    if (group) group.push(item);
    else found.set(keyOf(item), [item]);
  }
  return [...found.values()];
}
