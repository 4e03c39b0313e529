import { execFile } from 'node:child_process';
import * as path from 'node:path';
import type { Harness } from './harness';
import { REGION } from '../fixtures/app';
import { awsVariables } from '../fixtures/aws-variables';

const COMMAND = path.join(__dirname, '../../lib/cli/org-environments.js');

export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line on a machine that has no AWS configuration except these environment variables. */
export async function orgEnvironments(variables: NodeJS.ProcessEnv, ...args: string[]): Promise<CommandResult> {
  const env = {
    PATH: process.env.PATH,
    HOME: '/nowhere',
    NO_COLOR: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...variables,
  };
  // not execFileSync: the command calls the simulation, which runs in this process
  return new Promise(resolve => execFile(process.execPath, [COMMAND, ...args], { env }, (error, stdout, stderr) => {
    resolve({ status: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
  }));
}

/** Returns the environment variables of a user who is signed in with a role, or as the root of an account. */
export function signedIn({ simulation }: Harness, arn: string, sessionName = 'anna'): NodeJS.ProcessEnv {
  const isRoot = arn.endsWith(':root');
  const caller = isRoot ? { accountId: arn.split(':')[4], arn } : simulation.iam.sessionOf(arn, sessionName);
  return awsVariables(simulation, caller, REGION);
}
