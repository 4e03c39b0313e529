import { EventEmitter } from 'node:events';
import dynalite from 'dynalite';
import type { DynaliteServer } from 'dynalite';
import { isRecord } from '../protocol/json';
import { AwsError, HttpAnswer } from '../service';

const OWN_HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-date': '20260101T000000Z',
  'authorization': 'AWS4-HMAC-SHA256 Credential=rehearsal/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none',
};

/** The tables of one account in one region, kept by dynalite in memory and asked without a port of its own. */
export class Database {
  private readonly server: DynaliteServer;
  private readonly partitionKeys = new Map<string, string>();

  public constructor(accountId: string, region: string) {
    const options = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
    this.server = withEnvironment({ AWS_ACCOUNT_ID: accountId, AWS_REGION: region }, () => dynalite(options));
  }

  /** Hands a request over as it came; the answer is dynalite's own. */
  public async forward(headers: Readonly<Record<string, string>>, body: Buffer): Promise<HttpAnswer> {
    const request = Object.assign(new EventEmitter(), { method: 'POST', url: '/', headers });
    return new Promise(resolve => {
      this.server.emit('request', request, new Response(resolve));
      request.emit('data', body);
      request.emit('end');
    });
  }

  /** The name of a table's partition key; undefined when there is no such table. */
  public async partitionKey(tableName: string): Promise<string | undefined> {
    const known = this.partitionKeys.get(tableName);
    if (known !== undefined) return known;
    const description = await this.run('DescribeTable', { TableName: tableName }).catch(() => undefined);
    const found = /"AttributeName":"([^"]+)","KeyType":"HASH"/.exec(JSON.stringify(description) ?? '')?.[1];
    if (found !== undefined) this.partitionKeys.set(tableName, found);
    return found;
  }

  /** One operation on the rehearsal's own account. */
  public async run(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    const headers = { ...OWN_HEADERS, 'x-amz-target': `DynamoDB_20120810.${operation}` };
    const answer = await this.forward(headers, Buffer.from(JSON.stringify(input)));
    const output: unknown = JSON.parse(answer.body.toString());
    if (!isRecord(output)) throw new AwsError('InternalFailure', `DynamoDB answered ${operation} with ${answer.body.toString()}`, 500);
    if (answer.errorCode !== undefined) throw new AwsError(answer.errorCode, String(output.message ?? output.Message));
    return output;
  }
}

/** What dynalite uses of a response of Node's HTTP server. */
class Response {
  public statusCode = 200;
  private readonly headers: Record<string, string> = {};

  public constructor(private readonly done: (answer: HttpAnswer) => void) {}

  public setHeader(name: string, value: string | number): void {
    this.headers[name.toLowerCase()] = String(value);
  }

  public end(body = ''): void {
    this.done(new HttpAnswer(this.statusCode, body, this.headers, this.statusCode < 400 ? undefined : errorCode(body)));
  }
}

function errorCode(body: string): string {
  return /"__type":"[^"]*#(\w+)"/.exec(body)?.[1] ?? 'InternalFailure';
}

/** dynalite takes account and region of its ARNs from the environment, and only while it is made. */
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
