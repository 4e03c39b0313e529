import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { explainError } from '../../../cli/operations/explain-error';
import { COMMAND } from '../command-line';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' };
const AWS_REGION = 'eu-central-1';
const CONFIG = `[default]
region = eu-west-1
[profile company]
sso_session = company
sso_account_id = 111111111111
sso_role_name = Operator
region = eu-west-1
[sso-session company]
sso_start_url = https://company.awsapps.com/start
sso_region = eu-west-1
`;

/** An error like those of the SDK. */
const sdkError = (name: string, message: string, code?: string): Error => (
  Object.assign(new Error(message), { name, ...code && { code } })
);

describe('halt exits with 1 and an explanation of', () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(path.join(tmpdir(), 'home-'));
    mkdirSync(path.join(home, '.aws'));
    writeFileSync(path.join(home, '.aws/config'), CONFIG);
    writeFileSync(path.join(home, '.aws/credentials'), '[ old ]\naws_access_key_id = AKIA\n');
  });

  test.each<[string, NodeJS.ProcessEnv, string]>([
    [
      'a profile that does not exist', { AWS_REGION, AWS_PROFILE: 'nope' },
      "the profile 'nope' in AWS_PROFILE does not exist: use one of those in ~/.aws/config and "
      + '~/.aws/credentials: default, company, old',
    ],
    [
      'a profile that does not exist, without a region', { AWS_PROFILE: 'nope' },
      "the profile 'nope' in AWS_PROFILE does not exist",
    ],
    [
      'an expired session', { AWS_PROFILE: 'company' },
      'the session has expired: run aws sso login --profile company (The SSO session',
    ],
    [
      'a missing region', { ...KEYS, AWS_PROFILE: 'old', AWS_CONFIG_FILE: '/nowhere' },
      'no region is set: set AWS_REGION to the region of the organization',
    ],
    [
      'an invalid region', { ...KEYS, AWS_REGION: 'eu west' },
      'AWS_REGION is not a region: set AWS_REGION to the region of the organization',
    ],
    [
      'missing credentials', { AWS_REGION },
      'no credentials were found: sign in to the CICD account and set AWS_PROFILE',
    ],
    [
      'a network without AWS', { ...KEYS, AWS_REGION, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
      'cannot connect to AWS: check the network, proxy and VPN, and the region in AWS_REGION',
    ],
  ])('%s', (_title, variables, message) => {
    const fixed = { PATH: process.env.PATH, HOME: home, NO_COLOR: '1', AWS_EC2_METADATA_DISABLED: 'true' };
    const { status, stderr } = spawnSync(process.execPath, [COMMAND, 'halt', '--all', '--reason', 'x'], {
      env: { ...fixed, ...variables }, encoding: 'utf8',
    });
    expect(stderr).toContain(`error: ${message}`);
    expect(status).toBe(1);
  });
});

test.each<[string, Error, string]>([
  [
    'an expired token', sdkError('ExpiredTokenException', 'The security token is expired'),
    'the credentials are invalid or expired: sign in',
  ],
  ['an expired token of STS', sdkError('ExpiredToken', 'expired'), 'the credentials are invalid or expired: sign in'],
  [
    'a wrong secret', sdkError('SignatureDoesNotMatch', 'The signature does not match'),
    'the credentials are invalid or expired: sign in',
  ],
  [
    'an expired session',
    sdkError('TokenProviderError', "Token is expired. To refresh this SSO session run 'aws sso login'"),
    'the session has expired: run aws sso login (',
  ],
  [
    'an unknown host name', sdkError('Error', 'getaddrinfo ENOTFOUND lambda.nowhere.amazonaws.com', 'ENOTFOUND'),
    'cannot connect to AWS',
  ],
  ['a network that drops all packets', sdkError('TimeoutError', 'Socket timed out'), 'cannot connect to AWS'],
  [
    'a missing function', sdkError('ResourceNotFoundException', 'Function not found'),
    "the function 'org-environments-operations' does not exist",
  ],
  [
    'a missing permission', sdkError('AccessDeniedException', 'not authorized'),
    'access denied: grant your role access',
  ],
])('%s is explained, with the original message', (_title, error, message) => {
  expect(explainError(error, {}).message).toContain(message);
  expect(explainError(error, {}).message).toContain(error.message);
});

test('other errors are returned unchanged', () => {
  const error = sdkError('ServiceException', 'out of order');
  expect(explainError(error)).toBe(error);
});
