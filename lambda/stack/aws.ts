import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DeleteObjectsCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { AssetStores } from './asset-stores';
import { BootstrapAssetStores } from './bootstrap-assets';
import { bootstrapRole, deployRole, stagingBucket, templateUrl } from './place';
import { notDeletedArtifact } from './words';
import { NAMES } from '../../src/private/contract';
import type { StackPlace } from '../registry/stack';
import { assumeRole, newSession } from '../shared/assume-role';
import { clientDefaults } from '../shared/clients';
import { CloudFormationStacks } from '../shared/cloudformation';
import type { Stacks } from '../shared/stack-deployer';

/** What the stack provider needs of AWS: the accounts that stacks are deployed in, and the templates in its own account. */
export interface Accounts {
  /** Enters an account for deployment. */
  enter(place: StackPlace): Promise<Stacks>;
  template(bucket: string, key: string): Promise<string>;
  /** Puts a template where CloudFormation of the account can read it; answers its address. */
  publish(place: StackPlace, key: string, template: string): Promise<string>;
  /** Where assets are copied from, and where to. */
  assets(place: StackPlace): Promise<AssetStores>;
  /** Deletes artifacts of the pipeline, as many as one call takes; answers whether all are gone. */
  deleteArtifacts(place: StackPlace): Promise<boolean>;
  /** Whether a stack of the provider's own account goes back to what it was before, together with what it is nested in. */
  isRollingBack(stackId: string): Promise<boolean>;
}

export class BootstrappedAccounts implements Accounts {
  private readonly templates = new Map<string, string>();
  private readonly published = new Set<string>();
  private readonly cloudformation = new CloudFormationClient(clientDefaults());

  public constructor(private readonly partition: string, private readonly storage = new S3Client(clientDefaults())) {}

  public async enter(place: StackPlace): Promise<Stacks> {
    const credentials = await assumeRole({ roleArn: deployRole(this.partition, place) });
    return new CloudFormationStacks({ credentials, region: place.region });
  }

  /** The key is made of the content, so what was read once stays right. */
  public async template(bucket: string, key: string): Promise<string> {
    const known = this.templates.get(`${bucket}/${key}`);
    if (known !== undefined) return known;
    const { Body } = await this.storage.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const template = await Body?.transformToString() ?? '';
    this.templates.set(`${bucket}/${key}`, template);
    return template;
  }

  public async publish(place: StackPlace, key: string, template: string): Promise<string> {
    const url = templateUrl(this.partition, place, key);
    if (this.published.has(url)) return url;
    const credentials = await assumeRole({ roleArn: bootstrapRole(this.partition, 'file-publishing', place) });
    const storage = new S3Client({ ...clientDefaults(), credentials, region: place.region });
    await storage.send(new PutObjectCommand({ Bucket: stagingBucket(place), Key: key, Body: template, ContentType: 'application/json' }));
    this.published.add(url);
    return url;
  }

  public async assets(place: StackPlace): Promise<AssetStores> {
    return new BootstrapAssetStores(this.partition, place, this.storage);
  }

  public async deleteArtifacts({ accountId, region }: StackPlace): Promise<boolean> {
    const credentials = await newSession({ roleArn: `arn:${this.partition}:iam::${accountId}:role/${NAMES.operateRole}` });
    const storage = new S3Client({ ...clientDefaults(), credentials, region });
    const bucket = `${NAMES.artifactBucketPrefix}${accountId}-${region}`;
    const { Contents = [], IsTruncated } = await storage.send(new ListObjectsV2Command({ Bucket: bucket }));
    if (Contents.length === 0) return true;
    const deletion = { Bucket: bucket, Delete: { Objects: Contents.map(({ Key }) => ({ Key })), Quiet: true } };
    // the call succeeds whatever becomes of each object
    const { Errors: [refused] = [] } = await storage.send(new DeleteObjectsCommand(deletion));
    if (refused) throw notDeletedArtifact(accountId, bucket, refused);
    return !IsTruncated;
  }

  public async isRollingBack(stackId: string): Promise<boolean> {
    const { Stacks: [stack] = [] } = await this.cloudformation.send(new DescribeStacksCommand({ StackName: stackId }));
    if (stack?.StackStatus?.includes('ROLLBACK')) return true;
    // a nested stack that is new is simply deleted when the one around it rolls back
    return stack?.ParentId !== undefined && this.isRollingBack(stack.ParentId);
  }
}
