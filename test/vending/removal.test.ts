import { failingDeployment } from './failing-deployment';
import { reasons, Harness } from './harness';
import { pipelinesIdle } from '../../cli/run/pipeline-runs';
import type { PipelineOptions } from '../../src';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const PIPELINE_STACK = 'org-environments-pipeline-dev';

/** Defines the environments `dev` (unless it is removed) and `test`, and the account of `dev`. */
function app(dev: PipelineOptions | 'removed', addMore: (cicd: Cicd) => void = () => {}) {
  return (cicd: Cicd): void => {
    const account = cicd.account('dev');
    cicd.environment('test');
    if (dev !== 'removed') cicd.environment('dev', { account, pipeline: dev });
    addMore(cicd);
  };
}
const [withDev, withoutDev] = [app({}), app('removed')];

/** Defines the same environments, with another construct id for `dev`. */
function renamed(environmentName?: string) {
  return (cicd: Cicd): void => {
    const account = cicd.account('dev');
    cicd.environment('test');
    cicd.environment('Develop', { account, environmentName, branch: { source: cicd.source, branchName: 'env/dev' } });
  };
}

describe('removal of an environment', () => {
  let harness: Harness;
  let accountId: string;
  beforeAll(async () => {
    harness = await Harness.start();
    expect(reasons(await harness.deploy(withDev))).toBe('');
    accountId = harness.vended['shop-dev'];
  });
  afterAll(() => harness.stop());

  const artifacts = () => `org-environments-artifacts-${accountId}-${REGION}`;
  const data = () => `shop-data-${accountId}`;

  /** Deploys a stack as a pipeline does it. */
  async function deployStack(name: string, resources: object, outputs = {}): Promise<void> {
    const stack = await harness.simulation.cloudformation.create({
      accountId,
      region: REGION,
      name,
      body: JSON.stringify({ Resources: resources, Outputs: outputs }),
      roleArn: `arn:aws:iam::${accountId}:role/cdk-hnb659fds-cfn-exec-role-${accountId}-${REGION}`,
    });
    expect([stack.status, stack.failure]).toEqual(['CREATE_COMPLETE', undefined]);
  }

  async function deployApplication(): Promise<void> {
    const parameter = (Value: unknown) => ({ Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value } });
    await deployStack(
      'Shop-Network',
      { Vpc: parameter('vpc') },
      { Vpc: { Value: { Ref: 'Vpc' }, Export: { Name: 'shop-vpc' } } },
    );
    await deployStack('Shop-Data', {
      Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: data() } },
      Vpc: parameter({ 'Fn::ImportValue': 'shop-vpc' }),
    });
    await deployStack('Shop-Web', { Web: parameter({ 'Fn::ImportValue': 'shop-vpc' }) });
    harness.simulation.s3.write(artifacts(), 'dev/Source/abc', Buffer.from('code'));
  }

  /** Returns the names of the existing stacks in the account. */
  const stacks = (): string[] =>
    harness.simulation.cloudformation.all
      .filter(
        stack =>
          stack.accountId === accountId &&
          !stack.deleted &&
          !['CDKToolkit', 'org-environments-baseline'].includes(stack.name),
      )
      .map(({ name }) => name)
      .sort();
  /** Returns the names of the deleted stacks in the account, in the order of their deletion. */
  const deletedStacks = (): string[] =>
    harness.simulation.cloudformation.all
      .filter(stack => stack.accountId === accountId && stack.deleted)
      .sort((one, other) => (one.deletedAt ?? 0) - (other.deletedAt ?? 0))
      .map(({ name }) => name);

  test('a renamed construct keeps its pipeline with environmentName, which the error requests', async () => {
    await deployStack('Shop-Web', {
      Web: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'web' } },
    });
    expect(reasons(await harness.deploy(renamed()))).toMatch(
      /if it was renamed, keep its name with environmentName: 'dev'; else remove that environment first/,
    );
    expect(reasons(await harness.deploy(renamed('dev')))).toBe('');
    expect(deletedStacks()).toEqual([]);
    expect(stacks()).toEqual(['Shop-Web', PIPELINE_STACK]);
    expect(reasons(await harness.deploy(withDev))).toBe('');
    expect(stacks()).toEqual(['Shop-Web', PIPELINE_STACK]);
    await harness.simulation.cloudformation.remove(accountId, REGION, 'Shop-Web');
  });

  test('a deletion that CloudFormation has not requested deletes nothing', async () => {
    const { cloudformation, lambda, clock } = harness.simulation;
    const stack = cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd');
    const before = deletedStacks();
    const forged = [...(stack?.resources.values() ?? [])].filter(({ type }) =>
      type.startsWith('Custom::OrgEnvironments'),
    );
    for (const { id, logicalId, type, properties } of forged) {
      await lambda.invokeEvent(String(properties.ServiceToken), {
        RequestType: 'Delete',
        RequestId: `forged-${logicalId}`,
        ResponseURL: 'https://response.example',
        StackId: stack?.id,
        LogicalResourceId: logicalId,
        PhysicalResourceId: id,
        ResourceType: type,
        ResourceProperties: properties,
      });
    }
    await clock.sleep(300);
    expect(forged.map(({ type }) => type)).toContain('Custom::OrgEnvironmentsPipeline');
    expect(deletedStacks()).toEqual(before);
    expect(harness.simulation.codepipeline.pipelines(accountId, REGION)).toMatchObject([
      { name: 'dev', disabled: false },
    ]);
    expect(await harness.record(`lease#${accountId}`)).toMatchObject({ holder: { environmentName: 'dev' } });
  });

  test('keepApplication keeps the application stacks of a removed environment', async () => {
    await deployApplication();
    expect(reasons(await harness.deploy(app({ keepApplication: true })))).toBe('');
    expect(reasons(await harness.deploy(withoutDev))).toBe('');
    expect(stacks()).toEqual(['Shop-Data', 'Shop-Network', 'Shop-Web']);
    expect(harness.simulation.codepipeline.pipelines(accountId, REGION)).toEqual([]);
    for (const name of ['Shop-Web', 'Shop-Data', 'Shop-Network']) {
      await harness.simulation.cloudformation.remove(accountId, REGION, name);
    }
  });

  test('a removal that fails names the stack that could not be deleted and why', async () => {
    expect(reasons(await harness.deploy(withDev))).toBe('');
    await deployApplication();
    harness.simulation.s3.write(data(), 'order.json', Buffer.from('{}'));
    const before = deletedStacks().length;
    const result = await harness.deploy(withoutDev);
    expect(reasons(result)).toMatch(
      new RegExp(
        `the environment in account ${accountId} cannot be removed with its application, ` +
          "because stack 'Shop-Data' could not be deleted: stack 'Shop-Data' in account \\d+ could not be deleted: " +
          'Bucket \\(AWS::S3::Bucket\\): .*not empty.*; remove the cause and remove the environment again',
      ),
    );
    expect(deletedStacks().slice(before)).toEqual(['Shop-Web']);
    expect(stacks()).toEqual(['Shop-Data', 'Shop-Network', PIPELINE_STACK]);
    // the pipeline of an environment that is being removed accepts no commits
    expect(harness.simulation.codepipeline.pipelines(accountId, REGION)).toMatchObject([
      { name: 'dev', disabled: true },
    ]);
  });

  test('an environment keeps its application when the deployment after a failed removal fails', async () => {
    expect(reasons(await harness.deploy(app({}, failingDeployment)))).toMatch(/'same' already exists/);
    expect(harness.stackStatus(CICD_ACCOUNT, 'Cicd')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(stacks()).toEqual(['Shop-Data', 'Shop-Network']);
    harness.simulation.s3.erase(data(), 'order.json');
    for (const name of ['Shop-Data', 'Shop-Network']) {
      await harness.simulation.cloudformation.remove(accountId, REGION, name);
    }
  });

  test('a second removal deletes the stacks in reverse order, and empties the artifact bucket', async () => {
    expect(reasons(await harness.deploy(withDev))).toBe('');
    await deployApplication();
    harness.simulation.s3.write(data(), 'order.json', Buffer.from('{}'));
    expect(reasons(await harness.deploy(withoutDev))).toContain("stack 'Shop-Data' could not be deleted");
    expect(reasons(await harness.deploy(withDev))).toBe('');
    expect(harness.simulation.codepipeline.pipelines(accountId, REGION)).toMatchObject([
      { name: 'dev', disabled: false },
    ]);

    const before = deletedStacks().length;
    harness.simulation.s3.erase(data(), 'order.json');
    expect(reasons(await harness.deploy(withoutDev))).toBe('');
    expect(harness.simulation.s3.bucket(artifacts())?.objects.size).toBe(0);
    expect(deletedStacks().slice(before)).toEqual(['Shop-Data', 'Shop-Network', PIPELINE_STACK]);
    expect(harness.simulation.organizations.account(accountId)).toMatchObject({ state: 'ACTIVE' });
    const role = `assumed-role/cdk-hnb659fds-cfn-exec-role-${accountId}-${REGION}/`;
    expect(
      harness.simulation.cloudformation.all.filter(({ name }) => name.startsWith('Shop-')).at(-1)?.actor?.arn,
    ).toContain(role);
  });
});

