import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CloudFormationStacks } from './cloudformation';
import type { StackRoles } from './roles';
import { bootstrapRole, stagingBucket, templateUrl } from './roles';
import type { Stacks } from './stack-deployer';
import type { StackPlace } from '../registry/stack';
import { assumeRole } from '../shared/assume-role';
import { clientDefaults } from '../shared/clients';

/** The accounts that stacks are deployed in, and the templates in the account of the handler. */
export interface Accounts {
  /** CloudFormation in the account and region of a stack, through the role that deploys it. */
  stacksIn(place: StackPlace): Promise<Stacks>;
  template(bucket: string, key: string): Promise<string>;
  /** Uploads a template to the staging bucket of the account, and returns its URL. */
  publish(place: StackPlace, key: string, template: string): Promise<string>;
}

/** The accounts through the AWS SDK. */
export class AwsAccounts implements Accounts {
  private readonly templates = new Map<string, string>();
  private readonly published = new Set<string>();

  public constructor(
    private readonly partition: string,
    private readonly roles: StackRoles,
    private readonly storage = new S3Client(clientDefaults()),
  ) {}

  public async stacksIn(place: StackPlace): Promise<Stacks> {
    const credentials = await assumeRole({ roleArn: this.roles.deploy(this.partition, place) });
    return new CloudFormationStacks({ credentials, region: place.region });
  }

  /** Reads a template. It is cached, because its key is derived from its content. */
  public async template(bucket: string, key: string): Promise<string> {
    const known = this.templates.get(`${bucket}/${key}`);
    if (known !== undefined) return known;
    const { Body } = await this.storage.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const template = (await Body?.transformToString()) ?? '';
    this.templates.set(`${bucket}/${key}`, template);
    return template;
  }

  public async publish(place: StackPlace, key: string, template: string): Promise<string> {
    const url = templateUrl(this.partition, place, key);
    if (this.published.has(url)) return url;
    const credentials = await assumeRole({ roleArn: bootstrapRole(this.partition, 'file-publishing', place) });
    const storage = new S3Client({ ...clientDefaults(), credentials, region: place.region });
    await storage.send(
      new PutObjectCommand({
        Bucket: stagingBucket(place),
        Key: key,
        Body: template,
        ContentType: 'application/json',
      }),
    );
    this.published.add(url);
    return url;
  }
}
