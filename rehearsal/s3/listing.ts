import type { Bucket, StoredObject } from './buckets';

/** The answer of ListObjectsV2: keys in order, those with the delimiter after the prefix rolled up, a page at a time. */
export function listObjects(bucket: Bucket, query: URLSearchParams): Record<string, unknown> {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const limit = Math.min(Number(query.get('max-keys') ?? 1000), 1000);
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';

  const shown = new Map<string, StoredObject | undefined>();
  const keys = [...bucket.objects.keys()].filter(key => key.startsWith(prefix)).sort((one, other) => one < other ? -1 : 1);
  for (const key of keys) {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (end === -1) shown.set(key, bucket.objects.get(key));
    else shown.set(key.slice(0, end + delimiter.length), undefined);
  }
  const entries = [...shown].filter(([name]) => name > after);
  const page = entries.slice(0, limit);
  return {
    Name: bucket.name,
    Prefix: prefix,
    MaxKeys: limit,
    KeyCount: page.length,
    IsTruncated: page.length < entries.length,
    NextContinuationToken: page.length < entries.length ? page.at(-1)?.[0] : undefined,
    Contents: page.flatMap(([, stored]) => stored === undefined ? [] : [described(stored)]),
    CommonPrefixes: page.filter(([, stored]) => stored === undefined).map(([name]) => ({ Prefix: name })),
  };
}

function described(stored: StoredObject): Record<string, unknown> {
  return { Key: stored.key, LastModified: new Date(stored.modifiedAt), ETag: stored.etag, Size: stored.body.length, StorageClass: 'STANDARD' };
}
