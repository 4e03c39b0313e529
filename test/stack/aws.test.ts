import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodePipelineClient, ListPipelineExecutionsCommand } from '@aws-sdk/client-codepipeline';
import { FakeAssets } from './fake-assets';
import { ONE, environment, owner as anybody, pipeline, request } from './world';
import { BranchLifecycle } from '../../lambda/branch/lifecycle';
import { AwsAccounts } from '../../lambda/cloudformation/accounts';
import { AwsCicdStack } from '../../lambda/cloudformation/cicd-stack';
import { BASELINE_ROLES, BOOTSTRAP_ROLES } from '../../lambda/cloudformation/roles';
import { AwsPipelineOutbound } from '../../lambda/pipeline/aws';
import { pipelineLifecycle } from '../../lambda/pipeline/lifecycle';
import { AwsPipelineControl } from '../../lambda/pipeline-control/aws';
import { isTransient } from '../../lambda/shared/errors';
import type { Lifecycle } from '../../lambda/shared/lifecycle';
import { connectedHosts } from '../../lambda/sources/hosts';
import { accountStackLifecycle } from '../../lambda/stack/lifecycle';
import { MemberPipelines } from '../../lambda/trigger/aws';
import { trigger } from '../../lambda/trigger/trigger';
import { Simulation } from '../../rehearsal/simulation';
import { awsVariables } from '../fixtures/aws-variables';
import { FakeRegistry } from '../registry/fake-registry';

const CICD = '222222222222';
const REGION = 'eu-central-1';
const ARTIFACTS = `org-environments-artifacts-${ONE}-${REGION}`;
const before = { ...process.env };
let simulation: Simulation;
let folder: string;
let owner = anybody;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shop-'));
  await writeFile(join(folder, 'README.md'), 'shop');
  simulation = await Simulation.start({ managementAccountId: '999999999999', scale: 1000 });
  for (const accountId of [CICD, ONE]) {
    simulation.organizations.addAccount({
      accountId,
      name: accountId,
      email: `${accountId}@example.com`,
      joined: 'CREATED',
    });
  }
  await simulation.codecommit.seed(CICD, REGION, 'shop', folder);
  simulation.s3.createBucket(CICD, REGION, 'assets');
  simulation.s3.createBucket(ONE, REGION, ARTIFACTS);
  simulation.s3.createBucket(ONE, REGION, `cdk-hnb659fds-assets-${ONE}-${REGION}`);
  for (const name of [
    `cdk-hnb659fds-deploy-role-${ONE}-${REGION}`,
    `cdk-hnb659fds-file-publishing-role-${ONE}-${REGION}`,
    'org-environments-pipeline-start',
    'org-environments-pipeline-operate',
    `org-environments-deployer-${REGION}`,
  ]) {
    putRole(name, { AWS: `arn:aws:iam::${CICD}:root` });
  }
  for (const name of [
    `cdk-hnb659fds-cfn-exec-role-${ONE}-${REGION}`,
    `org-environments-deployer-execution-${REGION}`,
  ]) {
    putRole(name, { Service: 'cloudformation.amazonaws.com' });
  }
  putRole('pipeline', { Service: 'codepipeline.amazonaws.com' });
  const root = { accountId: CICD, arn: `arn:aws:iam::${CICD}:root` };
  Object.assign(process.env, awsVariables(simulation, root, REGION));
  owner = { ...anybody, stackId: await deploy('Cicd', { Value: value('cicd') }) };
});

afterAll(async () => {
  process.env = before;
  await simulation.stop();
  await rm(folder, { recursive: true });
});

function value(name: string, ...dependsOn: string[]): object {
  return { Type: 'AWS::SSM::Parameter', DependsOn: dependsOn, Properties: { Name: name, Type: 'String', Value: 'x' } };
}

/** Deploys a stack in the CICD account; answers its id. */
async function deploy(name: string, resources: Record<string, object>): Promise<string> {
  const stack = await simulation.cloudformation.create({
    accountId: CICD,
    region: REGION,
    name,
    body: JSON.stringify({ Resources: resources }),
  });
  return stack.id;
}

