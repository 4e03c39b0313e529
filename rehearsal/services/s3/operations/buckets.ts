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
