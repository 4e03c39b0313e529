import { Regional } from '../regional';
import type { Environment, Operation, Permissions, ResourceType, Service } from '../service';
import { Database } from './database';
import { permissions } from './permissions';
import { GlobalTableType, TableType } from './resource-types';
import type { Tables } from './resource-types';

/** What dynalite knows; there are no transactions. */
const OPERATIONS = [
  'BatchGetItem', 'BatchWriteItem', 'CreateTable', 'DeleteItem', 'DeleteTable', 'DescribeTable', 'DescribeTimeToLive', 'GetItem', 'ListTables',
  'PutItem', 'Query', 'Scan', 'TagResource', 'UntagResource', 'ListTagsOfResource', 'UpdateItem', 'UpdateTable',
];

/** DynamoDB: every request goes to dynalite as it came. */
export class DynamoDb implements Service {
  public readonly name = 'dynamodb';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation>;
  public readonly permissions: Record<string, Permissions>;
  public readonly resourceTypes: Record<string, ResourceType>;

  public constructor(environment: Environment) {
    const { clock } = environment;
    const databases = new Regional((accountId, region) => new Database(accountId, region));
    this.operations = Object.fromEntries(OPERATIONS.map(name => [name, async call =>
      clock.during(async () => databases.of(call.caller.accountId, call.region).forward(call.request.headers, call.request.body))]));
    this.permissions = permissions((accountId, region) => databases.of(accountId, region));
    const databaseOf = (accountId: string, region: string): Tables => {
      const database = databases.of(accountId, region);
      return { run: async (operation, input) => clock.during(async () => database.run(operation, input)) };
    };
    this.resourceTypes = {
      'AWS::DynamoDB::Table': new TableType(environment, databaseOf),
      'AWS::DynamoDB::GlobalTable': new GlobalTableType(environment, databaseOf),
    };
  }
}
