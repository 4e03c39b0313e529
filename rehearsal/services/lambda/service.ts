import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { Destinations, type SendResult } from './destinations';
import { FunctionPolicies } from './function-policies';
import {
  Functions,
  type FunctionConfiguration,
  type InvocationResult,
  type LogLine,
  type RefusedConnection,
  type RunningInvocation,
} from './functions';
import { obstacleIn } from './obstacles';
import { permissions } from './permissions';
import { FunctionType, QualifiedFunctionType } from './resource-types';
import { Identifiers } from '../../core/identifiers';
import type { Server } from '../../core/server';
import {
  AwsError,
  HttpResponse,
  type Call,
  type Environment,
  type Operation,
  type OwnedPolicy,
  type ResourceType,
  type Service,
} from '../../core/service';
import type { Identities } from '../iam/identities';
import type { S3 } from '../s3/service';

interface LambdaOptions {
  /** Folder for SDK clients that are not shipped with the rehearsal. @default - current folder */
  readonly modules?: string;
  /** Folder for the code of inline functions. @default - temporary folder of the system */
  readonly temporary?: string;
  /** Server that handles the calls of functions in this process. */
  readonly server: () => Server;
  /** Whether an image is missing. */
  readonly lacksImage: (address: string) => boolean;
  readonly sendResult: SendResult;
}

/** AWS Lambda: functions run in Node processes. */
export class Lambda implements Service {
  public readonly name = 'lambda';
  public readonly protocol = 'rest-json';
  public readonly operations: Record<string, Operation>;
  public readonly routes = {
    Invoke: 'POST /2015-03-31/functions/{FunctionName}/invocations',
    GetFunctionConfiguration: 'GET /2015-03-31/functions/{FunctionName}/configuration',
    UpdateFunctionConfiguration: 'PUT /2015-03-31/functions/{FunctionName}/configuration',
    GetFunction: 'GET /2015-03-31/functions/{FunctionName}',
    DeleteFunction: 'DELETE /2015-03-31/functions/{FunctionName}',
    ListFunctions: 'GET /2015-03-31/functions',
  };
  public readonly permissions = permissions;
  public readonly resourceTypes: Record<string, ResourceType>;
  public readonly existing: Service['existing'] = {
    'AWS::Lambda::Function': ({ accountId, region }) => this.functions.of(accountId, region)
      .map(({ name: id, arn }) => ({ id, arn })),
  };
  private readonly policies: FunctionPolicies;
  private readonly destinations: Destinations;
  private readonly functions: Functions;
  private readonly temporary: string;
  /** Asynchronous events in progress. */
  private events = 0;

  public constructor(private readonly environment: Environment, iam: Identities, s3: S3, options: LambdaOptions) {
    this.temporary = mkdtempSync(path.join(options.temporary ?? tmpdir(), 'rehearsal-lambda-'));
    this.functions = new Functions(environment, iam, options.modules ?? process.cwd(), options.server);
    this.operations = {
      Invoke: async call => this.answerInvoke(call),
      GetFunction: async call => ({ Configuration: describe(this.find(call)), Code: {} }),
      GetFunctionConfiguration: async call => describe(this.find(call)),
      ListFunctions: async ({ caller: { accountId }, region }) => ({
        Functions: this.functions.of(accountId, region).map(describe),
      }),
      DeleteFunction: async call => {
        this.functions.remove(this.find(call).arn);
        return new HttpResponse(204, '');
      },
      // functions have no networks, so there is nothing to change
      UpdateFunctionConfiguration: async call => describe(this.find(call)),
    };
    this.policies = new FunctionPolicies(environment);
    this.destinations = new Destinations((name, context) => this.arnOf(name, context), options.sendResult);
    const parts = { iam, s3, functions: this.functions, lacksImage: options.lacksImage };
    this.resourceTypes = {
      'AWS::Lambda::Permission': this.policies,
      'AWS::Lambda::EventInvokeConfig': this.destinations,
      'AWS::Lambda::Function': new FunctionType(environment, parts, new Identifiers('lambda'), this.temporary),
      'AWS::Lambda::Version': new QualifiedFunctionType(environment),
      'AWS::Lambda::Alias': new QualifiedFunctionType(environment, 'Name'),
    };
  }

  /** Output and errors of the functions. */
  public get log(): readonly LogLine[] {
    return this.functions.log;
  }

  /** Connections of functions that would have left this machine. */
  public get refusedConnections(): readonly RefusedConnection[] {
    return this.functions.refused;
  }

  public set onLine(listener: (line: LogLine) => void) {
    this.functions.onLine = listener;
  }

  public configuration(functionArn: string): FunctionConfiguration | undefined {
    return this.functions.get(functionArn);
  }

  /** Whether an event is in progress or will be retried. */
  public get isBusy(): boolean {
    return this.events > 0;
  }

  /** Returns the unqualified ARN of a function that is given by name or ARN. */
  public arnOf(given: string, from: { readonly accountId: string; readonly region: string }): string {
    const [name] = given
      .slice(given.includes(':function:') ? given.indexOf(':function:') + ':function:'.length : 0)
      .split(':');
    const owner = given.startsWith('arn:') ? given.split(':') : undefined;
    const [region, accountId] = owner ? [owner[3], owner[4]] : [from.region, from.accountId];
    return `arn:${this.environment.partition}:lambda:${region}:${accountId}:function:${name}`;
  }

