import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { explained } from '../../../cli/operations/explain-error';

const COMMAND = path.join(__dirname, '../../../lib/cli/org-environments.js');
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

/** An error as the SDK throws it. */
const thrown = (name: string, message: string, code?: string): Error => Object.assign(new Error(message), { name, ...code && { code } });

describe('what keeps a command from AWS is told in words, with status 1:', () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(path.join(tmpdir(), 'home-'));
    mkdirSync(path.join(home, '.aws'));
    writeFileSync(path.join(home, '.aws/config'), CONFIG);
    writeFileSync(path.join(home, '.aws/credentials'), '[ old ]\naws_access_key_id = AKIA\n');
  });

  test.each<[string, NodeJS.ProcessEnv, string]>([
    ['a profile that is not there', { AWS_REGION, AWS_PROFILE: 'nope' }, "there is no profile 'nope', which AWS_PROFILE names: there is default, company, old in ~/.aws/config"],
    ['a profile and a region that are not there', { AWS_PROFILE: 'nope' }, "there is no profile 'nope', which AWS_PROFILE names"],
    ['a session that has ended', { AWS_PROFILE: 'company' }, 'the session has ended: aws sso login --profile company (The SSO session'],
    ['no region', { ...KEYS, AWS_PROFILE: 'old', AWS_CONFIG_FILE: '/nowhere' }, 'there is no region: set AWS_REGION'],
    ['a region that cannot be one', { ...KEYS, AWS_REGION: 'eu west' }, 'AWS_REGION names no region: set it to the one that the organization is deployed in'],
    ['no credentials', { AWS_REGION }, 'there are no credentials: sign in to the CICD account and name the profile in AWS_PROFILE'],
    ['no network', { ...KEYS, AWS_REGION, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, 'AWS cannot be reached: look at the network, a proxy or VPN that it needs, and the region'],
  ])('%s', (_name, variables, words) => {
    const env = { PATH: process.env.PATH, HOME: home, NO_COLOR: '1', AWS_EC2_METADATA_DISABLED: 'true', ...variables };
    const { status, stderr } = spawnSync(process.execPath, [COMMAND, 'halt', '--all', '--reason', 'x'], { env, encoding: 'utf8' });
    expect(stderr).toContain(`error: ${words}`);
    expect(status).toBe(1);
  });
});

test.each<[string, Error, string]>([
  ['an expired token', thrown('ExpiredTokenException', 'The security token included in the request is expired'), 'the credentials are no longer valid: sign in'],
  ['an expired token of STS', thrown('ExpiredToken', 'expired'), 'the credentials are no longer valid: sign in'],
  ['a wrong secret', thrown('SignatureDoesNotMatch', 'The request signature we calculated does not match'), 'the credentials are no longer valid: sign in'],
  ['an expired session', thrown('TokenProviderError', "Token is expired. To refresh this SSO session run 'aws sso login'"), 'the session has ended: aws sso login ('],
  ['a name that is not resolved', thrown('Error', 'getaddrinfo ENOTFOUND lambda.nowhere.amazonaws.com', 'ENOTFOUND'), 'AWS cannot be reached'],
  ['a network that swallows everything', thrown('TimeoutError', 'Socket timed out'), 'AWS cannot be reached'],
])('%s is told in words', (_name, error, words) => {
  expect(explained(error, {}).message).toContain(words);
  expect(explained(error, {}).message).toContain(error.message);
});

test('what is not known is told as it is', () => {
  const error = thrown('ServiceException', 'out of order');
  expect(explained(error)).toBe(error);
});
