import { clusterType, instanceType, subnetGroupType } from './resource-types';
import type { ManagedSecrets } from './resource-types';
import type { Environment, Operation, ResourceType, Service } from '../../core/service';

/** Amazon RDS: databases of stacks, with the secrets that RDS keeps for them. Nothing answers at their addresses. */
export class Rds implements Service {
  public readonly name = 'rds';
  public readonly protocol = 'query';
  public readonly namespace = 'http://rds.amazonaws.com/doc/2014-10-31/';
  public readonly operations: Record<string, Operation> = {};
  public readonly resourceTypes: Record<string, ResourceType>;

  public constructor(environment: Environment, secrets: ManagedSecrets) {
    this.resourceTypes = {
      'AWS::RDS::DBCluster': clusterType(environment, secrets),
      'AWS::RDS::DBInstance': instanceType(environment, secrets),
      'AWS::RDS::DBSubnetGroup': subnetGroupType(),
    };
  }
}
