import { devNull } from 'node:os';
import { CdkHandlerExecution } from './cdk-handlers/execution';
import type { CdkHandler } from './cdk-handlers/handler';
import { FunctionProcess } from './function-process';
import { InProcessFunction } from './in-process/function';
import { refusal } from './network';
import { Obstacles } from './obstacles';
import { ProcessPool } from './process-pool';
import type { Execution, LogLevel, Outcome } from './runtime-protocol';
import { sdkFile, sdkFolder } from '../../core/bundled-files';
import { Identifiers } from '../../core/identifiers';
import type { Server } from '../../core/server';
import type { Environment, InProcess } from '../../core/service';
import type { Identities } from '../iam/identities';

export interface FunctionConfiguration {
  readonly arn: string;
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly roleArn: string;
  readonly runtime: string;
  readonly handler: string;
  /** URI of the container image; the function then has no runtime, handler and folder. */
  readonly image?: string;
  /** Folder of the unpacked code. */
  readonly taskRoot: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly logLevel: LogLevel;
  /** Does what a Python handler of the CDK does. */
  readonly cdkHandler?: CdkHandler;
}

export interface LogLine {
  /** Simulated time, in milliseconds since 1970. */
  readonly at: number;
  readonly functionName: string;
  readonly text: string;
}

/** An invocation that a process has started. */
export interface RunningInvocation {
  readonly functionName: string;
  readonly functionArn: string;
  readonly payload: string;
  kill(): void;
}

export interface InvocationResult {
  readonly payload: string;
  readonly failed: boolean;
}

/** A connection that was refused, because it would leave this machine. */
export interface RefusedConnection {
  readonly functionArn: string;
  readonly host: string;
}

/** Concurrent invocations of one function on AWS, and in processes of this machine, which has fewer cores. */
const AWS_CONCURRENCY = 1000;
const CONCURRENCY = 8;

/** Maximum number of idle processes; each uses about fifty megabytes. */
const PROCESSES = 48;

/** The functions of all accounts and the processes that run them. */
export class Functions {
  public readonly log: LogLine[] = [];
  /** Each function and host once. */
  public readonly refused: RefusedConnection[] = [];
  public onLine?: (line: LogLine) => void;
  private readonly obstacles: Obstacles;
  private readonly known = new Map<string, { configuration: FunctionConfiguration; pool: ProcessPool }>();
  private readonly identifiers = new Identifiers('invocation');
  private readonly hooks = new Set<(invocation: RunningInvocation) => void>();
  /** Processes by access key. */
  private readonly processes = new Map<string, FunctionProcess>();

  /** @param modules folder for SDK clients that are not shipped with the rehearsal */
  public constructor(
    private readonly environment: Environment,
    private readonly iam: Identities,
    private readonly modules: string,
    private readonly server: () => Server,
  ) {
    this.obstacles = new Obstacles(environment.clock);
  }

  public get(arn: string): FunctionConfiguration | undefined {
    return this.known.get(unqualified(arn))?.configuration;
  }

  public of(accountId: string, region: string): readonly FunctionConfiguration[] {
    return [...this.known.values()].map(({ configuration }) => configuration)
      .filter(one => one.accountId === accountId && one.region === region);
  }

  /** Returns why the rehearsal cannot run a function; undefined if it can. */
  public obstacle(arn: string): string | undefined {
    const configuration = this.get(arn);
    return configuration && obstacle(configuration);
  }

  /** Records that a call with the access key of a function could not be answered. */
  public recordObstacle(accessKeyId: string, reason: string): void {
    this.obstacles.recordCall(accessKeyId, reason);
  }

  /** Returns what the rehearsal could not do for a function since a time, in milliseconds since 1970. */
  public obstacleSince(arn: string, at: number): string | undefined {
    return this.obstacles.since(unqualified(arn), at);
  }

  public put(configuration: FunctionConfiguration): void {
    this.known.get(configuration.arn)?.pool.retire();
    const concurrency = this.environment.inProcess ? AWS_CONCURRENCY : CONCURRENCY;
    this.known.set(configuration.arn, {
      configuration,
      pool: new ProcessPool(() => this.start(configuration), concurrency),
    });
  }

  public remove(arn: string): void {
    this.known.get(arn)?.pool.retire();
    this.known.delete(arn);
  }

  public hook(hook: (invocation: RunningInvocation) => void): () => void {
    this.hooks.add(hook);
    return () => this.hooks.delete(hook);
  }

  public async run(arn: string, payload: string): Promise<InvocationResult> {
    const found = this.known.get(unqualified(arn));
    if (!found) throw new Error(`function not found: ${arn}`);
    const end = this.environment.clock.work();
    try {
      return this.result(found.configuration, await this.execute(found.configuration, found.pool, payload));
    } finally {
      end();
    }
  }

  /** Returns the process with this access key. */
  public process(accessKeyId: string): FunctionProcess | undefined {
    return this.processes.get(accessKeyId);
  }

  public write(functionName: string, text: string): void {
    const line = { at: this.environment.clock.now(), functionName, text };
    this.log.push(line);
    this.onLine?.(line);
  }

  public killAll(): void {
    for (const { pool } of this.known.values()) pool.kill();
  }

