import type { Bucket, StoredObject } from './buckets';
import type { Version } from './history';

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

/** Response of ListObjectVersions. */
export function listObjectVersions(bucket: Bucket, query: URLSearchParams): Record<string, unknown> {
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  const [keyMarker, versionMarker] = [query.get('key-marker') ?? '', query.get('version-id-marker')];
  const limit = Math.min(Number(query.get('max-keys') ?? 1000), 1000);
  const matching = bucket.versions.filter(({ key }) => key.startsWith(prefix));
  const isGrouped = (key: string): boolean => delimiter !== '' && key.indexOf(delimiter, prefix.length) >= 0;
  const versions = matching.filter(({ key }) => !isGrouped(key));
  const folders = matching.filter(({ key }) => isGrouped(key))
    .map(({ key }) => key.slice(0, key.indexOf(delimiter, prefix.length) + delimiter.length));
  const markerIndex = versions.findIndex(({ key, versionId }) => key === keyMarker && versionId === versionMarker);
  const rest = markerIndex >= 0 ? versions.slice(markerIndex + 1) : versions.filter(({ key }) => key > keyMarker);
  const page = rest.slice(0, limit);
  const last = page.length < rest.length ? page.at(-1) : undefined;
  const isLatest = ({ key, versionId }: Version): boolean =>
    versions.find(version => version.key === key)?.versionId === versionId;
  const versionOf = (version: Version) => ({ VersionId: version.versionId, IsLatest: isLatest(version) });
  return {
    Name: bucket.name,
    Prefix: prefix,
    KeyMarker: keyMarker,
    MaxKeys: limit,
    IsTruncated: last !== undefined,
    NextKeyMarker: last?.key,
    NextVersionIdMarker: last?.versionId,
    Version: page.flatMap(version => version.stored ? { ...described(version.stored), ...versionOf(version) } : []),
    DeleteMarker: page.filter(({ stored }) => !stored)
      .map(version => ({ Key: version.key, LastModified: new Date(version.modifiedAt), ...versionOf(version) })),
    CommonPrefixes: [...new Set(folders)].filter(name => name > keyMarker).map(name => ({ Prefix: name })),
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
