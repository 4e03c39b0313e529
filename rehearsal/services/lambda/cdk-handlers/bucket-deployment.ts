import { posix } from 'node:path';
import * as v from 'valibot';
import { AwsCommand } from './aws-command';
import type { Filter } from './filters';
import type { CustomResourceEvent, HandlerResponse, HandlerTools } from './handler';
import { ClientError } from './handler-client';
import { invalidate } from './invalidation';
import { MarkersConfig, replaceMarkers } from './markers';
import { S3Client } from './s3-client';
import { messageOf } from '../../../core/error-message';
import { Identifiers } from '../../../core/identifiers';
import { zipFiles } from '../../../core/zip';

const Choice = (usual: string) =>
  v.pipe(v.optional(v.string(), usual), v.transform(text => text.toLowerCase() === 'true'));
const Texts = v.optional(v.record(v.string(), v.string()), {});

const Properties = v.object({
  SourceBucketNames: v.array(v.string()),
  SourceObjectKeys: v.array(v.string()),
  SourceMarkers: v.optional(v.array(v.record(v.string(), v.unknown())), []),
  SourceMarkersConfig: v.optional(v.array(MarkersConfig), []),
  DestinationBucketName: v.string(),
  DestinationBucketKeyPrefix: v.optional(v.string(), ''),
  DestinationBucketArn: v.optional(v.string()),
  Extract: Choice('true'),
  RetainOnDelete: Choice('true'),
  Prune: Choice('true'),
  Exclude: v.optional(v.array(v.string()), []),
  Include: v.optional(v.array(v.string()), []),
  UserMetadata: Texts,
  SystemMetadata: Texts,
  DistributionId: v.optional(v.string(), ''),
  DistributionPaths: v.optional(v.array(v.string())),
  OutputObjectKeys: Choice('true'),
  OutputObjectVersionIds: Choice('false'),
});
type Properties = v.InferOutput<typeof Properties>;

const REQUIRED = ['SourceBucketNames', 'SourceObjectKeys', 'DestinationBucketName'] as const;

const identifiers = new Identifiers('cdk-handlers/bucket-deployment');

/** What one request of a `BucketDeployment` does. */
class Deployment {
  private readonly s3: S3Client;
  private readonly aws: AwsCommand;
  private readonly folder = `/tmp/tmp${identifiers.next(8, 'lower')}`;

  public constructor(
    private readonly event: CustomResourceEvent,
    private readonly properties: Properties,
    private readonly tools: HandlerTools,
  ) {
    this.s3 = new S3Client(tools.client);
    this.aws = new AwsCommand(this.s3, tools.write);
  }

  /** Returns the data of the response. */
  public async run(): Promise<Record<string, unknown>> {
    const { event: { RequestType: type }, properties } = this;
    if (!properties.RetainOnDelete) await this.clear();
    if (type !== 'Delete') await this.deploy();
    const versionIds = properties.OutputObjectVersionIds && type !== 'Delete' ? await this.versionIds() : [];
    if (properties.DistributionId !== '') await this.invalidate(properties.DistributionId);
    return {
      DestinationBucketArn: properties.DestinationBucketArn,
      SourceObjectKeys: properties.OutputObjectKeys ? properties.SourceObjectKeys : [],
      ...properties.OutputObjectVersionIds && { SourceObjectVersionIds: versionIds },
    };
  }

  /** Empties the destination of a deletion, and the old destination of an update. */
  private async clear(): Promise<void> {
    const { event: { RequestType: type, OldResourceProperties: old }, properties } = this;
    const { DestinationBucketName: bucket, DestinationBucketKeyPrefix: given } = properties;
    const address = `s3://${bucket}/${normalizedPrefix(given)}`;
    if (type === 'Delete' && !await this.isOwned()) {
      await this.aws.clear([address, '--recursive'], { bucket, prefix: folderOf(given) });
    }
    const [oldBucket, oldPrefix] = [old.DestinationBucketName, old.DestinationBucketKeyPrefix ?? ''].map(String);
    const oldAddress = `s3://${oldBucket}/${oldPrefix}`;
    if (type === 'Update' && oldAddress !== address) {
      // the handler does not normalize the old prefix
      await this.aws.clear([oldAddress, '--recursive'], { bucket: oldBucket, prefix: withSlash(oldPrefix) });
    }
  }

  /** Whether another deployment uses the destination: the CDK tags the bucket for each. */
  private async isOwned(): Promise<boolean> {
    const { DestinationBucketName: bucket, DestinationBucketKeyPrefix: given } = this.properties;
    const prefix = normalizedPrefix(given);
    const tag = `aws-cdk:cr-owned${prefix === '' ? '' : `:${prefix}`}`;
    try {
      return (await this.s3.tagKeys(bucket)).some(key => key.startsWith(tag));
    } catch (error) {
      this.tools.write(`| error getting tags: ${messageOf(error)}`);
      return false;
    }
  }