  /** Whether the function exists. */
  public has(functionArn: string): boolean {
    return this.functions.get(functionArn) !== undefined;
  }

  /** Returns why the rehearsal cannot run a function; undefined if it can. */
  public obstacle(functionArn: string): string | undefined {
    return this.functions.obstacle(functionArn);
  }

  /** Adds a message of the rehearsal to the log of a function. */
  public note(functionArn: string, text: string): void {
    this.functions.write(this.functions.get(functionArn)?.name ?? functionArn, text);
  }

  /** Kills the process with this access key, as if its machine had failed. */
  public kill(accessKeyId: string): void {
    this.functions.process(accessKeyId)?.kill();
  }

  /** Stops the process with this access key at its timeout. */
  public hang(accessKeyId: string): void {
    void this.functions.process(accessKeyId)?.hang(this.environment.clock);
  }

  public resourcePolicy(arn: string): OwnedPolicy {
    return this.policies.of(arn);
  }

  /**
   * Calls the hook for each started invocation, for example to kill its process. Returns a function that removes the
   * hook.
   */
  public onInvoke(hook: (invocation: RunningInvocation) => void): () => void {
    return this.functions.hook(hook);
  }

  /** Invokes a function and waits for the response. */
  public async invoke(functionArn: string, event: unknown): Promise<InvocationResult> {
    return this.functions.run(functionArn, JSON.stringify(event));
  }

  /** Records that a call with the access key of a function could not be answered. */
  public recordObstacle(accessKeyId: string, obstacle: string): void {
    this.functions.recordObstacle(accessKeyId, obstacle);
  }

  /** Returns what the rehearsal could not do for a function since a time, in milliseconds since 1970. */
  public obstacleSince(functionArn: string, at: number): string | undefined {
    return this.functions.obstacleSince(functionArn, at);
  }

  /**
   * Invokes a function asynchronously; retries twice after an error, as AWS does.
   *
   * @param onObstacle receives what the rehearsal cannot do, if the function fails because of it; it is not retried
   */
  public async invokeEvent(
    functionArn: string, event: unknown, onObstacle?: (obstacle: string) => void,
  ): Promise<void> {
    if (!this.has(functionArn)) {
      throw new AwsError('ResourceNotFoundException', `Function not found: ${functionArn}`, 404);
    }
    this.events += 1;
    const end = this.environment.clock.work();
    void this.retry(functionArn, JSON.stringify(event), onObstacle)
      .catch(error => console.error(error))
      .finally(() => {
        this.events -= 1;
        end();
      });
  }

  public async close(): Promise<void> {
    this.functions.killAll();
    rmSync(this.temporary, { recursive: true, force: true });
  }

  private async retry(functionArn: string, payload: string, onObstacle?: (obstacle: string) => void): Promise<void> {
    for (const pause of [60, 120, undefined]) {
      const startedAt = this.environment.clock.now();
      const result = await this.functions.run(functionArn, payload);
      if (!result.failed) return this.destinations.succeeded(functionArn, payload, result.payload);
      const obstacle = onObstacle && (obstacleIn(result.payload) ?? this.obstacleSince(functionArn, startedAt));
      if (obstacle !== undefined) return onObstacle?.(obstacle);
      if (pause === undefined) return;
      await this.environment.clock.sleep(pause);
      if (!this.has(functionArn)) return;
    }
  }

  private async answerInvoke(call: Call): Promise<HttpResponse> {
    const { arn } = this.find(call);
    const payload = call.request.body.length > 0 ? call.request.body.toString('utf8') : '{}';
    const type = call.request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    if (type === 'DryRun') return new HttpResponse(204, '');
    if (type === 'Event') {
      await this.invokeEvent(arn, JSON.parse(payload));
      return new HttpResponse(202, '');
    }
    const result = await this.functions.run(arn, payload);
    const headers = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' };
    return new HttpResponse(
      200,
      result.payload,
      result.failed ? { ...headers, 'x-amz-function-error': 'Unhandled' } : headers,
    );
  }

  private find(call: Call): FunctionConfiguration {
    const { caller: { accountId }, region } = call;
    const arn = this.arnOf(decodeURIComponent(String(call.input.FunctionName)), { accountId, region });
    const found = this.functions.get(arn);
    if (!found) throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
    return found;
  }
}

function describe(configuration: FunctionConfiguration): Record<string, unknown> {
  return {
    FunctionName: configuration.name,
    FunctionArn: configuration.arn,
    Role: configuration.roleArn,
    ...configuration.image === undefined
      ? { PackageType: 'Zip', Runtime: configuration.runtime, Handler: configuration.handler }
      : { PackageType: 'Image' },
    Timeout: configuration.timeoutSeconds,
    MemorySize: configuration.memoryMegabytes,
    Environment: { Variables: configuration.variables },
    Version: '$LATEST',
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}
