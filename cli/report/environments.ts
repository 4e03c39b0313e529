import * as v from 'valibot';
import type { EnvironmentReport } from './report';
import type { BranchHead } from '../../rehearsal/services/codecommit/service';
import type { Simulation } from '../../rehearsal/simulation';

const Descriptor = v.object({
  name: v.string(), accountId: v.string(), region: v.string(), parent: v.string(), branch: v.string(),
});
type Descriptor = v.InferOutput<typeof Descriptor>;

/** A branch with an `environment.json` of its own. */
interface EnvironmentBranch {
  readonly repositoryName: string;
  /** Account of the repository; absent: it is outside of AWS, and its name begins with its host. */
  readonly accountId?: string;
  readonly head: BranchHead;
  /** Content of `environment.json`. */
  readonly descriptor: Descriptor;
}

/** Reads the environments from the state of AWS: branches with their `environment.json`, and the pipelines of these. */
export async function readEnvironments(simulation: Simulation): Promise<EnvironmentReport[]> {
  const branches = await readBranches(simulation);
  return branches.flatMap(branch => environmentOf(simulation, branch) ?? []);
}

/** Reads the branches of environments, also of environments that were removed. */
export async function readBranches(simulation: Simulation): Promise<EnvironmentBranch[]> {
  const { cloudformation, codecommit, hosts } = simulation;
  const places = new Map(cloudformation.all.map(
    ({ accountId, region }) => [`${accountId}/${region}`, { accountId, region }],
  ));
  const found: EnvironmentBranch[] = [];
  for (const { host, fullName, git } of hosts.repositories) {
    for (const head of await git.branches()) {
      const entry = await git.entry(head.commitId, 'environment.json');
      const descriptor = entry?.type === 'blob' ? parse((await git.blob(entry.id)).toString('utf8')) : undefined;
      if (descriptor?.branch === head.name) found.push({ repositoryName: `${host}/${fullName}`, head, descriptor });
    }
  }
  for (const { accountId, region } of places.values()) {
    for (const repositoryName of codecommit.repositoryNames(accountId, region)) {
      for (const head of await codecommit.branches(accountId, region, repositoryName)) {
        const file = await codecommit.file(accountId, region, repositoryName, head.name, 'environment.json');
        const descriptor = file === undefined ? undefined : parse(file);
        // a new branch has the file of its parent until it gets its own
        if (descriptor?.branch === head.name) found.push({ repositoryName, accountId, head, descriptor });
      }
    }
  }
  return found;
}

export function isUsed(simulation: Simulation, branch: EnvironmentBranch): boolean {
  return environmentOf(simulation, branch) !== undefined;
}

/** Returns `undefined` for a branch whose environment was removed. */
function environmentOf(
  { codepipeline, organizations }: Simulation, { head, descriptor }: EnvironmentBranch,
): EnvironmentReport | undefined {
  const { name, accountId, parent, region } = descriptor;
  const pipeline = codepipeline.pipelines(accountId, region).find(({ stages }) => stages
    .flatMap(({ actions }) => actions).some(({ configuration }) => configuration.BranchName === head.name));
  if (!pipeline) return undefined;
  return {
    environmentName: name,
    branchName: head.name,
    parentBranchName: parent,
    commitId: head.commitId,
    accountId,
    organizationalUnit: organizations.account(accountId) ? organizations.unitPath(accountId) : '',
    pipelineName: pipeline.name,
    enabled: !pipeline.disabled,
  };
}

function parse(file: string): Descriptor | undefined {
  try {
    const result = v.safeParse(Descriptor, JSON.parse(file));
    return result.success ? result.output : undefined;
  } catch {
    // a repository may have a file of this name for another purpose
    return undefined;
  }
}
