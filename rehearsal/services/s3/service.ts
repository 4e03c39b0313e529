import * as v from 'valibot';
import { Buckets, noSuchBucket } from './buckets';
import type { Bucket, StoredObject } from './buckets';
import { uploadedBody } from './chunked';
import { deleteNamed, namedObjects } from './delete-objects';
import { listObjects } from './listing';
import { NotificationDelivery, type NotificationReceivers } from './notification-delivery';
import { ACCOUNT_ROUTES, accountOperations } from './operations/account';
import { bucketOperations } from './operations/buckets';
import { notificationOperations } from './operations/notifications';
import { permissions } from './permissions';
import { bucketPolicyType, bucketType } from './resource-types';
import { zipFolder } from './zip-folder';
import { read } from '../../core/protocol/read';
import type {
  Call, Environment, Operation, OwnedPolicy, Permissions, Place, ResourceType, Service,
} from '../../core/service';
import { AwsError, HttpResponse } from '../../core/service';
import type { Identities } from '../iam/identities';

export type { Bucket, StoredObject } from './buckets';

const BucketInput = v.object({ Bucket: v.string() });
const ObjectInput = v.object({ Bucket: v.string(), Key: v.string() });

/** Query parameters that do not select another operation. */
const HARMLESS_PARAMETERS = /^(x-id|X-Amz-.*)$/i;

const METADATA_PREFIX = 'x-amz-meta-';

/** Amazon S3 with path-style addresses, as needed for assets and artifacts. */
export class S3 implements Service {
  public readonly name = 's3';
  public readonly protocol = 'rest-xml';
  public readonly namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
  public readonly routes = {
    ...ACCOUNT_ROUTES,
    ListBuckets: 'GET /',
    GetBucketLocation: 'GET /{Bucket}?location',
    GetBucketTagging: 'GET /{Bucket}?tagging',
    GetBucketNotificationConfiguration: 'GET /{Bucket}?notification',
    PutBucketNotificationConfiguration: 'PUT /{Bucket}?notification',
    GetBucketPolicy: 'GET /{Bucket}?policy',
    PutBucketPolicy: 'PUT /{Bucket}?policy',
    ListObjectVersions: 'GET /{Bucket}?versions',
    ListMultipartUploads: 'GET /{Bucket}?uploads',
    PutBucketVersioning: 'PUT /{Bucket}?versioning',
    PutBucketTagging: 'PUT /{Bucket}?tagging',
    ListObjectsV2: 'GET /{Bucket}?list-type',
    HeadBucket: 'HEAD /{Bucket}',
    CreateBucket: 'PUT /{Bucket}',
    DeleteBucket: 'DELETE /{Bucket}',
    DeleteObjects: 'POST /{Bucket}?delete',
    GetObjectRetention: 'GET /{Bucket}/{Key+}?retention',
    GetObject: 'GET /{Bucket}/{Key+}',
    HeadObject: 'HEAD /{Bucket}/{Key+}',
    PutObject: 'PUT /{Bucket}/{Key+}',
    DeleteObject: 'DELETE /{Bucket}/{Key+}',
  };
  public readonly operations: Record<string, Operation>;
  public readonly permissions: Record<string, Permissions>;
  public readonly resourceTypes: Record<string, ResourceType>;
  public readonly existing: Service['existing'] = {
    'AWS::S3::Bucket': place => this.bucketsIn(place).map(({ name: id, tags }) => ({ id, tags })),
    'AWS::S3::BucketPolicy': place => this.bucketsIn(place).flatMap(({ name: id, policy }) => policy ? { id } : []),
  };
  /** What receives the events of buckets. */
  public receivers?: NotificationReceivers;
  private readonly buckets: Buckets;
  private readonly archives = new WeakMap<StoredObject, Promise<Buffer>>();

