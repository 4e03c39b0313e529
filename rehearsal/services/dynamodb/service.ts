import { batchGet } from './dynalite-batches';
import { wantsFailedItem, writeOrItem } from './dynalite-conditions';
import { Database } from './dynalite-database';
import { transact } from './dynalite-transactions';
import { permissions, placeOf } from './permissions';
import { GlobalTableType, TablePolicies, TableType } from './resource-types';
import type { Tables } from './resource-types';
import { Tokens } from './transactions';
import { textOf } from '../../core/permissions';
import { Regional } from '../../core/regional';
import type {
  Call, Environment, Operation, OwnedPolicy, Permissions, ResourceType, Service,
} from '../../core/service';

/** Operations that dynalite supports. */
const OPERATIONS = [
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'ListTagsOfResource',
  'UpdateItem',
  'UpdateTable',
];

/** Amazon DynamoDB: requests are forwarded to dynalite, except transactions, which it does not support, and batches. */
export class DynamoDb implements Service {
  public readonly name = 'dynamodb';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation>;
  public readonly permissions: Record<string, Permissions>;
  public readonly resourceTypes: Record<string, ResourceType>;
  private readonly policies = new TablePolicies();

  public constructor(environment: Environment) {
    const { clock } = environment;
    const databases = new Regional((accountId, region) => new Database(accountId, region));
    const tokens = new Regional(() => new Tokens(clock.scale));
    const database = ({ caller: { accountId }, region }: Call): Database => databases.of(accountId, region);
    const forward: Operation = async call => {
      const { accountId, region, name } = placeOf(call, textOf(call, 'TableName'));
      if (wantsFailedItem(call.input)) {
        const input = { ...call.input, TableName: name };
        return clock.during(async () => writeOrItem(databases.of(accountId, region), call.operation, input));
      }
      // dynalite knows no ARNs of tables
      const body = textOf(call, 'TableName').startsWith('arn:')
        ? Buffer.from(JSON.stringify({ ...call.input, TableName: name })) : call.request.body;
      return clock.during(async () => databases.of(accountId, region).forward(call.request.headers, body));
    };
    this.operations = {
      ...Object.fromEntries(OPERATIONS.map(name => [name, forward])),
      BatchGetItem: async call => clock.during(async () => batchGet(database(call), call.input)),
      TransactWriteItems: async call => clock.during(async () =>
        transact(database(call), tokens.of(call.caller.accountId, call.region), call.input, clock.now())),
    };
    this.permissions = permissions((accountId, region) => databases.of(accountId, region));
    const databaseOf = (accountId: string, region: string): Tables => {
      const tables = databases.of(accountId, region);
      return { run: async (operation, input) => clock.during(async () => tables.run(operation, input)) };
    };
    this.resourceTypes = {
      'AWS::DynamoDB::Table': new TableType(environment, databaseOf, this.policies),
      'AWS::DynamoDB::GlobalTable': new GlobalTableType(environment, databaseOf, this.policies),
    };
  }
  public resourcePolicy(arn: string): OwnedPolicy {
    return this.policies.of(arn);
  }
}
