import { App, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { CICD, ours, withAssemblies } from './apps';
import type { Define } from './apps';
import { inSimulation } from './vending';
import { deployAssembly } from '../rehearsal/assembly/deployer';
import type { Simulation } from '../rehearsal/simulation';
import { Account, AccountPipelineBranch, Organization, Source } from 'cdk-org-environments';

export interface ManyApps {
  readonly apps: number;
  readonly repositories: number;
  /** How many of the apps could be deployed, one after another; the first failure ends it. */
  readonly deployed: number;
  /** Why the next one could not be deployed. */
  readonly failure?: string;
  /** The role of the organization whose inline policies are the longest at the end. */
  readonly role: RoleSize;
}

interface RoleSize {
  readonly name: string;
  /** Characters of its inline policies, of which IAM allows 10,240, with the organization alone. */
  readonly sizeBefore: number;
  /** With all apps that could be deployed. */
  readonly sizeAfter: number;
}

/** (c) Apps of one CICD account that import one organization and share some repositories, an environment for each. */
export async function measureManyApps(apps: number, repositories: number): Promise<ManyApps> {
  const names = Array.from({ length: repositories }, (_, index) => `repository-${index}`);
  return withAssemblies(async synthesize => inSimulation(async simulation => {
    const failed = await deploy(simulation, synthesize(ours({ count: 0 })));
    if (failed !== undefined) throw new Error(`the organization could not be deployed: ${failed}`);
    const before = roleSizes(simulation);
    let deployed = 0;
    let failure: string | undefined;
    while (failure === undefined && deployed < apps) {
      const own = names.filter((_, index) => index % apps === deployed);
      failure = await deploy(simulation, synthesize(importing(deployed, own)));
      if (failure === undefined) deployed++;
    }
    const role = longest(before, roleSizes(simulation));
    return { apps, repositories, deployed, ...failure !== undefined && { failure }, role };
  }, names));
}

/** An app of a team: it imports the organization and has an environment for each of its repositories. */
function importing(index: number, repositories: readonly string[]): Define {
  return (app: App) => {
    const stack = new Stack(app, `Team${index}`, { env: CICD });
    const organization = Organization.fromParameterName(stack, 'Organization');
    for (const name of repositories) {
      const source = Source.codeCommit(Repository.fromRepositoryName(stack, name, name));
      const account = new Account(stack, `${name}-account`, {
        organization, accountName: name, email: `aws+${name}@example.com`, organizationalUnit: 'Workloads/Test',
      });
      const branch = { source, branchName: `env/${name}`, parentBranchName: 'main' };
      new AccountPipelineBranch(stack, `e-${name}`, { organization, account, branch });
    }
  };
}

/** Answers why the app could not be deployed. */
async function deploy(simulation: Simulation, assembly: string): Promise<string | undefined> {
  try {
    const { succeeded, failures } = await deployAssembly(simulation, assembly);
    const causes = failures.filter(({ reason }) => !reason.endsWith('cancelled'));
    if (succeeded) return undefined;
    return causes.map(({ path, logicalId, reason }) => `${path ?? logicalId}: ${reason}`).join('; ');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** By the name of each role of the CICD account: how long its inline policies are. White space does not count. */
function roleSizes({ iam }: Simulation): Map<string, number> {
  return new Map(iam.rolesOf(CICD.account).map(({ roleName, policies }) => {
    const documents = Object.values(policies).map(policy => JSON.stringify(policy).replace(/\s/g, ''));
    return [roleName, documents.reduce((sum, { length }) => sum + length, 0)];
  }));
}

/** Of the roles that the organization itself has made. */
function longest(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): RoleSize {
  const roles = [...before].filter(([name]) => name.startsWith('org-environments-'));
  const sizes = roles.map(([name, sizeBefore]) => ({ name, sizeBefore, sizeAfter: after.get(name) ?? 0 }));
  return sizes.reduce((one, other) => other.sizeAfter > one.sizeAfter ? other : one);
}
