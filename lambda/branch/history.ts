import type { BranchRequest } from '../../src/branch/contract';
import type { BranchRecord } from '../registry/branch';
import type { DeploymentRecord } from '../registry/deployment';
import { deploymentKey } from '../registry/deployment';
import type { Registry } from '../registry/registry';
import type { SourceHost } from '../sources/source';

/** The commits that a branch is known to have had as its head. */
export interface KnownCommits {
  /** The commit that the branch had when it was checked or created. */
  readonly base: string;
  /** A commit that was deployed later, most probably from this branch. */
  readonly deployed?: string;
}

type Host = Pick<SourceHost, 'contains'>;

/** Returns undefined for a branch that was never complete. */
export async function knownCommits(
  registry: Registry,
  { environmentName }: BranchRequest,
  { commitId, seen }: BranchRecord,
): Promise<KnownCommits | undefined> {
  const base = seen?.head ?? commitId;
  if (base === undefined) return undefined;
  const { runs = [] } = (await registry.read<DeploymentRecord>(deploymentKey(environmentName))) ?? {};
  const deployed = runs.find(run => run.commitId !== undefined && run.startedAt > (seen?.at ?? 0))?.commitId;
  return { base, ...(deployed !== undefined && deployed !== base && { deployed }) };
}

/** The newest of the known commits that the repository still has; undefined: there is none. */
export async function lastCommit(
  host: Host,
  { repositoryName }: BranchRequest,
  { base, deployed }: KnownCommits,
): Promise<string | undefined> {
  for (const commit of [deployed, base]) {
    if (commit !== undefined && (await host.contains(repositoryName, commit, base))) return commit;
  }
  return undefined;
}

/** The known commit that is not in the branch any more; undefined: there is none. */
export async function lostCommit(
  host: Host,
  { repositoryName }: BranchRequest,
  { base, deployed }: KnownCommits,
  head: string,
): Promise<string | undefined> {
  if (head !== base && !(await host.contains(repositoryName, head, base))) return base;
  if (deployed === undefined || deployed === head || (await host.contains(repositoryName, head, deployed))) {
    return undefined;
  }
  // the environment may have had another branch when the commit was deployed
  return (await host.contains(repositoryName, deployed, base)) ? deployed : undefined;
}
