import { spawn } from 'node:child_process';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import { cloneUrls } from '../../rehearsal/services/codecommit/resource-types';
import type { Simulation } from '../../rehearsal/simulation';
import { cicdStackOf } from '../app/cicd-stack';

interface Place {
  readonly accountId: string;
  readonly region: string;
}

/**
 * Runs a command of the user against the simulated AWS, with the permissions of an administrator of the CICD account.
 * Git finds the simulated repositories at their addresses on AWS. Returns the exit status.
 */
export async function runUserCommand(
  simulation: Simulation, stacks: readonly AssemblyStack[], command: string,
): Promise<number> {
  const { managementAccountId, repositoryPlace, partition = 'aws' } = simulation.options;
  const { accountId, region } = repositoryPlace ?? cicdStackOf(stacks, managementAccountId) ?? stacks[0];
  const credentials = simulation.iam.issue({ accountId, arn: `arn:${partition}:iam::${accountId}:root` });
  const child = spawn(command, {
    shell: true,
    stdio: 'inherit',
    env: {
      ...withoutAws(process.env),
      ...gitConfig(simulation, { accountId, region }),
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
function gitConfig({ codecommit }: Simulation, { accountId, region }: Place): Record<string, string> {
  const redirects = codecommit.repositoryNames(accountId, region).flatMap(name => {
    const path = codecommit.path(accountId, region, name) ?? '';
    const urls = [...Object.values(cloneUrls({ region, name })), `codecommit::${region}://${name}`];
    return urls.map(url => ({ key: `url.${path}.insteadOf`, value: url }));
  });
  const variables = redirects.flatMap(({ key, value }, index) => [
    [`GIT_CONFIG_KEY_${index}`, key], [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { ...Object.fromEntries(variables), GIT_CONFIG_COUNT: String(redirects.length) };
}

/** A profile or an endpoint of the user would lead to the real AWS. */
function withoutAws(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isKept = ([name]: [string, unknown]): boolean => !name.startsWith('AWS_') || name === 'AWS_CA_BUNDLE';
  return Object.fromEntries(Object.entries(variables).filter(isKept));
}
