import { readFileSync } from 'node:fs';
import { bootstrapTemplateFile } from '../core/bundled-files';
import type { Simulation } from '../simulation';
import { repositoryStackOf } from './management';
import type { AssemblyStack } from './manifest';

const DEFAULT_QUALIFIER = 'hnb659fds';

/**
 * What exists on AWS before an app can be deployed: its accounts are members of the organization and bootstrapped, its repositories are there.
 * Answers the accounts that are taken for members only because the app deploys to them.
 */
export async function prepare(simulation: Simulation, stacks: readonly AssemblyStack[]): Promise<string[]> {
  const { organizations } = simulation;
  const invited = [...new Set(stacks.map(({ accountId }) => accountId))].filter(accountId => !organizations.account(accountId));
  for (const accountId of invited) organizations.invite(accountId);
  for (const stack of stacks) await bootstrap(simulation, stack);
  await fillRepositories(simulation, stacks);
  return invited;
}

/** `cdk bootstrap`: a stack of its own, so that an app which bootstraps the account, too, finds and updates it. */
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
  if (Number(ssm.value(accountId, region, parameter) ?? 0) < version) ssm.put(accountId, region, parameter, String(version));
}

/** A repository that was given is in one account and one region, as on AWS, however many assemblies are deployed. */
async function fillRepositories(simulation: Simulation, stacks: readonly AssemblyStack[]): Promise<void> {
  const { codecommit, seededRepositories, options } = simulation;
  const place = options.repositoryPlace ?? repositoryStackOf(stacks, options.managementAccountId);
  if (place === undefined) return;
  for (const [name, folder] of Object.entries(options.repositories ?? {})) {
    if (seededRepositories.has(name)) continue;
    seededRepositories.add(name);
    await codecommit.seed(place.accountId, place.region, name, folder);
  }
}
