import { spawn } from 'node:child_process';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import { cloneUrls } from '../../rehearsal/services/codecommit/resource-types';
import type { Simulation } from '../../rehearsal/simulation';
import { cicdStackOf } from '../output/hints';

/**
 * Runs a command of the user's beside the simulated AWS. It sees AWS as an administrator of the CICD account does, and git finds
 * the simulated repositories at the addresses that they have on AWS. Answers its exit status.
 */
export async function runCommand(simulation: Simulation, stacks: readonly AssemblyStack[], command: string): Promise<number> {
  const { managementAccountId, repositoryPlace } = simulation.options;
  const { accountId, region } = repositoryPlace ?? cicdStackOf(stacks, managementAccountId) ?? stacks[0];
  const partition = simulation.options.partition ?? 'aws';
  const credentials = simulation.iam.issue({ accountId, arn: `arn:${partition}:iam::${accountId}:root` });
  const addresses = simulation.codecommit.repositoryNames(accountId, region).flatMap(name => {
    const path = simulation.codecommit.path(accountId, region, name) ?? '';
    return [...Object.values(cloneUrls({ region, name })), `codecommit::${region}://${name}`].map(url => ({ name: `url.${path}.insteadOf`, value: url }));
  });
  const git = addresses.flatMap(({ name, value }, index) => [[`GIT_CONFIG_KEY_${index}`, name], [`GIT_CONFIG_VALUE_${index}`, value]]);
  const child = spawn(command, {
    shell: true,
    stdio: 'inherit',
    env: {
      ...withoutAws(process.env),
      ...Object.fromEntries(git),
      GIT_CONFIG_COUNT: String(addresses.length),
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

/** A profile or an endpoint of the user's would lead to the real AWS. */
function withoutAws(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith('AWS_') || name === 'AWS_CA_BUNDLE'));
}
