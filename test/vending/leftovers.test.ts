import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { failingDeployment } from './failing-deployment';
import { reasons, Harness } from './harness';
import { pipelinesIdle } from '../../cli/run/pipeline-runs';
import type { EnvironmentRecord } from '../../lambda/registry/environment';
import type { LeaseRecord } from '../../lambda/registry/lease';
import type { LeftoverRecord } from '../../lambda/registry/leftover';
import { AccountStack } from '../../src';
import type { OperationRequest, OperationResponse, StatusOutcome } from '../../src/operations/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const PIPELINE_STACK = 'org-environments-pipeline-dev';

function withDev(cicd: Cicd): void {
  cicd.environment('test');
  cicd.environment('dev', { account: cicd.account('dev') });
}
function withoutDev(cicd: Cicd): void {
  cicd.environment('test');
  cicd.account('dev');
}

/** What prevents a deletion, and what ends it. */
const CAUSES = [
  [
    'its deploy role is missing',
    ({ simulation: { iam } }: Harness, accountId: string) => {
      const role = iam.role(`arn:aws:iam::${accountId}:role/cdk-hnb659fds-deploy-role-${accountId}-${REGION}`);
      if (!role) throw new Error('the account has no deploy role');
      iam.removeRole(role.arn);
      return () => iam.putRole(role);
    },
  ],
  [
    'its account is suspended',
    ({ simulation: { organizations } }: Harness, accountId: string) => {
      organizations.suspend(accountId);
      return () => organizations.reinstate(accountId);
    },
  ],
] as const;

describe.each(CAUSES)('an environment that is removed while %s', (_, prevent) => {
  let harness: Harness;
  let accountId: string;
  let end: () => unknown;
  beforeAll(async () => {
    harness = await Harness.start();
    expect(reasons(await harness.deploy(withDev))).toBe('');
    accountId = harness.vended['shop-dev'];
    await harness.simulation.cloudformation.create({
      accountId,
      region: REGION,
      name: 'Shop',
      body: JSON.stringify({ Resources: { Bucket: { Type: 'AWS::S3::Bucket' } } }),
      roleArn: `arn:aws:iam::${accountId}:role/cdk-hnb659fds-cfn-exec-role-${accountId}-${REGION}`,
    });
    end = prevent(harness, accountId);
  });
  afterAll(() => harness.stop());

  const remaining = () => [harness.stackStatus(accountId, 'Shop'), harness.stackStatus(accountId, PIPELINE_STACK)];
  const leftover = async () =>
    harness.record<LeftoverRecord>(`leftover#pipeline#${accountId}#${REGION}#dev`);
  const holder = async () => (await harness.record<LeaseRecord>(`lease#${accountId}`))?.holder?.environmentName;

  test('fails at each of the three attempts of CloudFormation, and remains known', async () => {
    const failed = await harness.deploy(withoutDev);
    const events = harness.simulation.cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')?.events ?? [];
    expect(events.filter(({ status }) => status === 'DELETE_FAILED')).toHaveLength(3);
    expect(reasons(failed)).toMatch(/cannot be assumed.*to leave it in the account, run: org-environments forget dev/);
    expect(harness.stackStatus(CICD_ACCOUNT, 'Cicd')).toBe('UPDATE_COMPLETE');
    expect(remaining()).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE']);
    expect(await leftover()).toMatchObject({ name: 'dev', accountId, stackName: PIPELINE_STACK });
    expect(await holder()).toBe('dev');
  });

  test('is deleted with its application when it is put back and removed again', async () => {
    end();
    expect(reasons(await harness.deploy(withDev))).toBe('');
    expect(await leftover()).toBeUndefined();
    expect(harness.simulation.codepipeline.pipelines(accountId, REGION)).toMatchObject([{ disabled: false }]);
    expect(reasons(await harness.deploy(withoutDev))).toBe('');
    expect(remaining()).toEqual([undefined, undefined]);
    expect(await holder()).toBeUndefined();
  });
});

/** Defines `test`, and an account with a stack and the environment `dev`, or with neither, or with `next`. */
function account(content: 'dev' | 'next' | 'nothing') {
  return (cicd: Cicd): void => {
    cicd.environment('test');
    const shared = cicd.account('dev');
    if (content !== 'nothing') cicd.environment(content, { account: shared });
    if (content !== 'dev') return;
    const stack = new AccountStack(cicd.stack, 'Net', {
      organization: cicd.organization, account: shared, stackName: 'net',
    });
    new StringParameter(stack, 'Parameter', { stringValue: 'net' });
  };
}
const [full, empty, withNext] = [account('dev'), account('nothing'), account('next')];

