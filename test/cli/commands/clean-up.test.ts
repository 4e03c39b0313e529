import { CommandLine, queue } from '../command-line';

let cli: CommandLine;
beforeAll(() => { cli = new CommandLine(); });
afterAll(() => { cli.remove(); });

/** A custom resource whose deletion fails, with its function. */
function keptForever(): Readonly<Record<string, unknown>> {
  const ZipFile = `exports.handler = async ({ ResponseURL, ...event }) => {
    const { hostname, pathname: path, search } = new URL(ResponseURL);
    const Status = event.RequestType === 'Delete' ? 'FAILED' : 'SUCCESS';
    const body = JSON.stringify({ ...event, Status, Reason: 'it is in use', PhysicalResourceId: 'kept' });
    const headers = { 'content-type': '', 'content-length': body.length };
    await new Promise((resolve, reject) => {
      require('https').request({ hostname, path: path + search, method: 'PUT', headers }, resolve)
        .on('error', reject).end(body);
    });
  };`;
  const AssumeRolePolicyDocument = {
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
  };
  return {
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument } },
    Keeper: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Runtime: 'nodejs24.x', Handler: 'index.handler', Code: { ZipFile },
      },
    },
  };
}

const KEPT = { Type: 'Custom::Kept', Properties: { ServiceToken: { 'Fn::GetAtt': ['Keeper', 'Arn'] } } };
const FAILURE = { stackName: 'Shop', resourceType: 'Custom::Kept', reason: expect.stringContaining('it is in use') };

test('a resource that cannot be deleted after an update fails the rehearsal, although the stack is complete', () => {
  const before = cli.assembly('before', { ...keptForever(), Kept: KEPT });
  const after = cli.assembly('after', { ...keptForever(), A: queue('a') });
  const { status, stdout } = cli.rehearse('--app', before, '--app', after, '--report', 'update.json');
  expect(status).toBe(1);
  expect(stdout).toContain('it is in use');
  expect(stdout).toContain('Rehearsal failed');
  expect(cli.report('update.json')).toMatchObject({
    succeeded: false,
    stacks: [{ name: 'Shop', status: 'UPDATE_COMPLETE' }],
    deployments: [
      { app: before, succeeded: true, failures: [] },
      { app: after, succeeded: false, failures: [FAILURE] },
    ],
  });
});

test('a failed --destroy fails the rehearsal, and no deployment with failures is reported as succeeded', () => {
  const app = cli.assembly('destroyed', { ...keptForever(), Kept: KEPT });
  const { status, stdout } = cli.rehearse('--app', app, '--destroy', '--report', 'destroyed.json');
  expect(status).toBe(1);
  expect(stdout).toContain('it is in use');
  expect(stdout).toMatch(/\nStacks that remain:\n {2}Shop in account 111111111111, us-east-1: DELETE_FAILED\n/);
  expect(cli.report('destroyed.json')).toMatchObject({
    succeeded: false,
    destroyed: true,
    deployments: [
      { action: 'deploy', succeeded: true, failures: [] },
      { action: 'destroy', succeeded: false, failures: [FAILURE] },
    ],
  });
});