  private result({ name, logLevel }: FunctionConfiguration, outcome: Outcome): InvocationResult {
    if (!outcome.error) return { payload: outcome.payload ?? 'null', failed: false };
    if (logLevel !== 'FATAL') this.write(name, `ERROR ${outcome.error.errorType}: ${outcome.error.errorMessage}`);
    return { payload: JSON.stringify(outcome.error), failed: true };
  }

  private async execute(configuration: FunctionConfiguration, pool: ProcessPool, payload: string): Promise<Outcome> {
    const errorMessage = obstacle(configuration);
    if (errorMessage !== undefined) return { error: { errorType: 'Runtime.Unknown', errorMessage } };
    const invocation = { requestId: this.identifiers.uuid(), functionArn: configuration.arn, payload };
    return pool.use(async process => {
      const outcome = process.invoke(invocation, configuration.timeoutSeconds);
      for (const hook of this.hooks) {
        hook({ ...invocation, functionName: configuration.name, kill: () => process.kill() });
      }
      return outcome;
    });
  }

  private start(configuration: FunctionConfiguration): Execution {
    const { cdkHandler } = configuration;
    if (cdkHandler !== undefined) return this.startCdkHandler(configuration, cdkHandler);
    if (this.environment.inProcess) return this.startInProcess(configuration, this.environment.inProcess);
    this.makeRoom();
    const options = {
      taskRoot: configuration.taskRoot,
      handler: configuration.handler,
      port: Number(new URL(this.environment.endpoint).port),
      clock: this.environment.clock.describe(),
      sdk: sdkFolder(),
      modules: this.modules,
      hosts: [...this.server().hosts],
      logLevel: configuration.logLevel,
    };
    const variables = this.variables(configuration);
    const started = new FunctionProcess(options, variables, {
      onLine: line => this.write(configuration.name, line),
      onRefused: host => this.refuse(configuration, host),
    });
    this.processes.set(variables.AWS_ACCESS_KEY_ID, started);
    return started;
  }

  private startCdkHandler(configuration: FunctionConfiguration, handler: CdkHandler): Execution {
    return new CdkHandlerExecution({
      handler,
      variables: this.variables(configuration),
      environment: this.environment,
      server: this.server(),
      write: line => this.write(configuration.name, line),
    });
  }

  private startInProcess(configuration: FunctionConfiguration, inProcess: InProcess): Execution {
    const { name, taskRoot, handler, logLevel } = configuration;
    const variables = this.variables(configuration);
    const sdk = (request: string): string | undefined => sdkFile(request, sdkFolder(), this.modules);
    const write = (line: string): void => this.write(name, line);
    const refused = (host: string): void => this.refuse(configuration, host);
    return new InProcessFunction({
      name,
      taskRoot,
      handler,
      logLevel,
      variables,
      environment: this.environment,
      inProcess,
      server: this.server(),
      write,
      refused,
      sdk,
    });
  }

  /** Returns the environment variables that AWS sets; none of this machine are passed on. */
  private variables(configuration: FunctionConfiguration): Record<string, string> {
    const { accountId, name, roleArn } = configuration;
    const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
    const credentials = this.iam.issue({
      accountId,
      arn: `arn:${this.environment.partition}:sts::${accountId}:assumed-role/${roleName}/${name}`,
    });
    this.obstacles.register(credentials.accessKeyId, configuration.arn);
    return {
      ...configuration.variables,
      PATH: process.env.PATH ?? '',
      // CDK's AwsCustomResource installs the latest SDK at run time and continues if that fails: nothing is downloaded
      // here
      npm_config_offline: 'true',
      TZ: ':UTC',
      AWS_REGION: configuration.region,
      AWS_DEFAULT_REGION: configuration.region,
      AWS_LAMBDA_FUNCTION_NAME: configuration.name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.memoryMegabytes),
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${configuration.name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: 'rehearsal',
      AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.runtime}`,
      LAMBDA_TASK_ROOT: configuration.taskRoot,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
      AWS_ENDPOINT_URL: this.environment.endpoint,
      // the SDK would read files of the user
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_EC2_METADATA_DISABLED: 'true',
      // the SDK puts the account in front of this host, which it cannot do with an address
      AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE: 'https://cloudfront-kvs.global.api.aws',
      _HANDLER: configuration.handler,
      // the SDK warns about the Node version of this machine, which is not that of the function
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
  }

  private refuse({ arn, name }: FunctionConfiguration, host: string): void {
    this.obstacles.record(arn, refusal(name, host).message);
    const isKnown = this.refused.some(known => known.functionArn === arn && known.host === host);
    if (!isKnown) this.refused.push({ functionArn: arn, host });
  }

  private makeRoom(): void {
    const pools = [...this.known.values()].map(({ pool }) => pool);
    const total = pools.reduce((sum, pool) => sum + pool.size, 0);
    if (total >= PROCESSES) pools.some(pool => pool.shrink());
  }
}

function obstacle({ name, runtime, image, cdkHandler }: FunctionConfiguration): string | undefined {
  if (image !== undefined) return `the rehearsal does not run container images, and '${name}' uses '${image}'`;
  return runtime.startsWith('nodejs') || cdkHandler !== undefined
    ? undefined
    : `the rehearsal runs only functions of Node.js, and '${name}' uses '${runtime}'`;
}

/** Returns `arn:aws:lambda:region:account:function:name` without version or alias. */
function unqualified(arn: string): string {
  return arn.split(':').slice(0, 7).join(':');
}
