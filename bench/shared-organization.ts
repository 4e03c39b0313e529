import { App, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { CICD, ours, withAssemblies } from './apps';
import type { Define } from './apps';
import { inSimulation } from './vending';
import { deployAssembly } from '../rehearsal/assembly/deployer';
import type { Simulation } from '../rehearsal/simulation';
import { Account, AccountPipelineBranch, Organization, Source } from 'cdk-org-environments';

export interface SharedOrganization {
  readonly apps: number;
  readonly repositories: number;
  /** Number of apps that were deployed, one after another, until the first failure. */
  readonly deployed: number;
  /** Error of the first app that failed. */
  readonly failure?: string;
  /** The role of the organization with the longest inline policies at the end. */
  readonly role: RoleSize;
}

interface RoleSize {
  readonly name: string;
  /** Characters of its inline policies with the organization alone; the IAM quota is 10,240. */
  readonly sizeBefore: number;
  /** Characters with all apps that were deployed. */
  readonly sizeAfter: number;
}

/** (c) Deploys apps of one CICD account that import one organization, with an environment for each repository. */
export async function measureSharedOrganization(apps: number, repositories: number): Promise<SharedOrganization> {
  const names = Array.from({ length: repositories }, (_, index) => `repository-${index}`);
  return withAssemblies(async synthesize => inSimulation(async simulation => {
    const failed = await deploy(simulation, synthesize(ours({ count: 0 })));
    if (failed !== undefined) throw new Error(`the organization could not be deployed: ${failed}`);
    const before = roleSizes(simulation);
    let deployed = 0;
    let failure: string | undefined;
    while (failure === undefined && deployed < apps) {
      const own = names.filter((_, index) => index % apps === deployed);
      failure = await deploy(simulation, synthesize(teamApp(deployed, own)));
      if (failure === undefined) deployed++;
    }
    const role = largest(before, roleSizes(simulation));
    return { apps, repositories, deployed, ...failure !== undefined && { failure }, role };
  }, names));
}

/** Returns an app that imports the organization and defines an environment for each repository. */
function teamApp(index: number, repositories: readonly string[]): Define {
  return (app: App) => {
    const stack = new Stack(app, `Team${index}`, { env: CICD });
    const organization = Organization.fromParameterName(stack, 'Organization');
    for (const name of repositories) {
      const source = Source.codeCommit(Repository.fromRepositoryName(stack, name, name));
      const account = new Account(stack, `${name}-account`, {
        organization,
        accountName: name,
        email: `aws+${name}@example.com`,
        organizationalUnit: 'Workloads/Test',
      });
      const branch = { source, branchName: `env/${name}`, parentBranchName: 'main' };
      new AccountPipelineBranch(stack, `e-${name}`, { organization, account, branch });
    }
  };
}

/** Deploys an app; returns the error if it failed. */
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

/** Returns the characters of the inline policies for each role of the CICD account, white space excluded. */
function roleSizes({ iam }: Simulation): Map<string, number> {
  return new Map(iam.rolesOf(CICD.account).map(({ roleName, policies }) => {
    const documents = Object.values(policies).map(policy => JSON.stringify(policy).replace(/\s/g, ''));
    return [roleName, documents.reduce((sum, { length }) => sum + length, 0)];
  }));
}

/** Returns the largest of the roles that exist with the organization alone. */
function largest(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): RoleSize {
  const roles = [...before].filter(([name]) => name.startsWith('org-environments-'));
  const sizes = roles.map(([name, sizeBefore]) => ({ name, sizeBefore, sizeAfter: after.get(name) ?? 0 }));
  return sizes.reduce((one, other) => other.sizeAfter > one.sizeAfter ? other : one);
}