function putRole(roleName: string, principal: Record<string, string>): void {
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow' as const, Action: 'sts:AssumeRole', Principal: principal }],
  };
  const arn = `arn:aws:iam::${ONE}:role/${roleName}`;
  simulation.iam.putRole({
    arn,
    roleName,
    roleId: roleName,
    accountId: ONE,
    trust,
    policies: {},
    managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    tags: {},
  });
}

async function patiently<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let polls = 0; polls < 100; polls++) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  throw new Error('never done');
}

async function finish<Request, Result>(lifecycle: Lifecycle<Request, Result>, wanted: Request): Promise<Result> {
  return patiently(async () => {
    const progress = await lifecycle.reconcile(owner, wanted);
    return progress.done ? progress.result : undefined;
  });
}

function stage(category: string, provider: string): object {
  return {
    Name: category,
    Actions: [
      {
        Name: category,
        ActionTypeId: { Category: category, Owner: 'AWS', Provider: provider, Version: '1' },
        Configuration: {},
      },
    ],
  };
}

function template(size: number): string {
  return JSON.stringify({
    Metadata: { padding: 'x'.repeat(size) },
    Parameters: { Size: { Type: 'String' } },
    Resources: {
      Value: { Type: 'AWS::SSM::Parameter', Properties: { Name: 'size', Type: 'String', Value: { Ref: 'Size' } } },
      Pipeline: {
        Type: 'AWS::CodePipeline::Pipeline',
        Properties: {
          Name: 'test1',
          RoleArn: `arn:aws:iam::${ONE}:role/pipeline`,
          ArtifactStore: { Type: 'S3', Location: 'artifacts' },
          Stages: [stage('Source', 'CodeCommit'), stage('Approval', 'Manual')],
        },
      },
    },
    Outputs: { Name: { Value: { Ref: 'Value' } } },
  });
}

test('a branch is created in a Git repository, and adopted by a second creation', async () => {
  const lifecycle = new BranchLifecycle(new FakeRegistry(), connectedHosts(), { accountId: CICD, region: REGION });
  const { host, repositoryName, repositoryArn } = environment;
  const repository = { host, repositoryName, repositoryArn };
  const wanted = {
    ...repository,
    branchName: 'env/test1',
    parentName: 'main',
    environmentName: 'test1',
    accountId: ONE,
    region: REGION,
  };
  await lifecycle.requestCreate(owner, wanted);
  const made = await finish(lifecycle, wanted);
  await lifecycle.requestDelete(owner, wanted);
  await lifecycle.requestCreate(owner, wanted);
  expect(await finish(lifecycle, wanted)).toEqual(made);
  const text = await simulation.codecommit.file(CICD, REGION, 'shop', 'env/test1', 'environment.json');
  expect(JSON.parse(text ?? '')).toEqual({
    name: 'test1',
    accountId: ONE,
    region: REGION,
    parent: 'main',
    branch: 'env/test1',
  });
  await lifecycle.requestCreate(owner, { ...wanted, branchName: 'env/x', parentName: 'trunk' });
  await expect(lifecycle.reconcile(owner, { ...wanted, branchName: 'env/x', parentName: 'trunk' })).rejects.toThrow(
    "it has 'env/test1', 'main'; push 'trunk'",
  );
});

