import { NULL_VERSION } from './buckets';
import type { Bucket, StoredObject } from './buckets';

interface Page {
  readonly prefix: string;
  readonly limit: number;
  readonly objects: readonly StoredObject[];
  readonly folders: readonly string[];
  /** Last name of a page, if further pages follow. */
  readonly last?: string;
}

/** Response of ListObjectsV2. */
export function listObjects(bucket: Bucket, query: URLSearchParams): Record<string, unknown> {
  const { prefix, limit, objects, folders, last } = pageOf(
    bucket,
    query,
    query.get('continuation-token') ?? query.get('start-after') ?? '',
  );
  return {
    Name: bucket.name,
    Prefix: prefix,
    MaxKeys: limit,
    KeyCount: objects.length + folders.length,
    IsTruncated: last !== undefined,
    NextContinuationToken: last,
    Contents: objects.map(described),
    CommonPrefixes: folders.map(name => ({ Prefix: name })),
  };
}

/** Response of ListObjectVersions: only the latest versions are kept. */
export function listObjectVersions(bucket: Bucket, query: URLSearchParams): Record<string, unknown> {
  const after = query.get('key-marker') ?? '';
  const { prefix, limit, objects, folders, last } = pageOf(bucket, query, after);
  return {
    Name: bucket.name,
    Prefix: prefix,
    KeyMarker: after,
    MaxKeys: limit,
    IsTruncated: last !== undefined,
    NextKeyMarker: last,
    NextVersionIdMarker: last && NULL_VERSION,
    Version: objects.map(stored => ({ ...described(stored), VersionId: NULL_VERSION, IsLatest: true })),
    CommonPrefixes: folders.map(name => ({ Prefix: name })),
  };
}

/** Returns one page of keys in order; keys with the delimiter after the prefix are grouped. */
function pageOf(bucket: Bucket, query: URLSearchParams, after: string): Page {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const limit = Math.min(Number(query.get('max-keys') ?? 1000), 1000);

  const shown = new Map<string, StoredObject | undefined>();
  const keys = [...bucket.objects.keys()]
    .filter(key => key.startsWith(prefix))
    .sort((one, other) => (one < other ? -1 : 1));
  for (const key of keys) {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (end === -1) shown.set(key, bucket.objects.get(key));
    else shown.set(key.slice(0, end + delimiter.length), undefined);
  }
  const entries = [...shown].filter(([name]) => name > after);
  const page = entries.slice(0, limit);
  return {
    prefix,
    limit,
    objects: page.flatMap(([, stored]) => stored ?? []),
    folders: page.filter(([, stored]) => stored === undefined).map(([name]) => name),
    last: page.length < entries.length ? page.at(-1)?.[0] : undefined,
  };
}

function described(stored: StoredObject): Record<string, unknown> {
  return {
    Key: stored.key,
    LastModified: new Date(stored.modifiedAt),
    ETag: stored.etag,
    Size: stored.body.length,
    StorageClass: 'STANDARD',
  };
}