describe('what remains in an account that was suspended when it was removed', () => {
  let harness: Harness;
  let accountId: string;
  let netName: string;
  beforeAll(async () => {
    harness = await Harness.start();
    expect(reasons(await harness.deploy(full))).toBe('');
    accountId = harness.vended['shop-dev'];
    netName = `${accountId}/${REGION}/net`;
    harness.simulation.organizations.suspend(accountId);
    expect(reasons(await harness.deploy(empty))).toMatch(/forget dev/);
  });
  afterAll(() => harness.stop());

  const operate = async (request: OperationRequest): Promise<OperationResponse<StatusOutcome>> => {
    const functionArn = `arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:org-environments-operations`;
    const { payload, failed } = await harness.simulation.lambda.invoke(functionArn, request);
    if (failed) throw new Error(payload);
    return JSON.parse(payload);
  };
  const isPipelineDisabled = () => harness.simulation.codepipeline.pipelines(accountId, REGION)[0]?.disabled;
  const forget = { operation: 'forget', by: 'anna', mode: 'forget' } as const;

  test('is listed by status, apart from the environments', async () => {
    const { pipelines, leftovers } = await operate({ operation: 'status' });
    expect(pipelines.map(({ environmentName }) => environmentName)).toEqual(['test']);
    expect(leftovers).toMatchObject([
      { name: netName, stackName: 'net', reason: expect.stringContaining("stack 'net' in account") },
      { name: 'dev', stackName: PIPELINE_STACK, pipeline: 'unknown' },
    ]);
    expect(isPipelineDisabled()).toBe(false);
  });

  test('has no open pipeline once status has reached the account again', async () => {
    harness.simulation.organizations.reinstate(accountId);
    const { leftovers } = await operate({ operation: 'status' });
    expect(leftovers).toMatchObject([{ name: netName }, { name: 'dev', pipeline: 'disabled' }]);
    expect(isPipelineDisabled()).toBe(true);
  });

  test('keeps the account from other environments, with an error that says how to forget it', async () => {
    expect(reasons(await harness.deploy(withNext))).toMatch(/leased to environment 'dev'.*org-environments forget dev/);
  });

  test('stays in the account when it is forgotten, and releases the account', async () => {
    await expect(operate({ ...forget, name: 'test' })).rejects.toThrow("environment 'test' in account");
    expect((await operate({ ...forget, name: 'dev', reason: 'sold' })).leftovers).toMatchObject([{ name: 'dev' }]);
    expect((await operate({ ...forget, name: netName })).leftovers).toMatchObject([{ name: netName }]);
    expect((await operate({ operation: 'status' })).leftovers).toEqual([]);
    expect([harness.stackStatus(accountId, 'net'), harness.stackStatus(accountId, PIPELINE_STACK)]).toEqual([
      'CREATE_COMPLETE', 'CREATE_COMPLETE',
    ]);
    expect((await harness.record<LeaseRecord>(`lease#${accountId}`))?.holder).toBeUndefined();
    expect((await operate({ operation: 'history', environmentName: 'dev', limit: 1 })).history).toMatchObject([
      { change: 'Forget', by: 'anna', reason: 'sold', accountId },
    ]);
  });
});

test('a second deletion of the CICD stack leaves what is in an account that cannot be reached', async () => {
  const harness = await Harness.start();
  try {
    expect(reasons(await harness.deploy(withDev))).toBe('');
    await pipelinesIdle(harness.simulation);
    const accountId = harness.vended['shop-dev'];
    harness.simulation.organizations.suspend(accountId);
    expect(reasons(await harness.destroy(withDev))).toContain('cannot be assumed');
    expect(harness.stackStatus(CICD_ACCOUNT, 'Cicd')).toBe('DELETE_FAILED');
    expect(reasons(await harness.destroy(withDev))).toBe('');
    expect(harness.stackStatus(CICD_ACCOUNT, 'Cicd')).toBeUndefined();
    expect(harness.stackStatus(accountId, PIPELINE_STACK)).toBe('CREATE_COMPLETE');
  } finally {
    await harness.stop();
  }
});

/** Defines `dev` in one of two accounts. */
function inAccount(name: 'first' | 'second') {
  return (cicd: Cicd): void => {
    const accounts = { first: cicd.account('first'), second: cicd.account('second') };
    cicd.environment('dev', { account: accounts[name] });
  };
}
const [inFirst, inSecond] = [inAccount('first'), inAccount('second')];

test('an environment moves from an account that is suspended, and its rollback moves it back', async () => {
  const harness = await Harness.start();
  try {
    expect(reasons(await harness.deploy(inFirst))).toBe('');
    const { 'shop-first': first, 'shop-second': second } = harness.vended;
    const environment = async () => (await harness.record<EnvironmentRecord>('environment#dev'))?.sides.only.pipelines;
    harness.simulation.organizations.suspend(first);
    const failing = (cicd: Cicd): void => {
      inSecond(cicd);
      failingDeployment(cicd);
    };
    expect(reasons(await harness.deploy(failing))).toMatch(/'same' already exists/);
    expect(harness.stackStatus(CICD_ACCOUNT, 'Cicd')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(harness.stackStatus(second, PIPELINE_STACK)).toBeUndefined();
    expect(await environment()).toMatchObject([{ accountId: first }]);

    expect(reasons(await harness.deploy(inSecond))).toBe('');
    expect(harness.stackStatus(second, PIPELINE_STACK)).toBe('CREATE_COMPLETE');
    expect(await environment()).toMatchObject([{ accountId: first, isLeftover: true }, { accountId: second }]);
  } finally {
    await harness.stop();
  }
});