test.each([
  ['inline', 0],
  ['from the staging bucket', 60_000],
])('a pipeline stack is deployed %s, started by a push, updated and deleted', async (_, size) => {
  const key = `template-${size}.json`;
  simulation.s3.write('assets', key, Buffer.from(template(size)));
  const registry = new FakeRegistry();
  const lifecycle = pipelineLifecycle({
    registry,
    accounts: new AwsAccounts('aws', BASELINE_ROLES),
    applications: new AwsAccounts('aws', BOOTSTRAP_ROLES),
    outbound: new AwsPipelineOutbound('aws'),
    cicd: new AwsCicdStack(),
    control: new AwsPipelineControl('aws'),
    handlerAccount: { partition: 'aws', accountId: CICD },
  });
  const wanted = { ...pipeline, templateKey: key, environment: { ...environment, branchName: 'main' } };
  await lifecycle.requestCreate(owner, wanted);
  const result = await finish(lifecycle, wanted);
  expect(result).toEqual({ stackId: expect.stringContaining(`:${ONE}:stack/pipe/`) });

  const hosts = connectedHosts();
  const commitId = await hosts(environment).head('shop', 'main');
  expect(await hosts(environment).head('shop', 'env/nowhere')).toBeUndefined();
  const detail = { event: 'referenceUpdated', referenceType: 'branch', referenceName: 'main', commitId };
  const event = { source: 'aws.codecommit', id: `event-${size}`, resources: [environment.repositoryArn], detail };
  const releases = { start: async () => {} };
  expect(await trigger(event, { registry, hosts, releases, pipelines: new MemberPipelines('aws') })).toMatchObject({
    pipeline: { accountId: ONE, pipelineName: 'test1' },
  });
  const credentials = simulation.iam.issue({ accountId: ONE, arn: `arn:aws:iam::${ONE}:root` });
  const { pipelineExecutionSummaries } = await new CodePipelineClient({ credentials, region: REGION }).send(
    new ListPipelineExecutionsCommand({ pipelineName: 'test1' }),
  );
  expect(pipelineExecutionSummaries?.some(summary => summary.sourceRevisions?.[0]?.revisionId === commitId)).toBe(true);

  const updated = { ...wanted, parameters: { Size: '2' } };
  await lifecycle.requestUpdate(owner, updated, wanted);
  expect(await finish(lifecycle, updated)).toEqual(result);
  expect(simulation.ssm.value(ONE, REGION, 'size')).toBe('2');

  await lifecycle.requestDelete(owner, updated);
  await patiently(async () => (await lifecycle.reconcileDelete(owner, updated)).done || undefined);
  expect(simulation.ssm.value(ONE, REGION, 'size')).toBeUndefined();
  expect(registry.keys).toEqual([`lease#${ONE}`]);
});

test('a template of more than 51,200 bytes is uploaded through the file publishing role of the account', async () => {
  const earlier = new Set(simulation.server.calls);
  const callsOf = (role: string) =>
    simulation.server.calls
      .filter(
        call =>
          !earlier.has(call) && call.caller?.includes(`assumed-role/cdk-hnb659fds-${role}-role-${ONE}-${REGION}/`),
      )
      .map(({ service, operation }) => `${service}:${operation}`);
  simulation.s3.write('assets', 'large.json', Buffer.from(template(60_001)));
  const accounts = new AwsAccounts('aws', BOOTSTRAP_ROLES);
  const lifecycle = accountStackLifecycle({
    registry: new FakeRegistry(),
    accounts,
    cicd: new AwsCicdStack(),
    assets: async () => new FakeAssets(),
    handlerAccount: { partition: 'aws', accountId: CICD },
  });
  const wanted = { ...request, stackName: 'large', templateKey: 'large.json', outputs: ['Name'] };
  await lifecycle.requestCreate(owner, wanted);
  expect(await finish(lifecycle, wanted)).toEqual({
    'stackId': expect.stringContaining(`:${ONE}:stack/large/`),
    'Outputs.Name': 'size',
  });
  expect(callsOf('file-publishing')).toEqual(['s3:PutObject']);
  expect(callsOf('deploy')).toEqual(expect.arrayContaining(['cloudformation:CreateStack']));
  expect(callsOf('deploy').filter(call => call.startsWith('s3:'))).toEqual([]);
});

test('a rollback is distinguished from a removal', async () => {
  const cicd = new AwsCicdStack();
  expect(await cicd.isRollingBack(owner.stackId)).toBe(false);
  // the same name a second time fails, and the stack goes back
  const failed = await deploy('Failed', { One: value('one'), Cicd: value('cicd', 'One') });
  expect(await cicd.isRollingBack(failed)).toBe(true);
});

