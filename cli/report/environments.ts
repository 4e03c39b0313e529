import * as v from 'valibot';
import type { BranchHead } from '../../rehearsal/services/codecommit/service';
import type { Simulation } from '../../rehearsal/simulation';

const Descriptor = v.object({ name: v.string(), accountId: v.string(), region: v.string(), parent: v.string(), branch: v.string() });
type Descriptor = v.InferOutput<typeof Descriptor>;

export interface EnvironmentReport {
  readonly name: string;
  readonly branch: string;
  readonly parent: string;
  readonly commitId: string;
  readonly accountId: string;
  readonly organizationalUnit: string;
  readonly pipeline: string;
  readonly enabled: boolean;
}

interface DescribedBranch {
  readonly repository: string;
  /** The account of the repository. */
  readonly accountId: string;
  readonly head: BranchHead;
  readonly descriptor: Descriptor;
}

/** The environments as anybody could see them on AWS: a branch that describes itself, and the pipeline in its account that takes it. */
export async function readEnvironments(simulation: Simulation): Promise<EnvironmentReport[]> {
  const branches = await readBranches(simulation);
  return branches.flatMap(branch => describe(simulation, branch) ?? []);
}

/** Branches that describe themselves; those of environments that were removed go on doing so. */
export async function readBranches(simulation: Simulation): Promise<DescribedBranch[]> {
  const places = new Map(simulation.cloudformation.all.map(({ accountId, region }) => [`${accountId}/${region}`, { accountId, region }]));
  const found: DescribedBranch[] = [];
  for (const { accountId, region } of places.values()) {
    for (const name of simulation.codecommit.repositoryNames(accountId, region)) {
      for (const head of await simulation.codecommit.branches(accountId, region, name)) {
        const file = await simulation.codecommit.file(accountId, region, name, head.name, 'environment.json');
        const descriptor = file === undefined ? undefined : parse(file);
        // a branch that only inherits its parent's file is not described by it
        if (descriptor?.branch === head.name) found.push({ repository: name, accountId, head, descriptor });
      }
    }
  }
  return found;
}

export function isUsed(simulation: Simulation, branch: DescribedBranch): boolean {
  return describe(simulation, branch) !== undefined;
}

/** Nothing for a branch whose environment was removed. */
function describe({ codepipeline, organizations }: Simulation, { head, descriptor }: DescribedBranch): EnvironmentReport | undefined {
  const { name, accountId, parent, region } = descriptor;
  const pipeline = codepipeline.pipelines(accountId, region)
    .find(({ stages }) => stages.flatMap(({ actions }) => actions).some(({ configuration }) => configuration.BranchName === head.name));
  if (!pipeline) return undefined;
  const organizationalUnit = organizations.account(accountId) ? organizations.unitPath(accountId) : '';
  const { name: branch, commitId } = head;
  return { name, branch, parent, commitId, accountId, organizationalUnit, pipeline: pipeline.name, enabled: !pipeline.disabled };
}

function parse(file: string): Descriptor | undefined {
  try {
    const result = v.safeParse(Descriptor, JSON.parse(file));
    return result.success ? result.output : undefined;
  } catch {
    // any repository may have a file of this name that is not ours
    return undefined;
  }
}
