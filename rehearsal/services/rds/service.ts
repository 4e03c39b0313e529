import { Databases } from './databases';
import { clusterType, instanceType, subnetGroupType } from './resource-types';
import type { ManagedSecrets } from './resource-types';
import { everywhere } from '../../core/permissions';
import type { Environment, Operation, ResourceType, Service } from '../../core/service';

/** Amazon RDS: databases of stacks, with the secrets that RDS keeps for them. Nothing answers at their addresses. */
export class Rds implements Service {
  public readonly name = 'rds';
  public readonly protocol = 'query';
  public readonly namespace = 'http://rds.amazonaws.com/doc/2014-10-31/';
  public readonly operations: Record<string, Operation> = {
    DescribeDBInstances: async ({ caller: { accountId }, region }) => ({
      DBInstances: this.databases.describe({ accountId, region }),
    }),
  };
  public readonly restNames = { items: { DBInstances: 'DBInstance', VpcSecurityGroups: 'VpcSecurityGroupMembership' } };
  public readonly permissions = everywhere(['DescribeDBInstances']);
  public readonly resourceTypes: Record<string, ResourceType>;

  private readonly databases: Databases;

  /** @param vpcOf the VPC of a subnet */
  public constructor(
    environment: Environment, secrets: ManagedSecrets, vpcOf: (subnetId: string) => string | undefined,
  ) {
    this.databases = new Databases(vpcOf);
    this.resourceTypes = {
      'AWS::RDS::DBCluster': clusterType(environment, secrets, this.databases),
      'AWS::RDS::DBInstance': instanceType(environment, secrets, this.databases),
      'AWS::RDS::DBSubnetGroup': subnetGroupType(this.databases),
    };
  }
}
