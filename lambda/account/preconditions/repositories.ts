import type { Findings, PreconditionSources } from './findings';
import type { DefinedBranch, NewBranch, PreconditionsRequest } from '../../../src/account/contract';
import type { Connections } from '../../sources/connections';
import { insteadOfParent } from '../../sources/missing-parent';
import { quotedList } from '../../sources/quoted-list';
import type { SourceHost } from '../../sources/source';
import {
  HostError, RepositoryLockedError, RepositoryNotFoundError, SourceAccessDeniedError,
} from '../../sources/source';

interface Place {
  readonly accountId: string;
  readonly region: string;
}

type Host = Pick<SourceHost, 'branches' | 'head' | 'resolve'>;
type NewBranches = readonly NewBranch[];

/** Checks each repository and each parent branch once. */
export async function repositoryProblems(
  { hosts, cicdAccount, connections }: PreconditionSources,
  { newBranches, definedBranches = [], region }: PreconditionsRequest,
): Promise<Findings> {
  const place = { accountId: cicdAccount, region };
  const problems = [...(await connectionProblems(connections, newBranches))];
  const checked = newBranches.filter(({ check }) => check !== 'connection');
  const created = [...newBranches, ...definedBranches];
  let refused = false;
  for (const [first, ...others] of groups(checked, ({ host, repositoryName }) => `${host}#${repositoryName}`)) {
    try {
      problems.push(...(await problemsIn(hosts(first), [first, ...others], created, place)));
    } catch (error) {
      if (error instanceof HostError) problems.push(`${error.message}, then deploy again`);
      else if (error instanceof RepositoryNotFoundError) problems.push(missing(first, place));
      // the branch provider may have permissions that this function does not have
      else if (error instanceof SourceAccessDeniedError || error instanceof RepositoryLockedError) refused = true;
      else throw error;
    }
  }
  return { problems, refused };
}

async function connectionProblems(
  connections: Connections | undefined, newBranches: NewBranches,
): Promise<readonly string[]> {
  const arns = new Set(newBranches.flatMap(({ connectionArn }) => connectionArn ?? []));
  const found = await Promise.all([...arns].map(async arn => connections?.problem(arn)));
  return found.flatMap(problem => (problem === undefined ? [] : `${problem}, then deploy again`));
}

/** @param created the branches that the stack creates in any repository */
async function problemsIn(
  host: Host, newBranches: NewBranches, created: readonly DefinedBranch[], place: Place,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const fromOne of groups(newBranches, ({ parentName }) => parentName)) {
    const { repositoryName, parentName } = fromOne[0];
    if ((await host.head(repositoryName, parentName)) !== undefined) continue;
    const branches = await host.branches(repositoryName);
    if (branches.length === 0) return [empty(newBranches, place)];
    const withoutBranch = await branchesToCreate(host, fromOne);
    if (withoutBranch.length > 0) problems.push(withoutParent(withoutBranch, branches, created));
  }
  return [...problems, ...(await startPointProblems(host, newBranches))];
}

async function startPointProblems(host: Host, newBranches: NewBranches): Promise<readonly string[]> {
  const problems: string[] = [];
  const withStart = newBranches.filter(({ startPoint }) => startPoint !== undefined);
  for (const fromOne of groups(withStart, ({ startPoint = '' }) => startPoint)) {
    const [{ repositoryName, startPoint = '' }] = fromOne;
    if ((await host.resolve(repositoryName, startPoint)) !== undefined) continue;
    const withoutBranch = await branchesToCreate(host, fromOne);
    if (withoutBranch.length === 0) continue;
    problems.push(
      `${branchesOf(withoutBranch)} cannot begin at '${startPoint}', which is no commit, tag or branch of repository `
        + `'${repositoryName}': push it, or name one that exists, then deploy again`,
    );
  }
  return problems;
}

/** An existing branch is adopted and needs no parent. */
async function branchesToCreate(host: Host, newBranches: NewBranches): Promise<NewBranches> {
  const found: NewBranch[] = [];
  for (const newBranch of newBranches) {
    if ((await host.head(newBranch.repositoryName, newBranch.branchName)) === undefined) found.push(newBranch);
  }
  return found;
}

function missing({ repositoryName }: NewBranch, { accountId, region }: Place): string {
  return (
    `repository '${repositoryName}' does not exist in account ${accountId} in ${region}: `
    + 'create it there and push a first commit, or use an existing one, then deploy again'
  );
}

function empty(newBranches: NewBranches, { accountId }: Place): string {
  const [{ repositoryName, host }] = newBranches;
  const where = host === 'codecommit' ? ` in account ${accountId}` : '';
  const parents = [...new Set(newBranches.map(({ parentName }) => parentName))];
  return (
    `repository '${repositoryName}'${where} has no commit yet, `
    + `so ${branchesOf(newBranches)} cannot be created: push one to ${quotedList(parents)} first, then deploy again`
  );
}

function withoutParent(
  newBranches: NewBranches, branches: readonly string[], created: readonly DefinedBranch[],
): string {
  const [{ repositoryName, parentName }] = newBranches;
  const own = new Set(newBranches.map(({ branchName }) => branchName));
  const others = created.filter(other => other.repositoryName === repositoryName && !own.has(other.branchName));
  const names = others.map(({ branchName }) => branchName);
  const have = newBranches.length === 1 ? 'has' : 'have';
  return (
    `${branchesOf(newBranches)} ${have} parent '${parentName}', which does not exist in repository `
    + `'${repositoryName}': ${insteadOfParent(parentName, branches, names)}`
  );
}

function branchesOf(newBranches: NewBranches): string {
  const names = newBranches.map(({ branchName }) => branchName);
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
