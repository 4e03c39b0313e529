import * as client from '@aws-sdk/client-dynamodb';
import * as lib from '@aws-sdk/lib-dynamodb';
import type { PolicyDocument } from '../../../../rehearsal/core/policy-document';
import { directSdk } from '../../../../rehearsal/services/lambda/in-process/direct-sdk';
import { Simulation } from '../../../../rehearsal/simulation';

export const [ACCOUNT, REGION] = ['111122223333', 'eu-west-1'];

export const TABLE = {
  TableName: 'registry',
  AttributeDefinitions: ['pk', 'owner', 'name'].map(AttributeName => ({ AttributeName, AttributeType: 'S' })),
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byOwner',
      KeySchema: [
        { AttributeName: 'owner', KeyType: 'HASH' },
        { AttributeName: 'name', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
    {
      IndexName: 'keys',
      KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
};

/** The SDK packages that a handler uses. */
export interface Sdk {
  readonly lib: typeof lib;
  readonly client: typeof client;
}

/** Runs tests against both implementations of tables, each with its SDK. */
export class World {
  public static async start(isDirect: boolean): Promise<World> {
    const time = isDirect ? { virtual: { direct: true } } : { scale: 6000 };
    const world = new World(await Simulation.start({ managementAccountId: ACCOUNT, ...time }), isDirect);
    const body = JSON.stringify({ Resources: { Table: { Type: 'AWS::DynamoDB::Table', Properties: TABLE } } });
    await world.simulation.cloudformation.create({ accountId: ACCOUNT, region: REGION, name: 'tables', body });
    return world;
  }

  private constructor(
    public readonly simulation: Simulation,
    private readonly isDirect: boolean,
  ) {}

  /** A client with all permissions, or with those of the policy. */
  public sdk(policy?: PolicyDocument): Sdk & { readonly table: lib.DynamoDBDocumentClient } {
    const { iam, server } = this.simulation;
    const credentials = iam.issue(
      policy ? this.limited(policy) : { accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` },
    );
    const found = this.isDirect ? this.direct(credentials.accessKeyId) : { lib, client };
    const configuration = { region: REGION, endpoint: server.endpoint, credentials, maxAttempts: 1 };
    return { ...found, table: found.lib.DynamoDBDocumentClient.from(new found.client.DynamoDBClient(configuration)) };
  }

  private direct(accessKeyId: string): Sdk {
    const { server } = this.simulation;
    const sleep = async (): Promise<void> => undefined;
    const sdk = directSdk({
      region: REGION,
      accessKeyId,
      maxAttempts: 1,
      random: () => 0.5,
      operationsOf: () => [],
      sleep,
      call: async request => server.call(request),
    });
    return {
      lib: sdk('@aws-sdk/lib-dynamodb') as typeof lib,
      client: sdk('@aws-sdk/client-dynamodb') as typeof client,
    };
  }

  private limited(policy: PolicyDocument): { accountId: string; arn: string } {
    const arn = `arn:aws:iam::${ACCOUNT}:role/limited`;
    this.simulation.iam.putRole({
      arn,
      roleName: 'limited',
      roleId: 'AROALIMITED',
      accountId: ACCOUNT,
      trust: { Statement: [] },
      policies: { own: policy },
      managedPolicyArns: [],
      tags: {},
    });
    return this.simulation.iam.sessionOf(arn, 'session');
  }
}
