import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import * as path from 'node:path';
import { NAMES } from '../../src/private/contract';

const SIGN_IN = 'sign in to the CICD account and name the profile in AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
const NO_LONGER_VALID = [
  'ExpiredTokenException', 'ExpiredToken', 'InvalidClientTokenId', 'UnrecognizedClientException', 'InvalidSignatureException', 'SignatureDoesNotMatch',
];
const NOT_REACHED = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'];

/** What is wrong with this machine's way to AWS, and what to do about it; any other error is answered as it is. */
export function explained(error: Error, variables: NodeJS.ProcessEnv = process.env): Error {
  const words = wordsOf(error, variables);
  return words === undefined ? error : new Error(words, { cause: error });
}

function wordsOf(error: Error, { AWS_PROFILE: profile, ...variables }: NodeJS.ProcessEnv): string | undefined {
  const { name, message } = error;
  const isWithoutRegion = message.startsWith('Region is missing');
  const known = profile === undefined || !isWithoutRegion && name !== 'CredentialsProviderError' ? undefined : profilesOf(variables);
  if (profile !== undefined && known?.includes(profile) === false) {
    return `there is no profile '${profile}', which AWS_PROFILE names: there is ${known.join(', ') || 'none at all'} in ~/.aws/config and ~/.aws/credentials`;
  }
  if (isWithoutRegion) return 'there is no region: set AWS_REGION to the one that the organization is deployed in';
  if (message.startsWith('Region not accepted')) return `AWS_REGION names no region: set it to the one that the organization is deployed in (${message})`;
  if (/\bsso login\b|\bSSO\b.*\bexpired\b/.test(message)) return `the session has ended: aws sso login${profile ? ` --profile ${profile}` : ''} (${message})`;
  if (name === 'CredentialsProviderError') return `there are no credentials: ${SIGN_IN} (${message})`;
  if (NO_LONGER_VALID.includes(name)) return `the credentials are no longer valid: ${SIGN_IN} (${message})`;
  if ('code' in error && NOT_REACHED.includes(String(error.code)) || name === 'TimeoutError') {
    return `AWS cannot be reached: look at the network, a proxy or VPN that it needs, and the region in AWS_REGION (${message})`;
  }
  if (name === 'ResourceNotFoundException') {
    return `there is no function '${NAMES.operationsFunction}' in this account and region: deploy the organization first, or use the credentials `
      + `and the region (AWS_REGION) of the CICD account (${message})`;
  }
  if (name === 'AccessDeniedException') return `you may not operate the pipelines: let organization.grantOperate(…) allow it to your role (${message})`;
  return undefined;
}

/** Names of the profiles of this machine. */
function profilesOf({ AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials }: NodeJS.ProcessEnv): string[] {
  const files = [config ?? path.join(homedir(), '.aws/config'), credentials ?? path.join(homedir(), '.aws/credentials')];
  const lines = files.filter(file => existsSync(file)).flatMap(file => readFileSync(file, 'utf8').split('\n'));
  const names = lines.flatMap(line => /^\s*\[\s*(?:profile\s+)?['"]?([^\s'"\]]+)['"]?\s*\]/.exec(line)?.[1] ?? []);
  return [...new Set(names)];
}
