import type { Simulation } from '../simulation';
import type { AssemblyStack } from './manifest';

/** The roles of a bootstrap, with the managed policies of those that have one: what others may do, nothing here asks for. */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  'deploy-role': [],
  'cfn-exec-role': ['AdministratorAccess'],
  'file-publishing-role': [],
  'image-publishing-role': [],
  'lookup-role': ['ReadOnlyAccess'],
};

/** What exists on AWS before an app can be deployed: its accounts are members of the organization and bootstrapped, its repositories are there. */
export async function prepare(simulation: Simulation, stacks: readonly AssemblyStack[]): Promise<void> {
  for (const stack of stacks) {
    join(simulation, stack.accountId);
    bootstrap(simulation, stack);
  }
  await fillRepositories(simulation, stacks);
}

function join({ organizations }: Simulation, accountId: string): void {
  if (organizations.account(accountId)) return;
  organizations.addAccount({ accountId, name: `account-${accountId}`, email: `account+${accountId}@example.com`, joined: 'INVITED' });
}

/** `cdk bootstrap`, as far as anything asks for it: the bucket, the version and the roles. */
function bootstrap({ s3, ssm, iam, options }: Simulation, { accountId, region, bootstrap: { qualifier, version } }: AssemblyStack): void {
  const parameter = `/cdk-bootstrap/${qualifier}/version`;
  if (Number(ssm.value(accountId, region, parameter) ?? 0) < version) ssm.put(accountId, region, parameter, String(version));
  const bucket = `cdk-${qualifier}-assets-${accountId}-${region}`;
  if (!s3.bucket(bucket)) s3.createBucket(accountId, region, bucket);
  const partition = options.partition ?? 'aws';
  for (const [role, policies] of Object.entries(ROLES)) {
    const roleName = `cdk-${qualifier}-${role}-${accountId}-${region}`;
    const arn = `arn:${partition}:iam::${accountId}:role/${roleName}`;
    if (iam.role(arn)) continue;
    const principal: Record<string, string> = role === 'cfn-exec-role' ? { Service: 'cloudformation.amazonaws.com' } : { AWS: `arn:${partition}:iam::${accountId}:root` };
    const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow' as const, Action: 'sts:AssumeRole', Principal: principal }] };
    const managedPolicyArns = policies.map(policy => `arn:${partition}:iam::aws:policy/${policy}`);
    iam.putRole({ arn, roleName, roleId: `AROA${roleName}`, accountId, trust, policies: {}, managedPolicyArns, tags: {} });
  }
}

/** A repository given on the command line lies in every account of the app but the management account. */
async function fillRepositories({ codecommit, options }: Simulation, stacks: readonly AssemblyStack[]): Promise<void> {
  const places = new Map(stacks.filter(({ accountId }) => accountId !== options.managementAccountId).map(stack => [`${stack.accountId}/${stack.region}`, stack]));
  for (const [name, folder] of Object.entries(options.repositories ?? {})) {
    for (const { accountId, region } of places.values()) {
      if (codecommit.path(accountId, region, name) === undefined) await codecommit.seed(accountId, region, name, folder);
    }
  }
}
