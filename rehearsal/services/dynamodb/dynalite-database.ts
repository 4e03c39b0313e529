import { EventEmitter } from 'node:events';
import dynalite from 'dynalite';
import type { DynaliteServer } from 'dynalite';
import * as v from 'valibot';
import { Gate } from './gate';
import { isRecord } from '../../core/protocol/json';
import { read } from '../../core/protocol/read';
import { authorizationOf } from '../../core/protocol/signature';
import { AwsError, HttpResponse } from '../../core/service';

const OWN_HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-date': '20260101T000000Z',
  'authorization': authorizationOf({ accessKeyId: 'rehearsal', region: 'us-east-1', service: 'dynamodb' }),
};

const KeySchema = v.array(v.object({ AttributeName: v.string(), KeyType: v.string() }));
const Indexes = v.optional(v.array(v.object({ IndexName: v.string(), KeySchema })), []);
const Described = v.object({
  Table: v.object({ KeySchema, GlobalSecondaryIndexes: Indexes, LocalSecondaryIndexes: Indexes }),
});

/** Key attributes of a table and its indexes, partition key first. */
interface Description {
  readonly keys: readonly string[];
  readonly indexes: ReadonlyMap<string, readonly string[]>;
}

/** Runs one operation. @throws AwsError */
export type Run = (operation: string, input: Record<string, unknown>) => Promise<Record<string, unknown>>;

/** The tables of one account and region, stored in memory by dynalite without a port. */
export class Database {
  private readonly server: DynaliteServer;
  private readonly descriptions = new Map<string, Description>();
  private readonly gate = new Gate();

  public constructor(accountId: string, region: string) {
    const options = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
    this.server = withEnvironment({ AWS_ACCOUNT_ID: accountId, AWS_REGION: region }, () => dynalite(options));
  }

  /** Forwards a request unchanged to dynalite and returns its response. */
  public async forward(headers: Readonly<Record<string, string>>, body: Buffer): Promise<HttpResponse> {
    return this.gate.shared(async () => this.request(headers, body));
  }

  /** Returns the partition key of a table or index; undefined if it does not exist. */
  public async partitionKey(tableName: string, indexName?: string): Promise<string | undefined> {
    const description = await this.description(tableName).catch(() => undefined);
    if (indexName === undefined) return description?.keys[0];
    return description?.indexes.get(indexName)?.[0];
  }

  /** Returns the key attributes of a table. @throws AwsError if the table does not exist */
  public async keys(tableName: string): Promise<readonly string[]> {
    return (await this.description(tableName)).keys;
  }

  /** Runs one operation for the rehearsal itself. */
  public async run(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    return this.gate.shared(async () => this.runNow(operation, input));
  }

  /** Runs several operations atomically. */
  public async exclusively<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
    return this.gate.exclusive(async () => work(async (operation, input) => this.runNow(operation, input)));
  }

  private async request(headers: Readonly<Record<string, string>>, body: Buffer): Promise<HttpResponse> {
    const request = Object.assign(new EventEmitter(), { method: 'POST', url: '/', headers });
    return new Promise(resolve => {
      this.server.emit('request', request, new Response(resolve));
      request.emit('data', body);
      request.emit('end');
    });
  }

  private async runNow(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    const headers = { ...OWN_HEADERS, 'x-amz-target': `DynamoDB_20120810.${operation}` };
    const answer = await this.request(headers, Buffer.from(JSON.stringify(input)));
    const output: unknown = JSON.parse(answer.body.toString());
    if (!isRecord(output)) {
      throw new AwsError('InternalFailure', `DynamoDB answered ${operation} with ${answer.body.toString()}`, 500);
    }
    if (answer.errorCode !== undefined) throw new AwsError(answer.errorCode, String(output.message ?? output.Message));
    return output;
  }

  /** Keys and indexes of a table, which never change. */
  private async description(tableName: string): Promise<Description> {
    const known = this.descriptions.get(tableName);
    if (known !== undefined) return known;
    const { Table: table } = read(Described, await this.runNow('DescribeTable', { TableName: tableName }));
    const indexes = [...table.GlobalSecondaryIndexes, ...table.LocalSecondaryIndexes];
    const found = {
      keys: keysOf(table.KeySchema),
      indexes: new Map(indexes.map(index => [index.IndexName, keysOf(index.KeySchema)])),
    };
    this.descriptions.set(tableName, found);
    return found;
  }
}

function keysOf(schema: v.InferOutput<typeof KeySchema>): readonly string[] {
  return [...schema].sort((one, other) => one.KeyType.localeCompare(other.KeyType)).map(key => key.AttributeName);
}

/** The members of Node's HTTP response that dynalite uses. */
class Response {
  public statusCode = 200;
  private readonly headers: Record<string, string> = {};

  public constructor(private readonly done: (answer: HttpResponse) => void) {}

  public setHeader(name: string, value: string | number): void {
    this.headers[name.toLowerCase()] = String(value);
  }

  public end(body = ''): void {
    this.done(
      new HttpResponse(this.statusCode, body, this.headers, this.statusCode < 400 ? undefined : errorCode(body)),
    );
  }
}

function errorCode(body: string): string {
  return /"__type":"[^"]*#(\w+)"/.exec(body)?.[1] ?? 'InternalFailure';
}

/** dynalite reads the account and region of its ARNs from the environment, only while it is created. */
function withEnvironment<Result>(variables: Record<string, string>, work: () => Result): Result {
  const before = Object.fromEntries(Object.keys(variables).map(name => [name, process.env[name]]));
  Object.assign(process.env, variables);
  try {
    return work();
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
