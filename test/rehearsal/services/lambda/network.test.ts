import { devNull } from 'node:os';
import { buildSync } from 'esbuild';
import { Simulation } from '../../../../rehearsal/simulation';
import type { SimulationOptions } from '../../../../rehearsal/simulation-options';

const [ACCOUNT, REGION] = ['111122223333', 'eu-west-1'];
const CONTEXT = {
  accountId: ACCOUNT, region: REGION, stackId: 'stack', stackName: 'stack', logicalId: 'Function', tags: {},
};
const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;

const EXAMPLE = 'api.example.com';

const MODES: readonly [string, Partial<SimulationOptions>][] = [
  ['in virtual time', { virtual: {} }],
  ['in a process of its own', { scale: 3600 }],
];

describe.each(MODES)('a function %s', (_title, options) => {
  let simulation: Simulation;
  beforeAll(async () => { simulation = await startSimulation(options); });
  afterAll(async () => simulation.stop());
  const run = async (name: string, code: string): Promise<Outcome> => runFunction(simulation, name, code);

  test('calls the simulated AWS with version 2 of the SDK in its bundle, which ignores AWS_ENDPOINT_URL', async () => {
    const code = bundle(`
      const [Organizations, S3] = [require('aws-sdk/clients/organizations'), require('aws-sdk/clients/s3')];
      exports.handler = async () => {
        const { Organization } = await new Organizations({ region: 'us-east-1' }).describeOrganization().promise();
        const s3 = new S3();
        await s3.createBucket({ Bucket: 'shop-goods' }).promise();
        await s3.putObject({ Bucket: 'shop-goods', Key: 'a/b.txt', Body: 'bread' }).promise();
        const { Body } = await s3.getObject({ Bucket: 'shop-goods', Key: 'a/b.txt' }).promise();
        return { master: Organization.MasterAccountId, body: String(Body) };
      };
    `);
    expect(await run('old-sdk', code)).toEqual({ answer: { master: ACCOUNT, body: 'bread' }, hosts: [] });
  });

  test('calls key value stores, whose client puts the account in front of the host', async () => {
    const { arn } = simulation.cloudfront.stores.create(ACCOUNT, 'sides');
    const code = bundle(`
      require('@aws-sdk/signature-v4a');
      const { CloudFrontKeyValueStore } = require('@aws-sdk/client-cloudfront-keyvaluestore');
      const store = { KvsARN: '${arn}' };
      exports.handler = async () => {
        const client = new CloudFrontKeyValueStore({});
        const { ETag } = await client.describeKeyValueStore(store);
        await client.putKey({ ...store, Key: 'active', Value: 'green', IfMatch: ETag });
        return (await client.getKey({ ...store, Key: 'active' })).Value;
      };
    `);
    expect(await run('key-values', code)).toEqual({ answer: 'green', hosts: [] });
  });

  const attempts: readonly [string, string, string?][] = [
    ['https', "await new Promise((_, reject) => require('https').get('https://api.example.com/').on('error', reject))"],
    ['http', "await new Promise((_, reject) => require('http').get('http://api.example.com/').on('error', reject))"],
    ['fetch', "await fetch('https://api.example.com/')"],
    ['global-fetch', "await globalThis.fetch('https://api.example.com/')"],
    ['net', "await new Promise((_, no) => require('node:net').connect(443, 'api.example.com').on('error', no))"],
    [
      'socket',
      "await new Promise((_, no) => new (require('net').Socket)().connect(443, 'api.example.com').on('error', no))",
    ],
    ['tls', "await new Promise((_, no) => require('tls').connect(443, 'api.example.com').on('error', no))"],
    ['http2', "await new Promise((_, no) => require('http2').connect('https://api.example.com').on('error', no))"],
    ['dns', "await require('dns').promises.resolve4('api.example.com')"],
    ['lookup', "await require('util').promisify(require('dns').lookup)('api.example.com')"],
    [
      'dgram',
      "await new Promise((_, no) => require('dgram').createSocket('udp4').send('x', 53, 'api.example.com', no))",
    ],
    ['unsigned', "await fetch('https://ip-ranges.amazonaws.com/ip-ranges.json')", 'ip-ranges.amazonaws.com'],
    ['metadata', "await fetch('http://169.254.169.254/latest/meta-data/')", '169.254.169.254'],
  ];

  test.each(attempts)('cannot leave the machine with %s, and is named', async (name, attempt, host = EXAMPLE) => {
    const code = `exports.handler = async () => {
      try { ${attempt}; return 'reached'; } catch (error) { return (error.cause ?? error).message; }
    };`;
    expect(await run(`with-${name}`, code)).toEqual({
      answer: `the rehearsal refused a connection of function 'with-${name}' to '${host}': `
        + 'functions reach only the simulated AWS',
      hosts: [host],
    });
  });

  test('does not find credentials and settings of this machine', async () => {
    const code = `exports.handler = async () => [process, globalThis.process, global.process].map(({ env }) => [
      env.AWS_CONFIG_FILE, env.AWS_SHARED_CREDENTIALS_FILE, env.AWS_EC2_METADATA_DISABLED, env.AWS_PROFILE ?? 'none',
      env.HOME ?? 'none',
    ]);`;
    const { AWS_PROFILE } = process.env;
    process.env.AWS_PROFILE = 'company';
    const nothing = [devNull, devNull, 'true', 'none', 'none'];
    expect(await run('settings', code)).toMatchObject({ answer: [nothing, nothing, nothing] });
    if (AWS_PROFILE === undefined) delete process.env.AWS_PROFILE;
    else process.env.AWS_PROFILE = AWS_PROFILE;
  });
});

test('a thread of a function cannot leave the machine either', async () => {
  const thread = `
    const { parentPort } = require('worker_threads');
    fetch('https://api.example.com/').catch(error => parentPort.postMessage(error.cause.message));
  `;
  const code = `exports.handler = async () => new Promise(resolve => {
    new (require('worker_threads').Worker)(${JSON.stringify(thread)}, { eval: true }).on('message', resolve);
  });`;
  const simulation = await startSimulation({ scale: 3600 });
  const { answer } = await runFunction(simulation, 'with-thread', code);
  await simulation.stop();
  expect(answer).toContain("function 'with-thread' to 'api.example.com'");
});

async function startSimulation(options: Partial<SimulationOptions>): Promise<Simulation> {
  const simulation = await Simulation.start({ managementAccountId: ACCOUNT, ...options });
  simulation.iam.putRole({
    arn: ROLE,
    roleName: 'worker',
    roleId: 'AROAX',
    accountId: ACCOUNT,
    trust: { Statement: [] },
    policies: {},
    managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    tags: {},
  });
  return simulation;
}

interface Outcome {
  readonly answer: unknown;
  /** Hosts to which connections were refused. */
  readonly hosts: readonly string[];
}

async function runFunction({ lambda }: Simulation, name: string, code: string): Promise<Outcome> {
  const { attributes } = await lambda.resourceTypes['AWS::Lambda::Function'].create({
    FunctionName: name,
    Role: ROLE,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Timeout: 20,
    Code: { ZipFile: code },
  }, CONTEXT);
  const { payload } = await lambda.invoke(String(attributes.Arn), {});
  const refused = lambda.refusedConnections.filter(({ functionArn }) => functionArn === attributes.Arn);
  return { answer: JSON.parse(payload), hosts: refused.map(({ host }) => host) };
}

function bundle(contents: string): string {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: __dirname }, bundle: true, platform: 'node', minify: true, write: false,
  });
  return outputFiles[0].text;
}
