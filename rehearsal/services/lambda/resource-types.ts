import { mkdtempSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import * as v from 'valibot';
import { cdkHandlerOf } from './cdk-handlers/handlers';
import type { FunctionConfiguration, Functions } from './functions';
import { LOG_LEVELS, type LogLevel } from './runtime-protocol';
import type { Identifiers } from '../../core/identifiers';
import { read } from '../../core/protocol/read';
import {
  AwsError,
  type Environment,
  type Provisioned,
  type ResourceContext,
  type ResourceType,
} from '../../core/service';
import { unzip } from '../../core/zip';
import type { Identities } from '../iam/identities';
import type { S3 } from '../s3/service';

const Seconds = v.pipe(v.union([v.number(), v.string()]), v.transform(Number));

const FunctionProperties = v.object({
  FunctionName: v.optional(v.string()),
  Role: v.string(),
  Runtime: v.optional(v.string(), ''),
  Handler: v.optional(v.string(), ''),
  Timeout: v.optional(Seconds, 3),
  MemorySize: v.optional(Seconds, 128),
  Environment: v.optional(v.object({ Variables: v.optional(v.record(v.string(), v.string()), {}) })),
  LoggingConfig: v.optional(
    v.object({ LogFormat: v.optional(v.string()), ApplicationLogLevel: v.optional(v.string()) }),
  ),
  Code: v.object({
    ZipFile: v.optional(v.string()),
    S3Bucket: v.optional(v.string()),
    S3Key: v.optional(v.string()),
    ImageUri: v.optional(v.string()),
  }),
});
type FunctionProperties = v.InferOutput<typeof FunctionProperties>;

interface FunctionParts {
  readonly iam: Identities;
  readonly s3: S3;
  readonly functions: Functions;
  readonly lacksImage: (address: string) => boolean;
}

/** `AWS::Lambda::Function`. */
export class FunctionType implements ResourceType {
  public constructor(
    private readonly environment: Environment,
    private readonly parts: FunctionParts,
    private readonly identifiers: Identifiers,
    private readonly temporary: string,
  ) {}

  public async create(given: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const properties = read(FunctionProperties, given);
    const name = properties.FunctionName ?? this.identifiers.physicalName(context, 64);
    if (this.parts.functions.get(this.arn(name, context))) {
      throw new AwsError('ResourceConflictException', `Function already exist: ${name}`, 409);
    }
    return this.put(name, properties, context);
  }

  public async update(
    id: string,
    given: Record<string, unknown>,
    _before: unknown,
    context: ResourceContext,
  ): Promise<Provisioned> {
    const properties = read(FunctionProperties, given);
    if (properties.FunctionName && properties.FunctionName !== id) return this.create(given, context);
    return this.put(id, properties, context);
  }

  public async remove(id: string, _properties: unknown, context: ResourceContext): Promise<void> {
    this.parts.functions.remove(this.arn(id, context));
  }

  private async put(name: string, properties: FunctionProperties, context: ResourceContext): Promise<Provisioned> {
    this.check(properties);
    const arn = this.arn(name, context);
    const configuration: FunctionConfiguration = {
      arn,
      name,
      accountId: context.accountId,
      region: context.region,
      roleArn: properties.Role,
      runtime: properties.Runtime,
      handler: properties.Handler,
      image: properties.Code.ImageUri,
      taskRoot: properties.Code.ImageUri === undefined ? await this.code(name, properties.Code) : '',
      timeoutSeconds: properties.Timeout,
      memoryMegabytes: properties.MemorySize,
      variables: properties.Environment?.Variables ?? {},
      logLevel: logLevelOf(properties),
      cdkHandler: cdkHandlerOf(context.logicalId, properties.Runtime),
    };
    this.parts.functions.put(configuration);
    return { id: name, attributes: { Arn: arn } };
  }

  private check(properties: FunctionProperties): void {
    if (!this.parts.iam.role(properties.Role)) {
      throw new AwsError(
        'InvalidParameterValueException',
        `The role defined for the function cannot be assumed by Lambda: ${properties.Role} does not exist`,
      );
    }
    const { ImageUri: image } = properties.Code;
    if (image !== undefined && this.parts.lacksImage(image)) {
      const message = `Source image ${image} does not exist. Provide a valid source image.`;
      throw new AwsError('InvalidParameterValueException', message);
    }
    if (Buffer.byteLength(JSON.stringify(properties.Environment?.Variables ?? {})) > 4096) {
      const message =
        'Lambda was unable to configure your environment variables because the environment variables you '
        + 'have provided exceeded the 4KB limit.';
      throw new AwsError('InvalidParameterValueException', message);
    }
  }

  /** Returns the folder of the code; creates one for an inline function. */
  private async code(name: string, code: FunctionProperties['Code']): Promise<string> {
    if (code.ZipFile !== undefined) {
      const folder = this.folderFor(name);
      writeFileSync(path.join(folder, 'index.js'), code.ZipFile);
      return folder;
    }
    const folder = code.S3Bucket && code.S3Key ? this.parts.s3.directory(code.S3Bucket, code.S3Key) : undefined;
    if (folder) return folder;
    const archive = code.S3Bucket && code.S3Key ? this.parts.s3.read(code.S3Bucket, code.S3Key) : undefined;
    if (archive) return this.unpacked(name, archive);
    const message =
      'Error occurred while GetObject. S3 Error Code: NoSuchKey. The specified key does not exist: '
      + `s3://${code.S3Bucket}/${code.S3Key}`;
    throw new AwsError('InvalidParameterValueException', message);
  }

  private async unpacked(name: string, archive: Buffer): Promise<string> {
    const folder = this.folderFor(name);
    try {
      await this.environment.clock.during(async () => unzip(archive, folder));
    } catch {
      throw new AwsError(
        'InvalidParameterValueException',
        'Could not unzip uploaded file. Please check your file, then try to upload again.',
      );
    }
    return folder;
  }

  private folderFor(name: string): string {
    return mkdtempSync(path.join(this.temporary, `${name}-`));
  }

  private arn(name: string, context: ResourceContext): string {
    return `arn:${this.environment.partition}:lambda:${context.region}:${context.accountId}:function:${name}`;
  }
}

/** AWS applies the log level only to JSON logs. */
function logLevelOf({ LoggingConfig: logging }: FunctionProperties): LogLevel {
  if (logging?.LogFormat !== 'JSON') return 'TRACE';
  const level = logging.ApplicationLogLevel ?? 'INFO';
  const known = LOG_LEVELS.find(name => name === level);
  if (!known) {
    throw new AwsError(
      'InvalidParameterValueException',
      `the application log level is one of ${LOG_LEVELS.join(', ')}, got '${level}'`,
    );
  }
  return known;
}

/** Version or alias: only a longer ARN, because only the latest code is kept. */
export class QualifiedFunctionType implements ResourceType {
  private count = 0;

  public constructor(
    private readonly environment: Environment,
    private readonly nameProperty?: string,
  ) {}

  public async create(properties: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const qualifier = this.nameProperty ? String(properties[this.nameProperty]) : String(++this.count);
    const given = String(properties.FunctionName);
    const base = given.startsWith('arn:')
      ? given.split(':').slice(0, 7).join(':')
      : `arn:${this.environment.partition}:lambda:${context.region}:${context.accountId}:function:${given}`;
    const arn = `${base}:${qualifier}`;
    return described(arn);
  }

  public async update(id: string): Promise<Provisioned> {
    return described(id);
  }

  public async remove(): Promise<void> {
    // no state
  }
}

function described(arn: string): Provisioned {
  const qualifier = arn.slice(arn.lastIndexOf(':') + 1);
  return { id: arn, attributes: { Version: qualifier, FunctionArn: arn, AliasArn: arn } };
}
