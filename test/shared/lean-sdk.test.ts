import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withEndpoint } from '../fixtures/endpoint';

const ROOT = join(__dirname, '../..');
const LAMBDA = join(ROOT, 'lib/lambda');
const HANDLERS = readdirSync(LAMBDA).filter(name => existsSync(join(LAMBDA, name, 'index.js')));

/** Some are named by handlers, some can be retried, some have fields or another name on the wire. */
const ERRORS = [
  'BranchDoesNotExistException',
  'RepositoryDoesNotExistException',
  'ConstraintViolationException',
  'DestinationParentNotFoundException',
  'ResourceNotFoundException',
  'ProvisionedThroughputExceededException',
  'ReplicatedWriteConflictException',
  'ThrottlingException',
  'AlreadyExistsException',
  'ValidationError',
  'ChangeSetNotFound',
  'ExpiredTokenException',
  'NoSuchKey',
  'NoSuchBucket',
  'AccessDenied',
  'NobodyKnowsThis',
];
const CALLS = 6;

/** What the sources of other credentials read. */
const ELSEWHERE = [
  'sso_session',
  'credential_process',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS',
  '169.254.169.254',
];

const BUNDLE = `
  import { build } from 'esbuild';
  import { leanSdk } from './tools/lean-sdk.mjs';
  const common = {
    bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning',
    mainFields: ['module', 'main'], supported: { 'dynamic-import': false },
    entryPoints: ['test/fixtures/errors-of-clients.ts'],
  };
  await build({ ...common, outfile: process.argv[1] + '/whole.js' });
  await build({ ...common, outfile: process.argv[1] + '/lean.js', plugins: [leanSdk] });
`;

let folder: string;
let whole: Run;
let lean: Run;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lean-sdk-'));
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', BUNDLE, folder], { cwd: ROOT });
  [whole, lean] = [await run('whole', ERRORS), await run('lean', ERRORS)];
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each(ERRORS)('%s is the same error with the SDK of the bundles as with the whole SDK', name => {
  const [expected, found] = [whole, lean].map(({ thrown }) => thrown[ERRORS.indexOf(name)]);
  expect(found).toEqual(expected);
  expect(found).toHaveLength(CALLS);
  const isNamedByHandlers = name === 'BranchDoesNotExistException';
  expect(found[0]).toMatchObject({ name, message: 'the reason', isNamedByHandlers });
});

test('the endpoint, the credentials and the region come from the environment', () => {
  expect(lean.authorizations).toHaveLength(CALLS * ERRORS.length);
  expect(lean.authorizations).toEqual(whole.authorizations);
  expect(lean.authorizations[0]).toMatch(/ Credential=AKIA\/\d{8}\/eu-central-1\/codecommit\/aws4_request$/);
  expect(new Set(lean.tokens)).toEqual(new Set(['token']));
});

test('the error for missing credentials names the environment', async () => {
  const { thrown } = await run('lean', ['AccessDenied'], { AWS_ACCESS_KEY_ID: '' });
  expect(thrown[0][0]).toMatchObject({ message: 'Unable to find environment variable credentials.' });
});

test.each(HANDLERS)("the bundle of the handler '%s' looks for credentials in the environment only", name => {
  const bundle = readFileSync(join(LAMBDA, name, 'index.js'), 'utf8');
  expect(bundle).toContain('AWS_SECRET_ACCESS_KEY');
  expect(ELSEWHERE.filter(word => bundle.includes(word))).toEqual([]);
});

interface Run {
  /** By error and client. */
  readonly thrown: readonly (readonly unknown[])[];
  readonly authorizations: readonly string[];
  readonly tokens: readonly unknown[];
}

/** Runs a bundle in a process of its own, as Lambda does; the address of the endpoint ends with its error. */
async function run(bundle: string, errors: readonly string[], environment: Record<string, string> = {}): Promise<Run> {
  const authorizations: string[] = [];
  const tokens: unknown[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    authorizations.push((request.headers.authorization ?? '').split(',')[0]);
    tokens.push(request.headers['x-amz-security-token']);
    refuse(request, response, request.url?.split('/')[1] ?? '');
  };
  return withEndpoint(answer, async () => {
    const env = { ...process.env, AWS_SESSION_TOKEN: 'token', NODE_NO_WARNINGS: '1', ...environment };
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, `${bundle}.js`), ...errors], { env });
    return {
      thrown: stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line)),
      authorizations,
      tokens,
    };
  });
}

/** Speaks the protocol of each client: JSON, the query protocol, and the XML of S3. */
function refuse(request: IncomingMessage, response: ServerResponse, code: string): void {
  const [message, headers] = ['the reason', { 'x-amzn-requestid': 'request', 'x-amz-request-id': 'request' }];
  if (request.headers['x-amz-target']) {
    const body = { __type: `com.amazonaws.service#${code}`, message, Message: message, Reason: 'SOME_REASON' };
    response.writeHead(400, { ...headers, 'content-type': request.headers['content-type'] }).end(JSON.stringify(body));
    return;
  }
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  const query = `<ErrorResponse>${error}<RequestId>request</RequestId></ErrorResponse>`;
  response.writeHead(400, { ...headers, 'content-type': 'text/xml' }).end(request.method === 'GET' ? error : query);
}
