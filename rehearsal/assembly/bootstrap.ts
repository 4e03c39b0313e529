import { readFileSync } from 'node:fs';
import { bootstrapTemplateFile } from '../core/bundled-files';
import { AwsError } from '../core/service';
import type { Simulation } from '../simulation';
import { repositoryStackOf } from './management';
import type { AssemblyStack } from './manifest';

const DEFAULT_QUALIFIER = 'hnb659fds';

/**
 * Creates what exists on AWS before an app is deployed: bootstrapped member accounts and the repositories. Returns the
 * accounts that are assumed to be bootstrapped members because the app deploys to them.
 */
export async function prepare(simulation: Simulation, stacks: readonly AssemblyStack[]): Promise<string[]> {
  const { organizations } = simulation;
  const invited = [...new Set(stacks.map(({ accountId }) => accountId))].filter(
    accountId => !organizations.account(accountId),
  );
  for (const accountId of invited) organizations.invite(accountId);
  for (const stack of stacks) await bootstrap(simulation, stack);
  await fillRepositories(simulation, stacks);
  return invited.filter(accountId => simulation.options.bootstraps?.[accountId] === undefined);
}

/**
 * Does what `cdk bootstrap` does. The stack is a regular one, so an app that bootstraps the account itself updates it.
 */
async function bootstrap({ cloudformation, s3, ssm, options }: Simulation, stack: AssemblyStack): Promise<void> {
  const { accountId, region, bootstrap: { qualifier, version } } = stack;
  const trusted = options.bootstraps?.[accountId] ?? [];
  if (trusted === 'none') return;
  if (!s3.bucket(`cdk-${qualifier}-assets-${accountId}-${region}`)) {
    await cloudformation.seed({
      accountId,
      region,
      name: qualifier === DEFAULT_QUALIFIER ? 'CDKToolkit' : `CDKToolkit-${qualifier.replaceAll('_', '-')}`,
      body: readFileSync(bootstrapTemplateFile(), 'utf8'),
      parameters: {
        Qualifier: qualifier,
        FileAssetsBucketKmsKeyId: 'AWS_MANAGED_KEY',
        // cdk demands that policies are named for trusted accounts
        ...trusted.length > 0 && {
          TrustedAccounts: trusted.join(','),
          CloudFormationExecutionPolicies: `arn:${options.partition ?? 'aws'}:iam::aws:policy/AdministratorAccess`,
        },
      },
      capabilities: ['CAPABILITY_NAMED_IAM'],
    });
  }
  const parameter = versionParameterOf(stack);
  if (Number(ssm.value(accountId, region, parameter) ?? 0) < version) {
    ssm.put(accountId, region, parameter, String(version));
  }
}

/**
 * Rejects a stack that needs a bootstrap where there is none, with the words of the CDK command line.
 * https://github.com/aws/aws-cdk-cli/blob/main/packages/%40aws-cdk/toolkit-lib/lib/api/environment/environment-resources.ts
 */
export function assertBootstrapped({ ssm }: Simulation, stack: AssemblyStack): void {
  const { accountId, region, bootstrap: { isRequired } } = stack;
  const parameter = versionParameterOf(stack);
  if (!isRequired || ssm.value(accountId, region, parameter) !== undefined) return;
  throw new AwsError(
    'BootstrapVersion',
    `SSM parameter ${parameter} not found in aws://${accountId}/${region}. Has the environment been bootstrapped? `
    + "Please run 'cdk bootstrap' (see "
    + 'https://docs.aws.amazon.com/cdk/latest/guide/bootstrapping.html)',
  );
}

function versionParameterOf({ bootstrap: { qualifier } }: AssemblyStack): string {
  return `/cdk-bootstrap/${qualifier}/version`;
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