test('a rollback and an operation are recognized in nested stacks', async () => {
  const cicd = new AwsCicdStack();
  const nested = (name: string, ...resources: object[]): object => {
    simulation.s3.write(
      'assets',
      `${name}.json`,
      Buffer.from(JSON.stringify({ Resources: Object.fromEntries(resources.entries()) })),
    );
    return {
      Type: 'AWS::CloudFormation::Stack',
      Properties: { TemplateURL: `https://assets.s3.${REGION}.amazonaws.com/${name}.json` },
    };
  };
  /** The ids of a stack and of those in it, from the outermost on. */
  const deployNested = async (name: string, resources: Record<string, object> = {}): Promise<string[]> => {
    const earlier = new Set(simulation.cloudformation.all.map(({ id }) => id));
    await deploy(name, { Nested: nested(`${name}-1`, nested(`${name}-2`, value(name))), ...resources });
    return simulation.cloudformation.all.map(({ id }) => id).filter(id => !earlier.has(id));
  };
  const rollingBack = async (ids: readonly string[]): Promise<boolean[]> =>
    Promise.all(ids.map(async id => cicd.isRollingBack(id)));

  expect(await rollingBack(await deployNested('Failing', { Cicd: value('cicd', 'Nested') }))).toEqual([
    true,
    true,
    true,
  ]);
  const ids = await deployNested('Going');
  expect(await rollingBack(ids)).toEqual([false, false, false]);
  const operations = async () => new Set(await Promise.all(ids.map(async id => cicd.operationId(id))));
  const [creation, ...others] = await operations();
  expect(others).toEqual([]);
  expect(creation).toContain(`${ids[0]}@20`);
  await simulation.clock.sleep(1);
  await simulation.cloudformation.remove(CICD, REGION, 'Going');
  expect(await rollingBack(ids)).toEqual([false, false, false]);
  const [deletion, ...more] = await operations();
  expect(more).toEqual([]);
  expect(deletion).not.toBe(creation);
});

test('an artifact that S3 does not delete is an error, which is transient if S3 says so', async () => {
  const accounts = new AwsPipelineOutbound('aws');
  simulation.s3.write(ARTIFACTS, 'dev/Source/abc', Buffer.from('code'));
  const answer = (Code: string) => ({ DeleteResult: { Error: [{ Key: 'dev/Source/abc', Code, Message: 'no' }] } });
  const deletion = jest
    .spyOn(simulation.s3.operations, 'DeleteObjects')
    .mockResolvedValueOnce(answer('AccessDenied'))
    .mockResolvedValueOnce(answer('InternalError'));
  await expect(accounts.deleteArtifacts(request)).rejects.toThrow(
    `artifact 'dev/Source/abc' in bucket '${ARTIFACTS}' of account ${ONE} could not be deleted: AccessDenied: no; `
      + "allow the role 'org-environments-pipeline-operate' there to delete it and remove the environment again (if it "
      + 'is no longer in the app, put it back and deploy first)',
  );
  expect(isTransient(await accounts.deleteArtifacts(request).catch((error: unknown) => error))).toBe(true);
  deletion.mockRestore();
  expect(await accounts.deleteArtifacts(request)).toBe(true);
  expect(simulation.s3.bucket(ARTIFACTS)?.objects.size).toBe(0);
});

test('artifacts that are more than one call can take are not called gone before they are', async () => {
  const accounts = new AwsPipelineOutbound('aws');
  for (let number = 0; number < 1001; number++) {
    simulation.s3.write(ARTIFACTS, `dev/Source/${number}`, Buffer.from('code'));
  }
  expect(await accounts.deleteArtifacts(request)).toBe(false);
  expect(simulation.s3.bucket(ARTIFACTS)?.objects.size).toBe(1);
  expect(await accounts.deleteArtifacts(request)).toBe(true);
  expect(simulation.s3.bucket(ARTIFACTS)?.objects.size).toBe(0);
});