  private async deploy(): Promise<void> {
    const { DestinationBucketName: bucket, DestinationBucketKeyPrefix: given, Prune: prune } = this.properties;
    const filters: Filter[] = [
      ...this.properties.Exclude.map(pattern => ({ kind: 'exclude' as const, pattern })),
      ...this.properties.Include.map(pattern => ({ kind: 'include' as const, pattern })),
    ];
    const args = [
      ...prune ? ['--delete'] : [],
      ...filters.flatMap(({ kind, pattern }) => [`--${kind}`, pattern]),
      `${this.folder}/contents`,
      `s3://${bucket}/${normalizedPrefix(given)}`,
      ...this.metadataArguments(),
    ];
    const destination = { bucket, prefix: folderOf(given) };
    await this.aws.sync(args, { files: await this.files(), destination, prune, filters, headers: this.headers() });
  }

  /** Downloads the sources, and extracts them over each other. */
  private async files(): Promise<Map<string, Buffer>> {
    const { SourceBucketNames: buckets, SourceObjectKeys: keys, SourceMarkers: markers } = this.properties;
    if (buckets.length < markers.length) {
      const counts = `SourceMarkers (${markers.length}) than SourceObjectKeys (${buckets.length})`;
      throw new Error(`Can never have more ${counts}`);
    }
    const files = new Map<string, Buffer>();
    for (const [index, bucket] of buckets.entries()) {
      const key = keys[index] ?? '';
      const target = this.properties.Extract ? `${this.folder}/${identifiers.uuid()}` : `${this.folder}/contents`;
      const source = await this.aws.download([`s3://${bucket}/${key}`, target], bucket, key);
      if (!this.properties.Extract) files.set(posix.basename(key), source);
      else for (const [name, content] of await this.extracted(source, index)) files.set(name, content);
    }
    return files;
  }

  private async extracted(archive: Buffer, index: number): Promise<(readonly [name: string, content: Buffer])[]> {
    const { SourceMarkers: markers, SourceMarkersConfig: configs } = this.properties;
    const entries = await this.tools.clock.during(async () => zipFiles(archive)).catch(() => {
      throw new Error('File is not a zip file');
    });
    return entries.map(([name, content]) => [name, replaceMarkers(content, markers[index] ?? {}, configs[index])]);
  }

  private metadataArguments(): string[] {
    const { UserMetadata: user, SystemMetadata: system } = this.properties;
    if (Object.keys({ ...user, ...system }).length === 0) return [];
    return [
      ...Object.entries(system).flatMap(([name, value]) => [`--${name.toLowerCase()}`, value]),
      ...Object.keys(user).length > 0 ? ['--metadata', JSON.stringify(lowerCase(user))] : [],
      '--metadata-directive', 'REPLACE',
    ];
  }

  private headers(): Record<string, string> {
    const { UserMetadata: user, SystemMetadata: system } = this.properties;
    const entries = Object.entries(lowerCase(user)).map(([name, value]) => [`x-amz-meta-${name}`, value]);
    return { ...lowerCase(system), ...Object.fromEntries(entries) };
  }

  private async versionIds(): Promise<string[]> {
    const { DestinationBucketName: bucket, DestinationBucketKeyPrefix: given } = this.properties;
    return Promise.all(this.properties.SourceObjectKeys.map(async key =>
      this.s3.headObject(bucket, folderOf(given) + posix.basename(key)).catch(error => {
        if (error instanceof ClientError && error.code === '404') return '';
        throw error;
      })));
  }

  private async invalidate(distributionId: string): Promise<void> {
    const folder = `/${folderOf(this.properties.DestinationBucketKeyPrefix)}`;
    const usual = `${folder.replace(/^\/+/, '/')}*`;
    await invalidate(this.tools, distributionId, this.properties.DistributionPaths ?? [usual]);
  }
}

/** Does what the handler of `BucketDeployment` does. */
export async function deployToBucket(event: CustomResourceEvent, tools: HandlerTools): Promise<HandlerResponse> {
  const { RequestType: type, PhysicalResourceId: known, ResourceProperties: given } = event;
  const answer = (status: HandlerResponse['status'], more: Partial<HandlerResponse>): HandlerResponse => ({
    status,
    reason: `See the details in CloudWatch Log Stream: ${tools.logStream}`,
    id: known ?? tools.logStream,
    ...more,
  });
  try {
    const missing = REQUIRED.find(name => given[name] === undefined);
    if (missing !== undefined) {
      const reason = `missing request resource property '${missing}'. props: ${JSON.stringify(given)}`;
      return answer('FAILED', { reason });
    }
    const data = await new Deployment(event, v.parse(Properties, given), tools).run();
    return answer('SUCCESS', { data, ...type === 'Create' && { id: `aws.cdk.s3deployment.${identifiers.uuid()}` } });
  } catch (error) {
    const reason = messageOf(error);
    tools.write(`| cfn_error: ${reason}`);
    return answer('FAILED', { reason });
  }
}

/** The handler takes the prefix `/` as none. */
function normalizedPrefix(prefix: string): string {
  return prefix === '/' ? '' : prefix;
}

function folderOf(prefix: string): string {
  return withSlash(normalizedPrefix(prefix));
}

/** The command line adds a slash to a prefix. */
function withSlash(prefix: string): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
}

function lowerCase(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
}
