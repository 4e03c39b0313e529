import { Simulation } from '../../../../rehearsal/simulation';

const [ACCOUNT, REGION] = ['111122223333', 'eu-west-1'];
const CODE = 'exports.handler = async () => undefined;';

describe('the policy of a function', () => {
  let simulation: Simulation;
  beforeEach(async () => {
    simulation = await Simulation.start({ managementAccountId: ACCOUNT, virtual: {} });
  });
  afterEach(async () => simulation.stop());

  const sourceArn = (index: number): string => `arn:aws:events:${REGION}:${ACCOUNT}:rule/${'r'.repeat(100)}-${index}`;
  const permission = (index: number, functionName: string) => ({
    Type: 'AWS::Lambda::Permission',
    DependsOn: index === 0 ? ['One', 'Two'] : `Permission${index - 1}`,
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: functionName,
      Principal: 'events.amazonaws.com',
      SourceArn: sourceArn(index),
    },
  });

  async function deploy(
    count: number,
    functionNameOf: (index: number) => string,
  ): Promise<{ status: string; reasons: string[] }> {
    const permissions = Array.from({ length: count }, (_, index) => [
      `Permission${index}`,
      permission(index, functionNameOf(index)),
    ]);
    const makeFunction = (name: string) => ({
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: name,
        Role: `arn:aws:iam::${ACCOUNT}:role/worker`,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { ZipFile: CODE },
      },
    });
    const body = JSON.stringify({
      Resources: { One: makeFunction('one'), Two: makeFunction('two'), ...Object.fromEntries(permissions) },
    });
    const stack = await simulation.cloudformation.create({ accountId: ACCOUNT, region: REGION, name: 'stack', body });
    const failed = stack.events.filter(({ status }) => status === 'CREATE_FAILED');
    return { status: stack.status, reasons: failed.map(({ reason = '' }) => reason) };
  }

  beforeEach(() => {
    simulation.iam.putRole({
      arn: `arn:aws:iam::${ACCOUNT}:role/worker`,
      roleName: 'worker',
      roleId: 'AROAX',
      accountId: ACCOUNT,
      trust: {
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      policies: {},
      managedPolicyArns: [],
      tags: {},
    });
  });

  test('rejects a permission that makes it longer than 20,480 bytes', async () => {
    const { reasons } = await deploy(80, () => 'one');
    expect(reasons).toHaveLength(1);
    const [, size] = /The final policy size \((\d+)\) is bigger than the limit \(20480\)\./.exec(reasons[0]) ?? [];
    // one statement over the limit; each has some hundred bytes
    expect(Number(size)).toBeGreaterThan(20_480);
    expect(Number(size)).toBeLessThan(20_480 + 500);
  });

  test('has a separate limit for each function', async () => {
    const { status, reasons } = await deploy(80, index => (index % 2 === 0 ? 'one' : 'two'));
    expect({ status, reasons }).toEqual({ status: 'CREATE_COMPLETE', reasons: [] });
    const of = (name: string) =>
      simulation.lambda.resourcePolicy(`arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`).policy?.Statement;
    expect([of('one'), of('two')].map(statements => statements?.length)).toEqual([40, 40]);
    expect(of('one')?.[0]).toEqual({
      Sid: expect.stringContaining('Permission0'),
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:one`,
      Condition: { ArnLike: { 'AWS:SourceArn': sourceArn(0) } },
    });
  });
});
