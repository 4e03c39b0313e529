import { App, Duration } from 'aws-cdk-lib';
import { Account, SharedDatabase } from '../../src';
import type { AuroraDatabaseProps, PostgresDatabaseProps } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';
import { accountTemplateOf, onlyResource, resourcesOf, templateOf } from '../fixtures/assembly';
import { DatabaseNetwork } from '../fixtures/database-network';

function world() {
  const app = quickApp();
  const cicd = new Cicd(app, { imported: true });
  const client = (name: string, cidr: string) => ({ account: cicd.account(name), cidr, roleNames: ['shop-service'] });
  const props = {
    organization: cicd.organization,
    network: new DatabaseNetwork(
      cicd.stack, 'Network', Account.fromAccountId(cicd.stack, 'Data', '333333333333'),
    ),
    databaseIdentifier: 'shop',
    clients: [client('blue', '10.1.0.0/20'), client('green', '10.1.16.0/20')],
  };
  return { app, cicd, props };
}

function aurora(changes: Partial<AuroraDatabaseProps> = {}) {
  const { app, cicd, props } = world();
  const database = SharedDatabase.auroraPostgres(cicd.stack, 'Database', { ...props, ...changes });
  return synth(app, database);
}

function postgres(changes: Partial<PostgresDatabaseProps> = {}) {
  const { app, cicd, props } = world();
  const database = SharedDatabase.postgres(cicd.stack, 'Database', { ...props, ...changes });
  return synth(app, database);
}

function synth(app: App, database: SharedDatabase) {
  const assembly = app.synth();
  return { template: accountTemplateOf(assembly, database.stack), parent: templateOf(assembly), database };
}

const CLUSTER = 'AWS::RDS::DBCluster';
const INSTANCE = 'AWS::RDS::DBInstance';

describe('Aurora', () => {
  test('is encrypted, protected and backed up, and RDS rotates its password', () => {
    const { template } = aurora();
    const cluster = onlyResource(template, CLUSTER);
    expect(cluster).toMatchObject({ DeletionPolicy: 'Snapshot', UpdateReplacePolicy: 'Snapshot' });
    expect(cluster.Properties).toMatchObject({
      DBClusterIdentifier: 'shop',
      Engine: 'aurora-postgresql',
      EngineVersion: '17',
      DatabaseName: 'app',
      StorageEncrypted: true,
      ManageMasterUserPassword: true,
      BackupRetentionPeriod: 14,
      DeletionProtection: true,
      CopyTagsToSnapshot: true,
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 4 },
    });
    expect(cluster.Properties.KmsKeyId).toEqual(cluster.Properties.MasterUserSecret.KmsKeyId);
    expect(onlyResource(template, 'AWS::KMS::Key')).toMatchObject({ DeletionPolicy: 'Retain' });
    const [parameters] = resourcesOf(template, 'AWS::RDS::DBClusterParameterGroup');
    expect(parameters?.Properties.Parameters).toEqual({ 'rds.force_ssl': '1' });
  });

  test('has two instances in two zones, or one', () => {
    expect(resourcesOf(aurora().template, INSTANCE).map(({ Properties }) => Properties.DBInstanceIdentifier))
      .toEqual(['shop-1', 'shop-2']);
    const [instance, ...others] = resourcesOf(aurora({ multiAz: false }).template, INSTANCE);
    expect(others).toEqual([]);
    expect(instance?.Properties).toMatchObject({ PubliclyAccessible: false, DBInstanceClass: 'db.serverless' });
  });

  test('takes its options', () => {
    const { template } = aurora({
      databaseName: 'orders',
      majorVersion: '16',
      minCapacity: 0,
      maxCapacity: 8,
      deletionProtection: false,
      backupRetention: Duration.days(7),
    });
    expect(onlyResource(template, CLUSTER).Properties).toMatchObject({
      DatabaseName: 'orders',
      EngineVersion: '16',
      DeletionProtection: false,
      BackupRetentionPeriod: 7,
      ServerlessV2ScalingConfiguration: { MinCapacity: 0, MaxCapacity: 8 },
    });
    expect(onlyResource(template, 'AWS::RDS::DBClusterParameterGroup').Properties.Family).toBe('aurora-postgresql16');
  });
});

