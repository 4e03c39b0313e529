import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import * as path from 'node:path';
import { NAMES } from '../../src/private/contract';

const SIGN_IN = 'sign in to the CICD account and set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
const SET_REGION = 'set AWS_REGION to the region of the organization';
const INVALID_CREDENTIALS = [
  'ExpiredTokenException', 'ExpiredToken', 'InvalidClientTokenId', 'UnrecognizedClientException',
  'InvalidSignatureException', 'SignatureDoesNotMatch',
];
const NETWORK_ERRORS = [
  'ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH',
];

/**
 * Explains an error of the AWS SDK: what is wrong with credentials, region, network or permissions, and what to do.
 * Returns other errors unchanged.
 */
export function explainError(error: Error, variables: NodeJS.ProcessEnv = process.env): Error {
  const message = profileProblem(error, variables) ?? credentialsProblem(error, variables) ?? accessProblem(error);
  return message === undefined ? error : new Error(message, { cause: error });
}

function profileProblem({ name, message }: Error, variables: NodeJS.ProcessEnv): string | undefined {
  const { AWS_PROFILE: profile } = variables;
  if (profile === undefined || !isRegionMissing(message) && name !== 'CredentialsProviderError') return undefined;
  const profiles = profilesOf(variables);
  if (profiles.includes(profile)) return undefined;
  const existing = profiles.join(', ') || 'none';
  return `the profile '${profile}' in AWS_PROFILE does not exist: use one of those in ~/.aws/config and `
    + `~/.aws/credentials: ${existing}`;
}

function credentialsProblem({ name, message }: Error, { AWS_PROFILE: profile }: NodeJS.ProcessEnv): string | undefined {
  if (isRegionMissing(message)) return `no region is set: ${SET_REGION}`;
  if (message.startsWith('Region not accepted')) return `AWS_REGION is not a region: ${SET_REGION} (${message})`;
  if (/\bsso login\b|\bSSO\b.*\bexpired\b/.test(message)) {
    return `the session has expired: run aws sso login${profile ? ` --profile ${profile}` : ''} (${message})`;
  }
  if (name === 'CredentialsProviderError') return `no credentials were found: ${SIGN_IN} (${message})`;
  if (INVALID_CREDENTIALS.includes(name)) return `the credentials are invalid or expired: ${SIGN_IN} (${message})`;
  return undefined;
}

function accessProblem(error: Error): string | undefined {
  const { name, message } = error;
  if ('code' in error && NETWORK_ERRORS.includes(String(error.code)) || name === 'TimeoutError') {
    return `cannot connect to AWS: check the network, proxy and VPN, and the region in AWS_REGION (${message})`;
  }
  if (name === 'ResourceNotFoundException') {
    return `the function '${NAMES.operationsFunction}' does not exist in this account and region: deploy the `
      + `organization, or use the credentials and the region (AWS_REGION) of the CICD account (${message})`;
  }
  if (name === 'AccessDeniedException') {
    return `access denied: grant your role access to the pipelines with organization.grantOperate(…) (${message})`;
  }
  return undefined;
}

function isRegionMissing(message: string): boolean {
  return message.startsWith('Region is missing');
}

/** Returns the names of the profiles on this machine. */
function profilesOf(variables: NodeJS.ProcessEnv): string[] {
  const { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials } = variables;
  const folder = path.join(homedir(), '.aws');
  const files = [config ?? path.join(folder, 'config'), credentials ?? path.join(folder, 'credentials')];
  const lines = files.filter(file => existsSync(file)).flatMap(file => readFileSync(file, 'utf8').split('\n'));
  const names = lines.flatMap(line => /^\s*\[\s*(?:profile\s+)?['"]?([^\s'"\]]+)['"]?\s*\]/.exec(line)?.[1] ?? []);
  return [...new Set(names)];
}
