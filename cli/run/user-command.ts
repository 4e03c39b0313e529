import { spawn } from 'node:child_process';
import { devNull } from 'node:os';
import { administratorOf } from './acting-account';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import { cloneUrls } from '../../rehearsal/services/codecommit/resource-types';
import type { Simulation } from '../../rehearsal/simulation';
import { cicdStackOf } from '../app/cicd-stack';

/** The beginning of a folder that does not exist; git names it in its error. */
const NO_REPOSITORY = 'file:///no-such-repository';
/** The configuration files of the user would lead to the real AWS. */
const NO_USER_CONFIGURATION = {
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
};

interface Place {
  readonly accountId: string;
  readonly region: string;
}

/**
 * Runs a command of the user against the simulated AWS, with the permissions of an administrator of an account. Git
 * finds the simulated repositories of this account at their addresses on AWS, and those of other hosts at theirs.
 * Returns the exit status.
 *
 * @param actingAccountId account of the administrator; by default the CICD account
 */
export async function runUserCommand(
  simulation: Simulation, stacks: readonly AssemblyStack[], command: string, actingAccountId?: string,
): Promise<number> {
  const { managementAccountId, repositoryPlace } = simulation.options;
  const cicd = repositoryPlace ?? cicdStackOf(stacks, managementAccountId) ?? stacks[0];
  const { region } = cicd;
  const accountId = actingAccountId ?? cicd.accountId;
  const credentials = simulation.iam.issue({ accountId, arn: administratorOf(simulation, accountId) });
  const child = spawn(command, {
    shell: true,
    stdio: 'inherit',
    env: {
      ...withoutAws(process.env),
      ...gitConfig(simulation, { accountId, region }),
      ...NO_USER_CONFIGURATION,
      AWS_ENDPOINT_URL: simulation.server.endpoint,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
    },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => resolve(code ?? 1));
  });
}

/** Returns variables that redirect git from the addresses of repositories on AWS to the simulated repositories. */
function gitConfig({ codecommit, hosts }: Simulation, { accountId, region }: Place): Record<string, string> {
  const redirects = codecommit.repositoryNames(accountId, region).flatMap(name => {
    const path = codecommit.path(accountId, region, name) ?? '';
    const urls = [...Object.values(cloneUrls({ region, name })), `codecommit::${region}://${name}`];
    return urls.map(url => ({ key: `url.${path}.insteadOf`, value: url }));
  });
  // otherwise git would look for other repositories on AWS, or for its helper for their addresses
  const reason = `${NO_REPOSITORY}--those-of-account-${accountId}-are-in-${region}`;
  const nowhere = ['https://git-codecommit.', 'ssh://git-codecommit.', 'codecommit::', 'codecommit://']
    .map(value => ({ key: `url.${reason}/.insteadOf`, value }));
  const others = hosts.repositories.flatMap(({ host, fullName, path = '' }) => (
    [`https://${host}/`, `git@${host}:`, `ssh://git@${host}/`].flatMap(prefix => ['.git', ''].map(ending => (
      { key: `url.${path}.insteadOf`, value: `${prefix}${fullName}${ending}` }
    )))
  ));
  const all = [...redirects, ...nowhere, ...others];
  const variables = all.flatMap(({ key, value }, index) => [
    [`GIT_CONFIG_KEY_${index}`, key], [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { ...Object.fromEntries(variables), GIT_CONFIG_COUNT: String(all.length) };
}

/** A profile or an endpoint of the user would lead to the real AWS. */
function withoutAws(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isKept = ([name]: [string, unknown]): boolean => !name.startsWith('AWS_') || name === 'AWS_CA_BUNDLE';
  return Object.fromEntries(Object.entries(variables).filter(isKept));
}
