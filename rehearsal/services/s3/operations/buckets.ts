import * as v from 'valibot';
import { PolicyDocument } from '../../../core/policy-document';
import { AwsError, HttpResponse } from '../../../core/service';
import type { Call, Operation } from '../../../core/service';
import type { Identities } from '../../iam/identities';
import type { Bucket, Buckets } from '../buckets';
import { listObjectVersions } from '../listing';

/** API operations for buckets. */
export function bucketOperations(
  iam: Identities,
  buckets: Buckets,
  bucketOf: (call: Call) => Bucket,
): Record<string, Operation> {
  return {
    GetBucketTagging: async call => taggingOf(bucketOf(call)),
    GetBucketPolicy: async call => policyOf(bucketOf(call)),
    PutBucketPolicy: async call => {
      const { name } = bucketOf(call);
      buckets.setPolicy(name, checked(iam, parsed(call.request.body)));
      return new HttpResponse(204);
    },
    PutBucketVersioning: async call => {
      const { name } = bucketOf(call);
      const [, status] = /<Status>(\w+)<\/Status>/.exec(call.request.body.toString('utf8')) ?? [];
      if (status !== 'Enabled' && status !== 'Suspended') throw malformedXml();
      buckets.setVersioning(name, status);
      return new HttpResponse(200);
    },
    PutBucketTagging: async call => {
      const { name } = bucketOf(call);
      buckets.setTags(name, tagsIn(call));
      return new HttpResponse(204);
    },
    GetObjectRetention: async call => retentionOf(bucketOf(call), call),
    // uploads are complete immediately
    ListMultipartUploads: async call => ({ ListMultipartUploadsResult: { Bucket: bucketOf(call).name } }),
    ListObjectVersions: async call => ({ ListVersionsResult: listObjectVersions(bucketOf(call), call.request.query) }),
  };
}

/** Returns the bucket policy. @throws AwsError if it is invalid */
export function checked(iam: Identities, policy: PolicyDocument): PolicyDocument {
  iam.assertValid(policy, 'resource', 'MalformedPolicy');
  iam.assertPrincipalsExist(policy, 'MalformedPolicy');
  return policy;
}

function taggingOf({ name, tags }: Bucket): unknown {
  const entries = Object.entries(tags);
  if (entries.length === 0) throw new AwsError('NoSuchTagSet', 'The TagSet does not exist', 404, { BucketName: name });
  return { Tagging: { TagSet: { Tag: entries.map(([Key, Value]) => ({ Key, Value })) } } };
}

function tagsIn(call: Call): Record<string, string> {
  const text = call.request.body.toString('utf8');
  const found = text.matchAll(/<Tag><Key>([^<]*)<\/Key><Value>([^<]*)<\/Value><\/Tag>/g);
  return Object.fromEntries([...found].map(([, key = '', value = '']) => [key, value]));
}

function malformedXml(): AwsError {
  return new AwsError('MalformedXML', 'The XML you provided was not well-formed');
}

function retentionOf({ versions }: Bucket, call: Call): unknown {
  const wanted = call.request.query.get('versionId');
  const version = versions.find(({ key, versionId }) => key === call.input.Key && (wanted ?? versionId) === versionId);
  if (version?.lock === undefined) {
    throw new AwsError(
      'NoSuchObjectLockConfiguration', 'The specified object does not have a ObjectLock configuration', 404,
    );
  }
  return { Retention: { Mode: version.lock.mode, RetainUntilDate: new Date(version.lock.until) } };
}

function policyOf({ name, policy }: Bucket): HttpResponse {
  if (policy === undefined) {
    throw new AwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404, { BucketName: name });
  }
  return new HttpResponse(200, JSON.stringify(policy), { 'content-type': 'application/json' });
}

function parsed(body: Buffer): PolicyDocument {
  try {
    return v.parse(PolicyDocument, JSON.parse(body.toString('utf8')));
  } catch {
    throw new AwsError('MalformedPolicy', 'This policy contains invalid Json');
  }
}
