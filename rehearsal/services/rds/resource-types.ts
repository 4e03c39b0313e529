import * as v from 'valibot';
import type { Databases } from './databases';
import { Identifiers } from '../../core/identifiers';
import { Flag, read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Environment, Provisioned, ResourceContext, ResourceType } from '../../core/service';

/** The secrets that RDS creates for the passwords of databases. */
export interface ManagedSecrets {
  /** Creates a secret with a random value, and returns its ARN. */
  createManaged(name: string, user: string, keyArn: string | undefined, place: ResourceContext): string;
  removeManaged(arn: string): void;
}

type Properties = Record<string, unknown>;

/** How the databases of one kind are described, and what replaces them. */
interface Kind {
  readonly noun: string;
  /** Part of the ARN and of the id. */
  readonly part: 'cluster' | 'db';
  readonly identifier: string;
  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbcluster.html */
  readonly replacing: readonly string[];
  readonly protection: string;
}

const CLUSTER: Kind = {
  noun: 'DB cluster',
  part: 'cluster',
  identifier: 'DBClusterIdentifier',
  replacing: [
    'DBClusterIdentifier', 'DBSubnetGroupName', 'DatabaseName', 'Engine', 'EngineMode', 'KmsKeyId', 'MasterUsername',
    'StorageEncrypted', 'SnapshotIdentifier', 'AvailabilityZones',
  ],
  protection: 'Cannot delete protected Cluster, please disable deletion protection and try again.',
};
const INSTANCE: Kind = {
  noun: 'DB instance',
  part: 'db',
  identifier: 'DBInstanceIdentifier',
  replacing: [
    'DBInstanceIdentifier', 'DBClusterIdentifier', 'DBName', 'DBSubnetGroupName', 'KmsKeyId', 'MasterUsername', 'Port',
    'StorageEncrypted', 'AvailabilityZone', 'CharacterSetName',
  ],
  protection: 'Cannot delete protected DB Instance, please disable deletion protection and try again.',
};

const Common = v.object({
  Port: v.optional(v.union([v.string(), v.number()])),
  MasterUsername: v.optional(v.string(), 'postgres'),
  ManageMasterUserPassword: v.optional(Flag, false),
  MasterUserSecret: v.optional(v.object({ KmsKeyId: v.optional(v.string()) }), {}),
  DeletionProtection: v.optional(Flag, false),
  BackupRetentionPeriod: v.optional(v.union([v.string(), v.number()])),
});

/** `AWS::RDS::DBCluster`. */
export function clusterType(environment: Environment, secrets: ManagedSecrets, databases: Databases): ResourceType {
  return databaseType(CLUSTER, { environment, secrets, databases }, (address, port) => ({
    'Endpoint.Address': address,
    'Endpoint.Port': port,
    'ReadEndpoint.Address': address.replace('.cluster-', '.cluster-ro-'),
  }));
}

/** `AWS::RDS::DBInstance`. */
export function instanceType(environment: Environment, secrets: ManagedSecrets, databases: Databases): ResourceType {
  return databaseType(INSTANCE, { environment, secrets, databases }, (address, port) => ({
    'Endpoint.Address': address, 'Endpoint.Port': port,
  }));
}

/** `AWS::RDS::DBSubnetGroup`. RDS wants subnets in two availability zones. */
export function subnetGroupType(databases: Databases): ResourceType {
  const Group = v.object({ DBSubnetGroupName: v.optional(v.string()), SubnetIds: v.array(v.string()) });
  const identifiers = new Identifiers('rds-subnets');
  const checked = (properties: Properties) => {
    const group = read(Group, properties);
    if (group.SubnetIds.length >= 2) return group;
    throw new AwsError(
      'DBSubnetGroupDoesNotCoverEnoughAZs',
      "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Add subnets to cover at least 2 "
        + 'AZs.',
    );
  };
  return {
    create: async (properties, context) => {
      const group = checked(properties);
      const id = (group.DBSubnetGroupName ?? identifiers.physicalName(context, 255)).toLowerCase();
      databases.put('subgrp', id, { ...group }, context);
      return { id, attributes: {} };
    },
    update: async (id, properties, _before, context) => {
      databases.put('subgrp', id, { ...checked(properties) }, context);
      return { id, attributes: {} };
    },
    remove: async (id, _properties, context) => databases.remove('subgrp', id, context),
  };
}

interface Around {
  readonly environment: Environment;
  readonly secrets: ManagedSecrets;
  readonly databases: Databases;
}

function databaseType(
  kind: Kind, { environment, secrets, databases }: Around,
  endpoints: (address: string, port: string) => Properties,
): ResourceType {
  const identifiers = new Identifiers(`rds-${kind.part}`);
  const existing = new Map<string, { readonly secretArn?: string; readonly code: string }>();
  const keyOf = (id: string, { accountId, region }: ResourceContext) => `${accountId}/${region}/${id}`;
  const described = (id: string, properties: Properties, context: ResourceContext): Provisioned => {
    const { secretArn, code = '' } = existing.get(keyOf(id, context)) ?? {};
    const { Port: port = 5432 } = read(Common, properties);
    databases.put(kind.part, id, properties, context);
    const middle = kind.part === 'cluster' ? `cluster-${code}` : code;
    const arn = `arn:${environment.partition}:rds:${context.region}:${context.accountId}:${kind.part}:${id}`;
    return {
      id,
      attributes: {
        ...endpoints(`${id}.${middle}.${context.region}.rds.amazonaws.com`, String(port)),
        [kind.part === 'cluster' ? 'DBClusterArn' : 'DBInstanceArn']: arn,
        [kind.part === 'cluster' ? 'DBClusterResourceId' : 'DbiResourceId']: `${kind.part}-${code.toUpperCase()}`,
        ...secretArn !== undefined && { 'MasterUserSecret.SecretArn': secretArn },
      },
    };
  };
  const create: ResourceType['create'] = async (properties, context) => {
    const given = properties[kind.identifier];
    const id = typeof given === 'string' ? given.toLowerCase() : identifiers.physicalName(context, 63).toLowerCase();
    if (existing.has(keyOf(id, context))) {
      throw new AwsError('AlreadyExists', `The ${kind.noun} '${id}' already exists.`);
    }
    const { ManageMasterUserPassword: isManaged, MasterUsername: user, MasterUserSecret: secret } =
      read(Common, properties);
    const code = identifiers.next(12, 'lower');
    const secretArn = isManaged
      ? secrets.createManaged(`rds!${kind.part}-${identifiers.uuid()}`, user, secret.KmsKeyId, context) : undefined;
    existing.set(keyOf(id, context), { code, ...secretArn !== undefined && { secretArn } });
    return described(id, properties, context);
  };
  return {
    create,
    update: async (id, properties, before, context) => {
      const replaces = kind.replacing.some(name => JSON.stringify(properties[name]) !== JSON.stringify(before[name]));
      return replaces ? create(properties, context) : described(id, properties, context);
    },
    remove: async (id, properties, context) => {
      if (read(Common, properties).DeletionProtection) {
        throw new AwsError('InvalidParameterCombination', kind.protection);
      }
      if (kind.part === 'cluster' && databases.hasMembers(id, context)) {
        throw new AwsError('InvalidDBClusterStateFault',
          'Cluster cannot be deleted, it still contains DB instances in non-deleting state.');
      }
      const { secretArn } = existing.get(keyOf(id, context)) ?? {};
      if (secretArn !== undefined) secrets.removeManaged(secretArn);
      existing.delete(keyOf(id, context));
      databases.remove(kind.part, id, context);
    },
  };
}
