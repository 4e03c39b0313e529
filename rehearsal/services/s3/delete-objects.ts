import * as v from 'valibot';
import type { Buckets } from './buckets';
import { uploadedBody } from './chunked';
import { read } from '../../core/protocol/read';
import { parseXml } from '../../core/protocol/xml';
import { AwsError } from '../../core/service';
import type { HttpRequest } from '../../core/service';

const Named = v.object({ Key: v.string(), VersionId: v.optional(v.string()) });
const OneOrMore = v.union([v.array(Named), v.pipe(Named, v.transform(item => [item]))]);
const DeleteDocument = v.object({ Delete: v.object({ Object: OneOrMore }) });

/** Returns the objects that a DeleteObjects request names. */
export function namedObjects(request: HttpRequest): v.InferOutput<typeof Named>[] {
  return read(DeleteDocument, parseXml(uploadedBody(request).toString('utf8'))).Delete.Object;
}

/** Deletes objects, or versions of them. Returns the response of DeleteObjects. */
export function deleteNamed(
  buckets: Buckets, bucket: string, named: readonly v.InferOutput<typeof Named>[],
): Record<string, unknown> {
  const deleted: object[] = [];
  const failed: object[] = [];
  for (const { Key: key, VersionId: version } of named) {
    try {
      if (version === undefined) buckets.delete(bucket, key);
      else buckets.deleteVersion(bucket, key, version);
      deleted.push({ Key: key, VersionId: version });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed.push({ Key: key, VersionId: version, Code: error.code, Message: error.message });
    }
  }
  return { Deleted: deleted, ...(failed.length > 0 && { Error: failed }) };
}
