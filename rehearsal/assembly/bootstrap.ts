import { readFileSync } from 'node:fs';
import { bootstrapTemplateFile } from '../core/bundled-files';
import type { Simulation } from '../simulation';
import { repositoryStackOf } from './management';
import type { AssemblyStack } from './manifest';

const DEFAULT_QUALIFIER = 'hnb659fds';

/**
 * Creates what exists on AWS before an app is deployed: bootstrapped member accounts and the repositories. Returns the
 * accounts that are assumed to be members because the app deploys to them.
 */
export async function prepare(simulation: Simulation, stacks: readonly AssemblyStack[]): Promise<string[]> {
  const { organizations } = simulation;
  const invited = [...new Set(stacks.map(({ accountId }) => accountId))].filter(
    accountId => !organizations.account(accountId),
  );
  for (const accountId of invited) organizations.invite(accountId);
  for (const stack of stacks) await bootstrap(simulation, stack);
  await fillRepositories(simulation, stacks);
  return invited;
}

/**
 * Does what `cdk bootstrap` does. The stack is a regular one, so an app that bootstraps the account itself updates it.
 */
async function bootstrap({ cloudformation, s3, ssm }: Simulation, stack: AssemblyStack): Promise<void> {
  const { accountId, region, bootstrap: { qualifier, version } } = stack;
  if (!s3.bucket(`cdk-${qualifier}-assets-${accountId}-${region}`)) {
    await cloudformation.seed({
      accountId,
      region,
      name: qualifier === DEFAULT_QUALIFIER ? 'CDKToolkit' : `CDKToolkit-${qualifier.replaceAll('_', '-')}`,
      body: readFileSync(bootstrapTemplateFile(), 'utf8'),
      parameters: { Qualifier: qualifier, FileAssetsBucketKmsKeyId: 'AWS_MANAGED_KEY' },
      capabilities: ['CAPABILITY_NAMED_IAM'],
    });
  }
  const parameter = `/cdk-bootstrap/${qualifier}/version`;
  if (Number(ssm.value(accountId, region, parameter) ?? 0) < version) {
    ssm.put(accountId, region, parameter, String(version));
  }
}

/** Seeds each repository once, in one account and region, however many assemblies are deployed. */
async function fillRepositories(simulation: Simulation, stacks: readonly AssemblyStack[]): Promise<void> {
  const { codecommit, hosts, seededRepositories, options } = simulation;
  const place = options.repositoryPlace ?? repositoryStackOf(stacks, options.managementAccountId);
  if (place === undefined) return;
  for (const [name, folder] of Object.entries(options.repositories ?? {})) {
    if (seededRepositories.has(name)) continue;
    seededRepositories.add(name);
    if (name.includes(':')) await hosts.seed(name, folder);
    else await codecommit.seed(place.accountId, place.region, name, folder);
  }
}
