import { Simulation } from '../../../../rehearsal/simulation';

const [ACCOUNT, REGION] = ['111122223333', 'eu-west-1'];
const CONTEXT = {
  accountId: ACCOUNT, region: REGION, stackId: 'stack', stackName: 'stack', logicalId: 'Function', tags: {},
};
const BEGINNING = `
const { promisify } = require('util');
const hashes = async subtle => (await subtle.digest('SHA-512', Buffer.alloc(3e7))).byteLength === 64;
`;
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
  async function run(
    name: string, body: string, beginning = BEGINNING,
  ): Promise<{ failed: boolean; answer: unknown; seconds: number }> {
    const type = simulation.lambda.resourceTypes['AWS::Lambda::Function'];
    const ZipFile = `${beginning} exports.handler = async event => { ${body} };`;
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
    ['hash with a module', "const { subtle } = require('node:crypto'); return await hashes(subtle);"],
    ['hash with webcrypto', "return await hashes(require('crypto').webcrypto.subtle);"],
    ['hash with the global', 'return await hashes(crypto.subtle) && await hashes(globalThis.crypto.subtle);'],
  ])('can use Node to %s, which takes no simulated time', async (name, body) => {
    expect(await run(name.replace(' ', '-'), body)).toEqual({ failed: false, answer: true, seconds: 0 });
  });

  test('can use an AsyncLocalStorage, which is that of the rehearsal', async () => {
    const beginning = "const { AsyncLocalStorage } = require('async_hooks'); const storage = new AsyncLocalStorage();";
    const body = `return storage.run('a value', async () => {
      await new Promise(done => setTimeout(done, 1000));
      return [storage.getStore(), AsyncLocalStorage.name];
    });`;
    const answer = ['a value', 'FunctionStorage'];
    expect(await run('storage', body, beginning)).toEqual({ failed: false, answer, seconds: 1 });
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

  test.each([
    ['wait', "await require('timers/promises').setTimeout(2); return 1;", 0.002],
    ['wait-long', "return await require('node:timers/promises').setTimeout(2000, 1);", 2],
    ['wait-scheduled', "await require('timers/promises').scheduler.wait(1500); return 1;", 1.5],
    ['wait-module', "return new Promise(done => require('timers').setTimeout(done, 1000, 1));", 1],
    ['wait-promisified', 'return await promisify(setTimeout)(500, 1);', 0.5],
    ['wait-immediate', "return await require('timers/promises').setImmediate(1);", 0],
  ])('waits in simulated time (%s)', async (name, body, seconds) => {
    expect(await run(name, body)).toEqual({ failed: false, answer: 1, seconds });
  });

  test('stops to wait when its signal aborts', async () => {
    const body = `
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 1000);
      const { signal } = controller;
      try { await require('timers/promises').setTimeout(2000, 1, { signal }); } catch (error) { return error.name; }`;
    expect(await run('aborted', body)).toEqual({ failed: false, answer: 'AbortError', seconds: 1 });
  });

  test('gets identifiers that depend only on the seed, and differ, from the module and the global', async () => {
    const random = jest.spyOn(Math, 'random').mockReturnValue(0);
    const body = "return [require('crypto'), crypto].map(one => one.randomUUID());";
    const { answer } = await run('identifiers', body);
    random.mockRestore();
    expect(answer).toEqual(Array(2).fill(expect.stringMatching(/^00000000-0000-4000-8000-0000[0-9a-f]{8}$/)));
    expect(new Set(answer as string[]).size).toBe(2);
  });

  test('may give its variables the names of globals', async () => {
    const { answer } = await run('names', 'return typeof crypto.createHash;', "const crypto = require('crypto');");
    expect(answer).toBe('function');
  });

  test('gets an error of its own callback', async () => {
    const body = "try { require('fs').readFile(5.5, () => undefined); } catch (error) { return error.code; }";
    expect(await run('invalid', body)).toEqual({ failed: false, answer: 'ERR_INVALID_ARG_TYPE', seconds: 0 });
  });
});