test('the last environment of a repository can be restored after a failed removal, and removed again', async () => {
  const harness = await Harness.start();
  const removed = (cicd: Cicd): void => void cicd.account('dev');
  const defined = (cicd: Cicd): void => {
    cicd.environment('dev', { account: cicd.account('dev') });
  };
  const { cloudformation, codepipeline, s3 } = harness.simulation;
  try {
    expect(reasons(await harness.deploy(defined))).toBe('');
    const accountId = harness.vended['shop-dev'];
    const body = JSON.stringify({
      Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'orders' } } },
    });
    const roleArn = `arn:aws:iam::${accountId}:role/cdk-hnb659fds-cfn-exec-role-${accountId}-${REGION}`;
    await cloudformation.create({ accountId, region: REGION, name: 'Shop', body, roleArn });
    s3.write('orders', 'one.json', Buffer.from('{}'));

    expect(reasons(await harness.deploy(removed))).toMatch(/stack 'Shop' could not be deleted/);
    expect(reasons(await harness.deploy(defined))).toBe('');
    const commit = await harness.push('env/dev', { 'README.md': 'orders\n' });
    await pipelinesIdle(harness.simulation);
    expect(codepipeline.pipelines(accountId, REGION)[0].executions[0]).toMatchObject({
      status: 'Succeeded',
      found: [{ revisionId: commit }],
    });

    s3.erase('orders', 'one.json');
    expect(reasons(await harness.deploy(removed))).toBe('');
    expect(codepipeline.pipelines(accountId, REGION)).toEqual([]);
  } finally {
    await harness.stop();
  }
});