describe('RDS', () => {
  test('has an instance in two zones, which is encrypted, protected and backed up', () => {
    const { template } = postgres();
    const instance = onlyResource(template, INSTANCE);
    expect(instance).toMatchObject({ DeletionPolicy: 'Snapshot', UpdateReplacePolicy: 'Snapshot' });
    expect(instance.Properties).toMatchObject({
      DBInstanceIdentifier: 'shop',
      Engine: 'postgres',
      EngineVersion: '17',
      DBName: 'app',
      MultiAZ: true,
      StorageEncrypted: true,
      ManageMasterUserPassword: true,
      DeletionProtection: true,
      BackupRetentionPeriod: 14,
      PubliclyAccessible: false,
      AllocatedStorage: '20',
      MaxAllocatedStorage: 100,
      DBInstanceClass: 'db.t4g.medium',
    });
  });

  test('takes its options', () => {
    const { template } = postgres({
      multiAz: false, instanceClass: 'db.m7g.large', allocatedStorage: 50, maxAllocatedStorage: 500,
    });
    expect(onlyResource(template, INSTANCE).Properties).toMatchObject({
      MultiAZ: false, DBInstanceClass: 'db.m7g.large', AllocatedStorage: '50', MaxAllocatedStorage: 500,
    });
  });
});

describe('access', () => {
  test('is possible from the networks of the clients only', () => {
    const { Properties } = onlyResource(aurora().template, 'AWS::EC2::SecurityGroup');
    expect(Properties.VpcId).toBe('vpc-0123456789abcdef0');
    expect(Properties.SecurityGroupIngress).toEqual([
      expect.objectContaining({ CidrIp: '10.1.0.0/20', FromPort: 5432, ToPort: 5432, IpProtocol: 'tcp' }),
      expect.objectContaining({ CidrIp: '10.1.16.0/20', FromPort: 5432, ToPort: 5432, IpProtocol: 'tcp' }),
    ]);
    expect(Properties.SecurityGroupEgress).toEqual([expect.objectContaining({ CidrIp: '255.255.255.255/32' })]);
  });

  test('to the secret and its key is for the named roles', () => {
    const { template } = aurora();
    const { Properties } = onlyResource(template, 'AWS::SecretsManager::ResourcePolicy');
    const statements = Properties.ResourcePolicy.Statement;
    expect(statements).toHaveLength(2);
    for (const { Condition, Action } of statements) {
      expect(Action).toEqual(['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue']);
      expect(JSON.stringify(Condition.ArnEquals['aws:PrincipalArn'])).toContain(':role/shop-service');
    }
    const key = onlyResource(template, 'AWS::KMS::Key').Properties.KeyPolicy.Statement;
    const secrets = key.filter(({ Sid = '' }: { Sid?: string }) => Sid.startsWith('Secret'));
    expect(secrets).toHaveLength(2);
    expect(secrets[0].Action).toBe('kms:Decrypt');
    expect(JSON.stringify(secrets[0].Condition)).toContain('secretsmanager.');
  });

  test('to the secret is for no one if no client has a role', () => {
    const { app, cicd, props } = world();
    const clients = [{ account: cicd.account('other'), cidr: '10.2.0.0/20' }];
    const { template } = synth(app, SharedDatabase.postgres(cicd.stack, 'Database', { ...props, clients }));
    expect(resourcesOf(template, 'AWS::SecretsManager::ResourcePolicy')).toEqual([]);
    const key = onlyResource(template, 'AWS::KMS::Key').Properties.KeyPolicy.Statement;
    expect(key.map(({ Sid }: { Sid?: string }) => Sid)).toEqual([undefined, 'Snapshots0']);
  });
});

test.each([['aurora-postgresql', aurora], ['postgres', postgres]])(
  'a database of %s names what would replace it, so that a later change is rejected', (engine, create) => {
    const stacks = resourcesOf(create().parent, 'Custom::OrgEnvironmentsStack');
    expect(stacks.map(({ Properties }) => Properties.fixed)).toEqual([{
      'databaseIdentifier': 'shop',
      'engine': engine,
      'databaseName': 'app',
      'network': 'vpc-0123456789abcdef0',
      'account of the network': '333333333333',
    }]);
  },
);

test('the parent stack knows address, secret and key of the database', () => {
  const { app, cicd, props } = world();
  const database = SharedDatabase.auroraPostgres(cicd.stack, 'Database', props);
  const { endpointAddress, secretArn, keyArn } = database;
  const attributes = cicd.stack.resolve([endpointAddress, secretArn, keyArn]);
  expect(attributes).toHaveLength(3);
  expect([database.port, database.databaseName]).toEqual([5432, 'app']);
  expect(onlyResource(templateOf(app.synth()), 'Custom::OrgEnvironmentsStack').Properties).toMatchObject({
    stackName: 'database-shop',
  });
});

