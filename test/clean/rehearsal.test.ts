import { SimulatedAccount, withMachine } from './simulated-account';
import { REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';
import { reasons } from '../vending/harness';

const PROTECTING_TAG = 'org-environments:protect';
const [FRANKFURT, VIRGINIA] = ['eu-central-1', 'us-east-1'];
const REGIONS = [REGION, FRANKFURT, VIRGINIA, 'ap-south-1'];

const leased = (cicd: Cicd) => {
  cicd.environment('dev', { account: cicd.account('dev'), pipeline: { keepApplication: true } });
  withMachine(cicd);
};

const released = (cicd: Cicd) => {
  cicd.account('dev');
  withMachine(cicd);
};

const retained = (type: string, properties: object = {}) =>
  ({ Type: type, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain', Properties: properties });

/** Stacks as applications leave them. */
async function deployApplication(account: SimulatedAccount): Promise<void> {
  const { simulation: { s3, cloudformation }, accountId } = account;
  const parameter = (Value: unknown) => ({ Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value } });
  await account.deployStack(REGION, 'Shop-Network', { Vpc: parameter('vpc') }, {
    Vpc: { Value: { Ref: 'Vpc' }, Export: { Name: 'shop-vpc' } },
  });
  await account.deployStack(REGION, 'Shop-Data', {
    Vpc: parameter({ 'Fn::ImportValue': 'shop-vpc' }),
    Orders: retained('AWS::S3::Bucket', {
      BucketName: `orders-${accountId}`, VersioningConfiguration: { Status: 'Enabled' },
    }),
    Table: retained('AWS::DynamoDB::Table', {
      TableName: 'orders',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
    }),
    Key: retained('AWS::KMS::Key'),
    Logs: retained('AWS::Logs::LogGroup', { LogGroupName: '/shop/orders', DeletionProtectionEnabled: true }),
    Queue: retained('AWS::SQS::Queue'),
    Topic: retained('AWS::SNS::Topic', { TopicName: 'orders' }),
    Secret: retained('AWS::SecretsManager::Secret', { Name: 'orders' }),
    Pool: retained('AWS::Cognito::UserPool', { UserPoolName: 'customers', DeletionProtection: 'ACTIVE' }),
  });
  for (const body of ['first', 'second']) s3.write(`orders-${accountId}`, 'order/1', Buffer.from(body));
  s3.erase(`orders-${accountId}`, 'order/1');
  await account.deployStack(REGION, 'Shop-Broken', {
    Uploads: { Type: 'AWS::S3::Bucket', Properties: { BucketName: `uploads-${accountId}` } },
    Database: {
      Type: 'AWS::RDS::DBInstance', Properties: { DBInstanceIdentifier: 'broken', DeletionProtection: true },
    },
  });
  s3.write(`uploads-${accountId}`, 'a', Buffer.from('a'));
  const broken = await cloudformation.remove(accountId, REGION, 'Shop-Broken');
  expect(broken?.status).toBe('DELETE_FAILED');
  await account.deployStack(FRANKFURT, 'Shop-Recovery', { Vpc: parameter('vpc'), Topic: retained('AWS::SNS::Topic') });
  cloudformation.protect(accountId, FRANKFURT, 'Shop-Recovery', true);
}

/** Resources outside stacks. */
async function createByCalls(account: SimulatedAccount): Promise<void> {
  const { accountId } = account;
  await account.call(FRANKFURT, 's3', 'CreateBucket', { Bucket: `notes-${accountId}` });
  account.simulation.s3.write(`notes-${accountId}`, 'note', Buffer.from('note'));
  await account.call(FRANKFURT, 'ssm', 'PutParameter', { Name: '/notes/a', Value: 'a' });
  await account.call(FRANKFURT, 'ec2', 'CreateSnapshot', { VolumeId: 'vol-1' });
  await account.call(VIRGINIA, 'ec2', 'RegisterImage', { Name: 'golden' });
  await account.call(VIRGINIA, 'ecr', 'CreateRepository', { repositoryName: 'notes' });
  await account.call(VIRGINIA, 'codecommit', 'CreateRepository', { repositoryName: 'notes' });
  await account.create(FRANKFURT, 'AWS::EC2::Volume', { Size: 10 });
  await account.create(FRANKFURT, 'AWS::RDS::DBInstance', { DBInstanceIdentifier: 'notes', DeletionProtection: true });
  await account.create(VIRGINIA, 'AWS::EC2::Instance', { DisableApiTermination: true });
  await account.create(VIRGINIA, 'AWS::IAM::User', { UserName: 'anna' });
  await account.create(VIRGINIA, 'AWS::IAM::Role', {
    RoleName: 'notes',
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    Policies: [{
      PolicyName: 'all', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
    }],
  });
  await account.create(VIRGINIA, 'AWS::Route53::HostedZone', { Name: 'shop.example.' });
}

describe('an account of a pool in the rehearsal', () => {
  let account: SimulatedAccount;
  let before: readonly string[];
  let bootstrap: object;

  const bootstrapOf = ({ simulation: { cloudformation, s3 }, accountId }: SimulatedAccount) => {
    const stacks = ['CDKToolkit', 'org-environments-baseline'].map(name => {
      const { id, status, events = [] } = cloudformation.find(accountId, REGION, name) ?? {};
      return { id, status, events: events.length };
    });
    const objects = [`cdk-hnb659fds-assets-${accountId}-${REGION}`, `org-environments-artifacts-${accountId}-${REGION}`]
      .flatMap(name => [...s3.bucket(name)?.objects.keys() ?? []]);
    return { stacks, objects };
  };

  beforeAll(async () => {
    account = await SimulatedAccount.start(released);
    before = account.resources(...REGIONS);
    const write = (bucket: string, key: string) =>
      account.simulation.s3.write(`${bucket}-${account.accountId}-${REGION}`, key, Buffer.from(key));
    write('cdk-hnb659fds-assets', 'of an earlier lease');
    bootstrap = bootstrapOf(account);
    await account.simulation.clock.sleep(1);
    account.leasedAt = account.simulation.clock.now();
    expect(reasons(await account.harness.deploy(leased))).toBe('');
    write('cdk-hnb659fds-assets', 'asset');
    write('org-environments-artifacts', 'artifact');
  });
  afterAll(async () => account.harness.stop());

  test('is available after its second look, with nothing but what it had before its lease', async () => {
    await deployApplication(account);
    await createByCalls(account);
    await account.call(FRANKFURT, 's3', 'CreateBucket', { Bucket: 'kept-by-tag' });
    const body = `<Tagging><TagSet><Tag><Key>${PROTECTING_TAG}</Key><Value>yes</Value></Tag></TagSet></Tagging>`;
    await account.call(FRANKFURT, 's3', 'PutBucketTagging', { Bucket: 'kept-by-tag' }, body);
    expect(reasons(await account.harness.deploy(released))).toBe('');
    // CloudTrail shows it some minutes later
    await account.call('ap-south-1', 'ssm', 'PutParameter', { Name: 'last', Value: 'a' });
    const place = await account.clean();
    expect(account.resources(...REGIONS)).toEqual([...before, `AWS::S3::Bucket kept-by-tag ${FRANKFURT}`].sort());
    expect(bootstrapOf(account)).toEqual(bootstrap);
    expect(place).toMatchObject({
      state: 'available', reason: expect.stringMatching(/^2 lists found nothing, and an inspection of 17 regions/),
    });
  });

  test('keeps its bootstrap, baseline and access roles, because its role may not change them', async () => {
    const { accountId, simulation: { iam, server } } = account;
    const role = `arn:aws:iam::${accountId}:role/org-environments-clean-${REGION}`;
    const { accessKeyId } = iam.issue(iam.sessionOf(role, 'test'));
    const attempt = async (service: string, operation: string, input: object, body = '') => server.call({
      service, operation, region: REGION, accessKeyId, input: { ...input }, body: Buffer.from(body),
    });
    const Bucket = `cdk-hnb659fds-assets-${accountId}-${REGION}`;
    const denied = { name: expect.stringMatching(/^AccessDenied/), message: expect.stringContaining('explicit deny') };
    for (const StackName of ['CDKToolkit', 'org-environments-baseline']) {
      await expect(attempt('cloudformation', 'DeleteStack', { StackName })).rejects.toMatchObject(denied);
    }
    await expect(attempt('s3', 'DeleteBucket', { Bucket })).rejects.toMatchObject(denied);
    for (const RoleName of ['OrganizationAccountAccessRole', `cdk-hnb659fds-deploy-role-${accountId}-${REGION}`]) {
      await expect(attempt('iam', 'DeleteRole', { RoleName })).rejects.toMatchObject(denied);
    }
    const parameter = { TypeName: 'AWS::SSM::Parameter', Identifier: '/cdk-bootstrap/hnb659fds/version' };
    await attempt('cloudcontrolapi', 'DeleteResource', parameter);
    await account.simulation.clock.sleep(60);
    expect(account.simulation.ssm.value(accountId, REGION, parameter.Identifier)).toBeDefined();
  });

  test('goes to quarantine with the names of what has a lock, and of what no cleaner knows', async () => {
    await account.deployStack(REGION, 'Shop-Locked', {
      Audit: retained('AWS::S3::Bucket', {
        BucketName: 'audit',
        ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 365 } } },
      }),
      Attachment: retained('AWS::IoT::PolicyPrincipalAttachment', { PolicyName: 'p', Principal: 'c' }),
      Queue: retained('AWS::SQS::Queue'),
    });
    account.simulation.s3.write('audit', 'entry', Buffer.from('entry'));
    const year = new Date(account.simulation.clock.now()).getUTCFullYear() + 1;
    const { state, leftovers } = await account.clean();
    expect(state).toBe('quarantine');
    expect(leftovers).toEqual([
      expect.stringMatching(/^AWS::IoT::PolicyPrincipalAttachment '.*' in eu-west-1: unknown: stack 'Shop-Locked' has/),
      expect.stringMatching(new RegExp(`^AWS::S3::Bucket 'audit' in eu-west-1: waits until ${year}-.*object 'entry'`)),
    ]);
  });

  test('keeps a stack that contains a resource with the protecting tag, and names it', async () => {
    const Tags = [{ Key: PROTECTING_TAG, Value: 'yes' }];
    await account.deployStack(FRANKFURT, 'Shop-Kept', {
      Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'kept', Tags } },
      Queue: { Type: 'AWS::SQS::Queue' },
    });
    const { state, leftovers } = await account.clean();
    expect(state).toBe('quarantine');
    expect(leftovers).toContainEqual(expect.stringMatching(
      /^AWS::CloudFormation::Stack 'Shop-Kept' in eu-central-1: locked: it contains AWS::SNS::Topic '.*:kept', which has/,
    ));
    const { cloudformation } = account.simulation;
    expect(cloudformation.find(account.accountId, FRANKFURT, 'Shop-Kept')?.status).toBe('CREATE_COMPLETE');
    await cloudformation.remove(account.accountId, FRANKFURT, 'Shop-Kept');
  });
});

