import * as v from 'valibot';
import type { BranchHead } from '../rehearsal/codecommit/codecommit';
import type { Simulation } from '../rehearsal/simulation';

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

/** The environments as anybody could see them on AWS: a branch that describes itself, and the pipeline in its account that takes it. */
export async function readEnvironments(simulation: Simulation): Promise<EnvironmentReport[]> {
  const places = new Map(simulation.cloudformation.all.map(({ accountId, region }) => [`${accountId}/${region}`, { accountId, region }]));
  const found: EnvironmentReport[] = [];
  for (const { accountId, region } of places.values()) {
    for (const name of simulation.codecommit.repositoryNames(accountId, region)) {
      for (const branch of await simulation.codecommit.branches(accountId, region, name)) {
        const file = await simulation.codecommit.file(accountId, region, name, branch.name, 'environment.json');
        const environment = file === undefined ? undefined : describe(simulation, file, branch);
        if (environment) found.push(environment);
      }
    }
  }
  return found;
}

/** Nothing for a branch that only inherits its parent's file, or whose environment was removed. */
function describe({ codepipeline, organizations }: Simulation, file: string, branch: BranchHead): EnvironmentReport | undefined {
  const descriptor = parse(file);
  if (descriptor?.branch !== branch.name) return undefined;
  const { name, accountId, parent, region } = descriptor;
  const pipeline = codepipeline.pipelines(accountId, region)
    .find(({ stages }) => stages.flatMap(({ actions }) => actions).some(({ configuration }) => configuration.BranchName === branch.name));
  if (!pipeline) return undefined;
  const organizationalUnit = organizations.account(accountId) ? organizations.unitPath(accountId) : '';
  const { name: branchName, commitId } = branch;
  return { name, branch: branchName, parent, commitId, accountId, organizationalUnit, pipeline: pipeline.name, enabled: !pipeline.frozen };
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