test('a database that exists can be imported', () => {
  const { cicd } = world();
  const attributes = { endpointAddress: 'db.example.com', secretArn: 'arn:secret', keyArn: 'arn:key' };
  expect(SharedDatabase.fromSharedDatabaseAttributes(cicd.stack, 'One', attributes))
    .toMatchObject({ ...attributes, port: 5432, databaseName: 'app' });
  const named = { ...attributes, port: 1, databaseName: 'x' };
  expect(SharedDatabase.fromSharedDatabaseAttributes(cicd.stack, 'Other', named))
    .toMatchObject({ port: 1, databaseName: 'x' });
});

describe('the error says', () => {
  const { cicd, props: { clients } } = world();
  const [client] = clients;
  const account = cicd.account('third');

  test.each<[string, Partial<AuroraDatabaseProps>, string]>([
    ['a bad identifier', { databaseIdentifier: 'Shop--x' },
      "'databaseIdentifier' must be 1 to 40 lower-case letters, digits and single hyphens, beginning with a letter and "
        + "known at synth, got 'Shop--x'"],
    ['a bad name', { databaseName: 'a-b' },
      "'databaseName' must be 1 to 63 letters, digits and underscores, beginning with a letter, got 'a-b'"],
    ['a bad version', { majorVersion: '17.2' }, "'majorVersion' must be like '17', got '17.2'"],
    ['no clients', { clients: [] },
      "'clients' must be 1 to 20 accounts, got 0: nothing else can connect to the database"],
    ['a short retention', { backupRetention: Duration.hours(5) },
      "'backupRetention' must be 1 to 35 whole days, got 0.2"],
    ['the internet as a client', { clients: [{ account, cidr: '0.0.0.0/0' }] },
      "'cidr' of a client must be the addresses of its network, and not the internet, got '0.0.0.0/0'"],
    ['addresses that are none', { clients: [{ account, cidr: '10.1.0.300/20' }] },
      "'cidr' must be an IPv4 range in CIDR notation like '10.0.0.0/16', got '10.1.0.300/20'"],
    ['two clients with the same addresses', {
      clients: [{ account, cidr: '10.1.0.0/20' }, { account, cidr: '10.1.0.0/20' }],
    }, "two clients have '10.1.0.0/20' and '10.1.0.0/20', which overlap: each client needs the addresses of its own "
        + "network; name all roles of an account in 'roleNames' of one client"],
    ['two clients with addresses that overlap', {
      clients: [{ account, cidr: '10.1.0.0/16' }, { account, cidr: '10.1.16.0/20' }],
    }, "two clients have '10.1.0.0/16' and '10.1.16.0/20', which overlap"],
    ['any role', { clients: [{ ...client, account, cidr: '10.1.0.0/20', roleNames: ['*'] }] },
      "'roleNames' of a client must be names of roles without path and '*', got '*'"],
    ['a bad minimum', { minCapacity: 0.3 }, "'minCapacity' must be from 0 to 256 in steps of 0.5, got 0.3"],
    ['a maximum below the minimum', { minCapacity: 8, maxCapacity: 4 },
      "'maxCapacity' must be from 8 to 256 in steps of 0.5, got 4"],
  ])('%s', (_case, changes, message) => {
    expect(() => aurora(changes)).toThrow(`[Cicd/Database] ${message}`);
  });

  test.each<[string, Partial<PostgresDatabaseProps>, string]>([
    ['too little storage', { allocatedStorage: 5 }, "'allocatedStorage' must be 20 GB or more, got 5"],
    ['a small maximum', { maxAllocatedStorage: 21 },
      "'maxAllocatedStorage' must be at least 10 % more than 'allocatedStorage' (20 GB), got 21"],
    ['a bad class', { instanceClass: 'm7g.large' }, "'instanceClass' must be like 'db.m7g.large', got 'm7g.large'"],
  ])('%s', (_case, changes, message) => {
    expect(() => postgres(changes)).toThrow(`[Cicd/Database] ${message}`);
  });

  test('a network with one database subnet, and two databases with one identifier', () => {
    const made = world();
    made.props.network.databaseSubnetIds = ['subnet-1'];
    expect(() => SharedDatabase.postgres(made.cicd.stack, 'Database', made.props)).toThrow(
      '[Cicd/Database] a database needs database subnets in two availability zones, because RDS places it in any of '
        + "them, got 1: set 'availabilityZones' of the Network to 2 or more",
    );
    const { cicd: { stack }, props } = world();
    SharedDatabase.postgres(stack, 'One', props);
    expect(() => SharedDatabase.postgres(stack, 'Two', props)).toThrow(
      "[Cicd/Two] the database 'shop' is already used by 'Cicd/One': every database needs its own databaseIdentifier",
    );
  });
});