test('what only its costs show is named in quarantine after a complete list of all types and regions', async () => {
  const account = await SimulatedAccount.start(released);
  try {
    const { simulation: { cloudformation: { inventory }, clock, server }, accountId } = account;
    // no list, no tag and no event shows it
    const root = { accountId, arn: `arn:aws:iam::${accountId}:root` };
    await inventory.create('AWS::QLDB::Ledger', { Name: 'orders' }, { accountId, region: VIRGINIA }, root);
    const startedAt = clock.now();
    const { state, leftovers } = await account.clean({ leasedAt: startedAt });
    expect(state).toBe('quarantine');
    expect(leftovers).toEqual([
      "AWS::Cost 'Amazon QLDB' in us-east-1: unknown: it causes costs, and no cleaner can delete it",
    ]);
    // two second looks
    expect((clock.now() - startedAt) / 3600_000).toBeGreaterThan(96);
    const regions = server.calls.filter(({ operation, at }) => operation === 'ListResources' && at > startedAt)
      .map(({ region }) => region);
    expect(new Set(regions).size).toBe(17);
  } finally {
    await account.harness.stop();
  }
});

test('the shipped function cleans an account', async () => {
  const account = await SimulatedAccount.start(released, { virtual: {} });
  try {
    const { accountId } = account;
    const before = account.resources(...REGIONS);
    await account.deployStack(REGION, 'Shop', {
      Orders: retained('AWS::S3::Bucket', { BucketName: `orders-${accountId}` }),
    });
    await account.create(FRANKFURT, 'AWS::SQS::Queue', { QueueName: 'notes' });
    account.simulation.s3.write(`orders-${accountId}`, 'order/1', Buffer.from('order'));
    expect(await account.clean()).toMatchObject({ state: 'available' });
    expect(account.resources(...REGIONS)).toEqual(before);
  } finally {
    await account.harness.stop();
  }
});
