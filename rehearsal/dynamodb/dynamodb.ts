import { Regional } from '../regional';
import type { Environment, Operation, ResourceType, Service } from '../service';
import { Database } from './database';
import { permissions } from './permissions';
import { GlobalTableType, TableType } from './resource-types';

/** What dynalite knows; there are no transactions. */
const OPERATIONS = [
  'BatchGetItem', 'BatchWriteItem', 'CreateTable', 'DeleteItem', 'DeleteTable', 'DescribeTable', 'DescribeTimeToLive', 'GetItem', 'ListTables', 'PutItem',
  'Query', 'Scan', 'TagResource', 'UntagResource', 'ListTagsOfResource', 'UpdateItem', 'UpdateTable',
];

/** DynamoDB: every request goes to dynalite as it came. */
export class DynamoDb implements Service {
  public readonly name = 'dynamodb';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation> = Object.fromEntries(OPERATIONS.map(name => [name, async call =>
    this.databases.of(call.caller.accountId, call.region).forward(call.request.headers, call.request.body)]));
  public readonly permissions = permissions((accountId, region) => this.databases.of(accountId, region));
  public readonly resourceTypes: Record<string, ResourceType>;
  private readonly databases = new Regional((accountId, region) => new Database(accountId, region));

  public constructor(environment: Environment) {
    const databaseOf = (accountId: string, region: string): Database => this.databases.of(accountId, region);
    this.resourceTypes = {
      'AWS::DynamoDB::Table': new TableType(environment, databaseOf),
      'AWS::DynamoDB::GlobalTable': new GlobalTableType(environment, databaseOf),
    };
  }
}
