import { CfnDeletionPolicy, RemovalPolicy, Token } from 'aws-cdk-lib';
import type { CfnResource } from 'aws-cdk-lib';
import { CfnSecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { CfnKey, Key } from 'aws-cdk-lib/aws-kms';
import {
  CfnDBCluster, CfnDBClusterParameterGroup, CfnDBInstance, CfnDBParameterGroup, CfnDBSubnetGroup,
} from 'aws-cdk-lib/aws-rds';
import { CfnResourcePolicy } from 'aws-cdk-lib/aws-secretsmanager';
import { keyStatements, secretPolicy } from './access-policies';
import type { KnownClient } from './access-policies';
import type { AuroraDatabaseProps, PostgresDatabaseProps, SharedDatabaseProps } from './database-props';
import { acknowledge } from '../private/acknowledge';
import type { AccountStack } from '../stack/account-stack';

/** Attributes of a database in its stack. */
export interface DatabaseAttributes {
  readonly address: string;
  readonly secretArn: string;
  readonly keyArn: string;
}

export const PORT = 5432;
const MASTER_USER = 'postgres';
const NO_PLAIN_CONNECTIONS = { 'rds.force_ssl': '1' };

/** What all kinds of databases have in common. */
class Surroundings {
  public readonly key: Key;
  public readonly securityGroup: CfnSecurityGroup;
  public readonly subnetGroup: CfnDBSubnetGroup;

  public constructor(
    private readonly stack: AccountStack,
    private readonly clients: readonly KnownClient[],
    private readonly props: SharedDatabaseProps,
  ) {
    const { network, databaseIdentifier } = props;
    this.key = new Key(stack, 'Key', {
      description: `Database ${databaseIdentifier} and its secret`,
      enableKeyRotation: true,
      // snapshots need it
      removalPolicy: RemovalPolicy.RETAIN,
    });
    for (const statement of keyStatements(stack, clients)) this.key.addToResourcePolicy(statement);
    this.securityGroup = new CfnSecurityGroup(stack, 'SecurityGroup', {
      vpcId: network.vpcId,
      groupDescription: `Clients of the database ${databaseIdentifier}`,
      securityGroupIngress: clients.map(({ cidr }, index) => ({
        ipProtocol: 'tcp', fromPort: PORT, toPort: PORT, cidrIp: cidr, description: `client ${index + 1}`,
      })),
      // a group without rules would get one that allows everything
      securityGroupEgress: [{ ipProtocol: 'icmp', fromPort: 252, toPort: 86, cidrIp: '255.255.255.255/32' }],
    });
    // cdk-nag cannot read what is known only at deployment
    if (clients.some(({ cidr }) => Token.isUnresolved(cidr))) {
      acknowledge(this.securityGroup, { EC23: 'the addresses are those of the clients, and known at deployment' });
    }
    this.subnetGroup = new CfnDBSubnetGroup(stack, 'Subnets', {
      dbSubnetGroupDescription: `Subnets of the database ${databaseIdentifier}`,
      subnetIds: network.databaseSubnetIds,
    });
  }

  /** Lets the clients read the secret that RDS has created. */
  public share(secretArn: string): void {
    const policy = secretPolicy(this.clients);
    if (!policy) return;
    keepWhileProtected(this.props, new CfnResourcePolicy(this.stack, 'SecretPolicy', {
      secretId: secretArn, resourcePolicy: policy, blockPublicPolicy: true,
    }));
  }
}

/** Aurora PostgreSQL with capacity on demand. */
export function auroraResources(
  stack: AccountStack, props: AuroraDatabaseProps, clients: readonly KnownClient[],
): DatabaseAttributes {
  const { databaseIdentifier, majorVersion = '17', multiAz = true, minCapacity = 0.5, maxCapacity = 4 } = props;
  const { key, securityGroup, subnetGroup, ...around } = surroundings(stack, clients, props);
  const parameters = new CfnDBClusterParameterGroup(stack, 'Parameters', {
    description: `Parameters of the database ${databaseIdentifier}`,
    family: `aurora-postgresql${majorVersion}`,
    parameters: NO_PLAIN_CONNECTIONS,
  });
  const cluster = new CfnDBCluster(stack, 'Cluster', {
    ...common(props, key),
    dbClusterIdentifier: databaseIdentifier,
    port: PORT,
    engine: 'aurora-postgresql',
    databaseName: props.databaseName ?? 'app',
    dbSubnetGroupName: subnetGroup.ref,
    vpcSecurityGroupIds: [securityGroup.attrGroupId],
    dbClusterParameterGroupName: parameters.ref,
    serverlessV2ScalingConfiguration: { minCapacity, maxCapacity },
    enableIamDatabaseAuthentication: true,
  });
  protect(cluster);
  for (let instance = 1; instance <= (multiAz ? 2 : 1); instance++) {
    const member = new CfnDBInstance(stack, `Instance${instance}`, {
      dbInstanceIdentifier: `${databaseIdentifier}-${instance}`,
      dbInstanceClass: 'db.serverless',
      dbClusterIdentifier: cluster.ref,
      engine: 'aurora-postgresql',
      publiclyAccessible: false,
      promotionTier: instance - 1,
    });
    if (instance === 1) keepWhileProtected(props, member);
    acknowledge(member, { RDS10: 'the cluster is protected against deletion', RDS11: PORT_REASON });
  }
  const secretArn = cluster.attrMasterUserSecretSecretArn;
  around.share(secretArn);
  return { address: cluster.attrEndpointAddress, secretArn, keyArn: arnOf(key) };
}

const PORT_REASON = 'only the clients can connect to the port, whatever its number';

/** RDS for PostgreSQL. */
export function postgresResources(
  stack: AccountStack, props: PostgresDatabaseProps, clients: readonly KnownClient[],
): DatabaseAttributes {
  const { databaseIdentifier, majorVersion = '17', multiAz = true, allocatedStorage = 20 } = props;
  const { key, securityGroup, subnetGroup, ...around } = surroundings(stack, clients, props);
  const parameters = new CfnDBParameterGroup(stack, 'Parameters', {
    description: `Parameters of the database ${databaseIdentifier}`,
    family: `postgres${majorVersion}`,
    parameters: NO_PLAIN_CONNECTIONS,
  });
  const instance = new CfnDBInstance(stack, 'Instance', {
    ...common(props, key),
    dbInstanceIdentifier: databaseIdentifier,
    port: String(PORT),
    dbInstanceClass: props.instanceClass ?? 'db.t4g.medium',
    engine: 'postgres',
    dbName: props.databaseName ?? 'app',
    dbSubnetGroupName: subnetGroup.ref,
    vpcSecurityGroups: [securityGroup.attrGroupId],
    dbParameterGroupName: parameters.ref,
    multiAz,
    storageType: 'gp3',
    allocatedStorage: String(allocatedStorage),
    maxAllocatedStorage: props.maxAllocatedStorage ?? 5 * allocatedStorage,
    publiclyAccessible: false,
    deleteAutomatedBackups: false,
    allowMajorVersionUpgrade: true,
    enableIamDatabaseAuthentication: true,
  });
  protect(instance);
  if (!multiAz) acknowledge(instance, { RDS3: "the app has set 'multiAz' to false" });
  const secretArn = instance.attrMasterUserSecretSecretArn;
  around.share(secretArn);
  return { address: instance.attrEndpointAddress, secretArn, keyArn: arnOf(key) };
}

function surroundings(stack: AccountStack, clients: readonly KnownClient[], props: SharedDatabaseProps) {
  const made = new Surroundings(stack, clients, props);
  const { key, securityGroup, subnetGroup } = made;
  return { key, securityGroup, subnetGroup, share: (secretArn: string) => made.share(secretArn) };
}

/** RDS keeps the password in a secret of its own, and rotates it every seven days. */
function common({ majorVersion = '17', backupRetention, deletionProtection }: SharedDatabaseProps, key: Key) {
  return {
    engineVersion: majorVersion,
    masterUsername: MASTER_USER,
    manageMasterUserPassword: true,
    masterUserSecret: { kmsKeyId: key.keyArn },
    storageEncrypted: true,
    kmsKeyId: key.keyArn,
    backupRetentionPeriod: backupRetention?.toDays() ?? 14,
    copyTagsToSnapshot: true,
    deletionProtection: deletionProtection ?? true,
  };
}

/** The construct requires a name for use in another account. */
function arnOf(key: Key): string {
  const resource = key.node.defaultChild;
  return resource instanceof CfnKey ? resource.attrArn : key.keyArn;
}

/**
 * CloudFormation deletes what depends on a database before the protection of the database stops the deletion. Without
 * an instance or the policy of the secret, the database could not be used.
 */
function keepWhileProtected({ deletionProtection = true }: SharedDatabaseProps, resource: CfnResource): void {
  if (deletionProtection) resource.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN;
}

/** A snapshot remains of a database that is removed. */
function protect(resource: CfnResource): void {
  resource.cfnOptions.deletionPolicy = CfnDeletionPolicy.SNAPSHOT;
  resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.SNAPSHOT;
  acknowledge(resource, { RDS11: PORT_REASON });
}
