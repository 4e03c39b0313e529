import { XMLBuilder } from 'fast-xml-parser';
import type { DirectCall } from '../../../core/protocol/dispatcher';
import { isRecord } from '../../../core/protocol/json';
import type { HttpResponse } from '../../../core/service';

type Input = Readonly<Record<string, unknown>>;

/** Operations whose requests and responses are converted here. */
const CONVERTED = new Set([
  'CreateBucket', 'DeleteBucket', 'DeleteObject', 'DeleteObjects', 'GetObject', 'HeadBucket', 'HeadObject',
  'ListObjectsV2', 'PutObject',
]);

/** Names of fields in the query of a request. */
const QUERY: Readonly<Record<string, string>> = {
  ContinuationToken: 'continuation-token',
  Delimiter: 'delimiter',
  MaxKeys: 'max-keys',
  Prefix: 'prefix',
  StartAfter: 'start-after',
  VersionId: 'versionId',
};

const METADATA = 'x-amz-meta-';

export function isConverted(operation: string): boolean {
  return CONVERTED.has(operation);
}

/** Returns what the client of S3 puts into the HTTP request. */
export function s3Request(input: Input): Pick<DirectCall, 'query' | 'headers' | 'body'> {
  const { Delete: deletion, ContentType: contentType, Metadata: metadata } = input;
  const query = Object.entries(QUERY).filter(([name]) => input[name] !== undefined);
  const own = Object.entries(isRecord(metadata) ? metadata : {});
  return {
    query: Object.fromEntries(query.map(([name, key]) => [key, String(input[name])])),
    headers: Object.fromEntries([
      ...own.map(([name, value]) => [METADATA + name.toLowerCase(), String(value)]),
      ...contentType === undefined ? [] : [['content-type', String(contentType)]],
    ]),
    // the body of DeleteObjects contains the keys
    ...isRecord(deletion) && {
      body: Buffer.from(new XMLBuilder().build({ Delete: { Object: deletion.Objects } })),
    },
  };
}

/** Returns the fields of a response that are in its headers. */
export function s3Fields({ headers }: HttpResponse): Record<string, unknown> {
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith(METADATA));
  const { etag, 'content-length': length, 'last-modified': modified, 'x-amz-version-id': version } = headers;
  return {
    Metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice(METADATA.length), value])),
    ...length !== undefined && { ContentLength: Number(length) },
    ...etag !== undefined && { ETag: etag },
    ...modified !== undefined && { LastModified: new Date(modified) },
    ...version !== undefined && { VersionId: version },
  };
}