  public constructor(private readonly environment: Environment, iam: Identities) {
    this.buckets = new Buckets(() => environment.clock.now());
    const delivery = new NotificationDelivery(environment, () => this.receivers);
    this.buckets.onChange = change => delivery.changed(change);
    this.operations = {
      ListBuckets: async call => this.listBuckets(call),
      GetBucketLocation: async call => ({ LocationConstraint: locationOf(this.bucketOf(call)) }),
      ListObjectsV2: async call => ({ ListBucketResult: listObjects(this.bucketOf(call), call.request.query) }),
      HeadBucket: async call => new HttpResponse(200, '', { 'x-amz-bucket-region': this.bucketOf(call).region }),
      CreateBucket: async call => this.createBucketByCall(call),
      DeleteBucket: async call => this.deleteBucket(call),
      DeleteObjects: async call => this.deleteObjects(call),
      GetObject: async call => this.objectAnswer(call, true),
      HeadObject: async call => this.objectAnswer(call, false),
      PutObject: async call => this.putObject(call),
      DeleteObject: async call => this.deleteObject(call),
      ...accountOperations(),
      ...bucketOperations(iam, this.buckets, call => this.bucketOf(call)),
      ...notificationOperations(this.buckets, delivery, call => this.bucketOf(call)),
    };
    this.permissions = permissions(this.buckets);
    this.resourceTypes = {
      'AWS::S3::Bucket': bucketType(environment, this.buckets, delivery),
      'AWS::S3::BucketPolicy': bucketPolicyType(iam, this.buckets),
    };
  }

  public resourcePolicy(arn: string, action: string): OwnedPolicy | undefined {
    // creating a bucket whose name is in use needs no permission on it
    return action === 's3:CreateBucket'
      ? undefined
      : this.buckets.find(arn.slice(arn.indexOf(':::') + 3).split('/')[0]);
  }

  public bucket(name: string): Bucket | undefined {
    return this.buckets.find(name);
  }

  public createBucket(accountId: string, region: string, name: string): void {
    this.buckets.create(accountId, region, name);
  }

  /** Deletes a bucket with all its objects, as a person does who empties it first. */
  public removeBucket(name: string): void {
    if (this.buckets.find(name)) this.buckets.empty(name);
    this.buckets.remove(name);
  }

  /** Returns the body of an object; undefined also for an asset that is stored as a folder. */
  public read(bucket: string, key: string): Buffer | undefined {
    const stored = this.buckets.find(bucket)?.objects.get(key);
    return stored?.directory === undefined ? stored?.body : undefined;
  }

  public write(bucket: string, key: string, body: Buffer): void {
    this.buckets.put(bucket, key, body);
  }

  public erase(bucket: string, key: string): void {
    this.buckets.delete(bucket, key);
  }

  /** Stores an object that a service keeps for itself: the bucket sends no event. */
  public stage(bucket: string, key: string, body: Buffer): void {
    this.buckets.put(bucket, key, body, { isSilent: true });
  }

  /** Deletes a staged object with all its versions. */
  public unstage(bucket: string, key: string): void {
    this.buckets.erase(bucket, key);
  }

  /** Stores a zip asset as its source folder, to avoid zipping and extracting it. */
  public writeDirectory(bucket: string, key: string, path: string): void {
    this.buckets.put(bucket, key, Buffer.alloc(0), { directory: path });
  }

  public directory(bucket: string, key: string): string | undefined {
    return this.buckets.find(bucket)?.objects.get(key)?.directory;
  }

  private bucketsIn({ accountId, region }: Place): readonly Bucket[] {
    return this.buckets.ofAccount(accountId).filter(bucket => bucket.region === region);
  }

  private listBuckets(call: Call): unknown {
    return {
      ListAllMyBucketsResult: {
        Buckets: { Bucket: this.buckets.ofAccount(call.caller.accountId).map(describedBucket) },
      },
    };
  }

  private createBucketByCall(call: Call): HttpResponse {
    refuseSubresources(call);
    const { Bucket: name } = read(BucketInput, call.input);
    this.buckets.create(call.caller.accountId, call.region, name);
    return new HttpResponse(200, '', { location: `/${name}` });
  }

