import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { zip } from '../../../../rehearsal/core/zip';
import { Simulation } from '../../../../rehearsal/simulation';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const CONTEXT = {
  accountId: ACCOUNT,
  region: REGION,
  stackId: 'stack',
  stackName: 'stack',
  logicalId: 'Function',
  tags: {},
};
const ROLE = `arn:aws:iam::${ACCOUNT}:role/path/worker`;

describe('a function', () => {
  let simulation: Simulation;
  let client: LambdaClient;

  beforeAll(async () => {
    simulation = await Simulation.start({ managementAccountId: ACCOUNT, scale: 3600 });
    const trust = { Statement: [] };
    simulation.iam.putRole({
      arn: ROLE,
      roleName: 'worker',
      roleId: 'AROAX',
      accountId: ACCOUNT,
      trust,
      policies: {},
      managedPolicyArns: [],
      tags: {},
    });
    const credentials = simulation.iam.issue({ accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` });
    client = new LambdaClient({ region: REGION, endpoint: simulation.server.endpoint, credentials, maxAttempts: 1 });
  });

  afterAll(async () => {
    client.destroy();
    await simulation.stop();
  });

  async function create(FunctionName: string, ZipFile: string, rest: Record<string, unknown> = {}): Promise<string> {
    const type = simulation.lambda.resourceTypes['AWS::Lambda::Function'];
    const properties = {
      FunctionName,
      Role: ROLE,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 10,
      Code: { ZipFile },
      ...rest,
    };
    const { attributes } = await type.create(properties, CONTEXT);
    return String(attributes.Arn);
  }

  async function invoke(
    FunctionName: string,
    event: unknown = {},
  ): Promise<{ error?: string; answer: Record<string, unknown> }> {
    const result = await client.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)) }));
    return { error: result.FunctionError, answer: JSON.parse(Buffer.from(result.Payload ?? []).toString()) };
  }

  test('is invoked through the SDK by name and by ARN', async () => {
    const arn = await create('echo', 'exports.handler = async event => ({ got: event.value });');
    expect(await invoke('echo', { value: 5 })).toEqual({ error: undefined, answer: { got: 5 } });
    expect(await invoke(`${arn}:$LATEST`, { value: 6 })).toMatchObject({ answer: { got: 6 } });
    await expect(invoke('missing')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('sees only the environment of AWS and its own variables', async () => {
    process.env.LEAKED = 'yes';
    await create('environment', 'exports.handler = async () => process.env;', {
      Environment: { Variables: { MINE: '1' } },
    });
    const { answer } = await invoke('environment');
    delete process.env.LEAKED;
    expect(answer).toMatchObject({
      MINE: '1',
      AWS_REGION: REGION,
      AWS_LAMBDA_FUNCTION_NAME: 'environment',
      AWS_ENDPOINT_URL: simulation.server.endpoint,
    });
    expect(answer).not.toHaveProperty('LEAKED');
    expect(answer).not.toHaveProperty('NODE_OPTIONS');
  });

  test('uses its role in its account', async () => {
    await create(
      'identity',
      "const { STS } = require('@aws-sdk/client-sts'); exports.handler = () => new STS({}).getCallerIdentity({});",
    );
    const { answer } = await invoke('identity');
    expect(answer.Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/worker/identity`);
  });

  test('returns its error in the format of AWS', async () => {
    await create('error', `class Special extends Error { constructor(m) { super(m); this.name = 'Special'; } }
      exports.handler = async () => { throw new Special('it broke'); };`);
    const { error, answer } = await invoke('error');
    expect(error).toBe('Unhandled');
    expect(answer).toMatchObject({ errorType: 'Special', errorMessage: 'it broke' });
    expect(answer.trace).toContain('Special: it broke');
  });

  test('is killed after its timeout, and the next invocation gets a new process', async () => {
    await create(
      'slow',
      'let n = 0; exports.handler = async event => { n++; if (event.wait) await new Promise(r => '
        + 'setTimeout(r, 5000)); return { n }; };',
      { Timeout: 1 },
    );
    expect((await invoke('slow')).answer).toEqual({ n: 1 });
    expect((await invoke('slow', { wait: true })).answer.errorMessage).toMatch(/Task timed out after 1\.00 seconds$/);
    expect((await invoke('slow')).answer).toEqual({ n: 1 });
  });

  test('reuses its process, and runs two concurrent invocations in two processes', async () => {
    await create(
      'warm',
      'exports.handler = async event => { await new Promise(r => setTimeout(r, event.wait ?? 0)); '
        + 'return { pid: process.pid }; };',
    );
    const [first, second] = [(await invoke('warm')).answer.pid, (await invoke('warm')).answer.pid];
    expect(second).toBe(first);
    const both = await Promise.all([invoke('warm', { wait: 200 }), invoke('warm', { wait: 200 })]);
    expect(new Set(both.map(({ answer }) => answer.pid)).size).toBe(2);
  });

  test('uses simulated time', async () => {
    await create(
      'time',
      'exports.handler = async () => ({ now: Date.now(), iso: new Date().toISOString(), fixed: new '
        + 'Date(0).toISOString(), is: new Date() instanceof Date });',
    );
    const before = simulation.clock.now();
    const { answer } = await invoke('time');
    expect(answer.now).toBeGreaterThanOrEqual(Math.floor(before));
    expect(answer.now).toBeLessThanOrEqual(simulation.clock.now());
    expect(answer).toMatchObject({ fixed: '1970-01-01T00:00:00.000Z', is: true });
  });

  test('does not find modules of this machine', async () => {
    await create(
      'modules',
      "exports.handler = async () => { try { require('constructs'); return { found: true }; } catch "
        + '(error) { return { code: error.code }; } };',
    );
    expect((await invoke('modules')).answer).toEqual({ code: 'MODULE_NOT_FOUND' });
  });

  test('is run three times if it crashes in an asynchronous invocation', async () => {
    const arn = await create('crash', 'console.log(\'RUN\'); exports.handler = async () => process.exit(7);');
    await simulation.lambda.invokeEvent(arn, {});
    while (simulation.lambda.isBusy) await new Promise(resolve => setTimeout(resolve, 50));
    const lines = simulation.lambda.log.filter(({ functionName }) => functionName === 'crash').map(({ text }) => text);
    expect(lines.filter(line => line === 'RUN')).toHaveLength(3);
    expect(lines.at(-1)).toMatch(/Runtime.ExitError: .* Runtime exited with error: exit status 7/);
  });

  test('can be killed while it runs', async () => {
    await create('victim', 'exports.handler = () => new Promise(() => {});');
    const stop = simulation.lambda.onInvoke(invocation => {
      if (invocation.functionName === 'victim') invocation.kill();
    });
    const { answer } = await invoke('victim');
    stop();
    expect(answer).toMatchObject({ errorType: 'Runtime.ExitError' });
  });

  test('runs code from a zip file, as the CDK command line uploads it', async () => {
    simulation.s3.createBucket(ACCOUNT, REGION, 'assets');
    const code = "exports.handler = async () => ({ says: require('./text.js') });";
    const archive = await zip(
      [
        ['index.js', code],
        ['text.js', "module.exports = 'unpacked';"],
      ].map(([path, text]) => ({ path, content: Buffer.from(text), mode: 0o100644 })),
    );
    simulation.s3.write('assets', 'code.zip', archive);
    await create('zipped', '', { Code: { S3Bucket: 'assets', S3Key: 'code.zip' } });
    expect((await invoke('zipped')).answer).toEqual({ says: 'unpacked' });
    simulation.s3.write('assets', 'broken.zip', Buffer.from('no archive'));
    await expect(create('broken', '', { Code: { S3Bucket: 'assets', S3Key: 'broken.zip' } })).rejects.toThrow(
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    );
  });

  test('is rejected with a missing role, too many variables or another runtime', async () => {
    await expect(create('x', '', { Role: `arn:aws:iam::${ACCOUNT}:role/none` })).rejects.toThrow(
      'cannot be assumed by Lambda',
    );
    await expect(create('x', '', { Environment: { Variables: { BIG: 'x'.repeat(5000) } } })).rejects.toThrow(
      'exceeded the 4KB limit',
    );
    await create('python', '', { Runtime: 'python3.13' });
    expect((await invoke('python')).answer.errorMessage).toBe(
      "the rehearsal runs only functions of Node.js, and 'python' uses 'python3.13'",
    );
  });
});
