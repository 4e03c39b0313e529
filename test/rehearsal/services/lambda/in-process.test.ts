import { Simulation } from '../../../../rehearsal/simulation';

const [ACCOUNT, REGION] = ['111122223333', 'eu-west-1'];
const CONTEXT = {
  accountId: ACCOUNT, region: REGION, stackId: 'stack', stackName: 'stack', logicalId: 'Function', tags: {},
};
const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;

describe('a function in the process of the rehearsal, in virtual time,', () => {
  let simulation: Simulation;
  beforeAll(async () => {
    simulation = await Simulation.start({ managementAccountId: ACCOUNT, virtual: {} });
    simulation.iam.putRole({
      arn: ROLE,
      roleName: 'worker',
      roleId: 'AROAX',
      accountId: ACCOUNT,
      trust: { Statement: [] },
      policies: {},
      managedPolicyArns: [],
      tags: {},
    });
  });
  afterAll(async () => simulation.stop());

  /** Returns the result of the function and its duration in simulated seconds. */
  async function run(name: string, body: string): Promise<{ failed: boolean; answer: unknown; seconds: number }> {
    const type = simulation.lambda.resourceTypes['AWS::Lambda::Function'];
    const ZipFile = `const { promisify } = require('util'); exports.handler = async event => { ${body} };`;
    const properties = {
      FunctionName: name,
      Role: ROLE,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { ZipFile },
    };
    const { attributes } = await type.create(properties, CONTEXT);
    const startedAt = simulation.clock.now();
    const { failed, payload } = await simulation.lambda.invoke(String(attributes.Arn), {});
    return { failed, answer: JSON.parse(payload), seconds: (simulation.clock.now() - startedAt) / 1000 };
  }

  test.each([
    ['compress', "return (await promisify(require('zlib').gzip)(Buffer.alloc(3e7))).length > 0;"],
    ['read files', "return (await promisify(require('node:fs').readFile)(__filename, 'utf8')).length > 0;"],
    ['derive keys', "return (await promisify(require('crypto').scrypt)('a', 'b', 64)).length === 64;"],
  ])('can use Node to %s, which takes no simulated time', async (name, body) => {
    expect(await run(name.replace(' ', '-'), body)).toEqual({ failed: false, answer: true, seconds: 0 });
  });

  test('ends without the rehearsal when it calls process.exit', async () => {
    const { failed, answer } = await run('exit', 'process.exit(3);');
    expect({ failed, answer }).toEqual({
      failed: true,
      answer: {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Runtime exited with error: exit status 3$/),
      },
    });
    expect(await run('after', 'return 1;')).toMatchObject({ failed: false, answer: 1 });
  });

  test('gets an error of its own callback', async () => {
    const body = "try { require('fs').readFile(5.5, () => undefined); } catch (error) { return error.code; }";
    expect(await run('invalid', body)).toEqual({ failed: false, answer: 'ERR_INVALID_ARG_TYPE', seconds: 0 });
  });
});