  private deleteBucket(call: Call): HttpResponse {
    refuseSubresources(call);
    this.buckets.remove(this.bucketOf(call).name);
    return new HttpResponse(204);
  }

  private putObject(call: Call): HttpResponse {
    refuseSubresources(call);
    if (call.request.headers['x-amz-copy-source'] !== undefined) throw unknownForm('CopyObject');
    const { Key: key } = read(ObjectInput, call.input);
    const options = { contentType: call.request.headers['content-type'], metadata: metadataOf(call.request.headers) };
    const stored = this.buckets.put(this.bucketOf(call).name, key, uploadedBody(call.request), options);
    return new HttpResponse(200, '', { etag: stored.etag });
  }

  private deleteObject(call: Call): HttpResponse {
    refuseSubresources(call, 'versionId');
    const [{ name }, { Key: key }] = [this.bucketOf(call), read(ObjectInput, call.input)];
    const version = call.request.query.get('versionId');
    if (version === null) this.buckets.delete(name, key);
    else this.buckets.deleteVersion(name, key, version);
    return new HttpResponse(204);
  }

  private deleteObjects(call: Call): unknown {
    return { DeleteResult: deleteNamed(this.buckets, this.bucketOf(call).name, namedObjects(call.request)) };
  }

  private async objectAnswer(call: Call, withBody: boolean): Promise<HttpResponse> {
    refuseSubresources(call);
    const { Key: key } = read(ObjectInput, call.input);
    const bucket = this.bucketOf(call);
    const stored = bucket.objects.get(key);
    if (stored === undefined) {
      throw new AwsError(withBody ? 'NoSuchKey' : 'NotFound', 'The specified key does not exist.', 404, { Key: key });
    }
    const body = await this.bytesOf(stored);
    const version = bucket.versionIdOf(key);
    const headers = {
      ...objectHeaders(stored),
      ...version !== undefined && { 'x-amz-version-id': version },
      'content-length': String(body.length),
    };
    return new HttpResponse(200, withBody ? body : '', headers);
  }

  /** Zips an asset that is stored as a folder on first read. */
  private async bytesOf(stored: StoredObject): Promise<Buffer> {
    const { directory } = stored;
    if (directory === undefined) return stored.body;
    const known = this.archives.get(stored) ?? this.environment.clock.during(async () => zipFolder(directory));
    this.archives.set(stored, known);
    return known;
  }

  private bucketOf(call: Call): Bucket {
    const { Bucket: name } = read(BucketInput, call.input);
    const bucket = this.buckets.find(name);
    if (bucket === undefined) throw noSuchBucket(name);
    return bucket;
  }
}

/** Whether the query has a sub-resource (`?policy`, `?tagging`), which selects another operation. */
function refuseSubresources(call: Call, known?: string): void {
  const foreign = [...call.request.query.keys()].find(name => name !== known && !HARMLESS_PARAMETERS.test(name));
  if (foreign !== undefined) throw unknownForm(`${call.request.method} with ?${foreign}`);
}

function unknownForm(what: string): AwsError {
  return new AwsError('NotImplemented', `the rehearsal does not support ${what} of S3`, 501);
}

function metadataOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers).filter(([name]) => name.startsWith(METADATA_PREFIX));
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(METADATA_PREFIX.length), value]));
}

function objectHeaders(stored: StoredObject): Record<string, string> {
  return {
    'content-type': stored.contentType,
    'etag': stored.etag,
    'last-modified': new Date(stored.modifiedAt).toUTCString(),
    ...Object.fromEntries(Object.entries(stored.metadata).map(([name, value]) => [`${METADATA_PREFIX}${name}`, value])),
  };
}

function describedBucket(bucket: Bucket): Record<string, unknown> {
  return { Name: bucket.name, CreationDate: new Date(bucket.createdAt), BucketRegion: bucket.region };
}

function locationOf(bucket: Bucket): string {
  return bucket.region === 'us-east-1' ? '' : bucket.region;
}
