import type { FunctionProperties } from './configuration';
import { FunctionCode } from './function-code';
import type { Stores } from './stores';
import { AwsError } from '../../core/service';
import type { Environment } from '../../core/service';

const CODE_BYTES = 10 * 1024;

/** Published functions by ARN. */
export class EdgeFunctions {
  private readonly published = new Map<string, { readonly properties: FunctionProperties; code?: FunctionCode }>();

  public constructor(
    private readonly environment: Environment,
    private readonly stores: Stores,
    private readonly random: () => number,
  ) {}

  public arn(accountId: string, name: string): string {
    return `arn:${this.environment.partition}:cloudfront::${accountId}:function/${name}`;
  }

  public has(arn: string): boolean {
    return this.published.has(arn);
  }

  /** Publishes a function, or its new code. @throws AwsError */
  public publish(arn: string, properties: FunctionProperties): void {
    this.assertValid(properties);
    this.published.set(arn, { properties });
  }

  public remove(arn: string): void {
    this.published.delete(arn);
  }

  public codeOf(arn: string): FunctionCode | undefined {
    const known = this.published.get(arn);
    if (known === undefined) return undefined;
    const { FunctionCode: code, FunctionConfig: config } = known.properties;
    const [association] = config.KeyValueStoreAssociations;
    known.code ??= new FunctionCode(code, {
      store: association && this.stores.byArn(association.KeyValueStoreARN),
      now: () => this.environment.clock.now(),
      random: this.random,
    });
    return known.code;
  }

  private assertValid({ FunctionCode: code, FunctionConfig: config }: FunctionProperties): void {
    if (Buffer.byteLength(code) > CODE_BYTES) {
      throw new AwsError('FunctionSizeLimitExceeded', 'The function exceeds the maximum size of 10 KB.', 413);
    }
    const associations = config.KeyValueStoreAssociations;
    if (associations.length > 0 && config.Runtime !== 'cloudfront-js-2.0') {
      throw new AwsError('InvalidArgument', 'A function with a key value store needs the runtime cloudfront-js-2.0.');
    }
    if (associations.length > 1) {
      throw new AwsError('InvalidArgument', 'A function can have only one key value store.');
    }
  }
}
