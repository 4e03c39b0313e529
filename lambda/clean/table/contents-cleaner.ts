import { deletionOf } from './objects';
import { BOOTSTRAP_QUALIFIER, NAMES } from '../../../src/private/contract';
import type { Api } from '../../shared/api/api';
import { itemsAt, textAt } from '../../shared/api/protocols';
import { isNamed, isPermanentAwsError } from '../../shared/errors';
import { unlistedOf } from '../denied';
import type { Resource } from '../model';
import type { CleanableType, Cleaner, Deletion, Listing } from '../ports';

/** What a lease has left in a bucket that remains. The rules that spare the bucket do not match it. */
const TYPE = 'OrgEnvironments::Bucket::Contents';

/** Pages of a thousand versions that one call reads; the next call continues. */
const PAGES_AT_ONCE = 20;

/** Where a list of versions continues. */
interface Marker {
  readonly key: string;
  readonly version: string;
}

interface LeaseOptions {
  readonly accountId: string;
  /** Region of the bootstrap. */
  readonly region: string;
  /** Start of the lease, in milliseconds since 1970. */
  readonly leasedAt: number;
}

/** Deletes what a lease has put into the buckets of the bootstrap and of the artifacts, and keeps the buckets. */
export class ContentsCleaner implements Cleaner {
  public readonly name = 'contents';

  public constructor(private readonly api: Api, private readonly lease: LeaseOptions) {}

  public types(): readonly CleanableType[] {
    return [{ type: TYPE, cleaner: this.name, isGlobal: false, isAlwaysListed: true }];
  }

  public async list({ region }: { readonly region: string }): Promise<Listing> {
    if (region !== this.lease.region) return { resources: [] };
    const resources: Resource[] = [];
    try {
      for (const bucket of this.buckets) {
        if (!await this.hasContents(bucket)) continue;
        resources.push({ type: TYPE, region, id: `${bucket}/*`, cleaner: this.name, tags: {} });
      }
      return { resources };
    } catch (error) {
      if (!isPermanentAwsError(error)) throw error;
      return unlistedOf(error);
    }
  }

  public async delete(resource: Resource): Promise<Deletion> {
    return this.deleteFrom(resource, undefined);
  }

  public async status(resource: Resource, request: string): Promise<Deletion> {
    return this.deleteFrom(resource, JSON.parse(request) as Marker);
  }

  public async unlock(): Promise<boolean> {
    return false;
  }

  public async tags(): Promise<Readonly<Record<string, string>>> {
    return {};
  }

  private get buckets(): readonly string[] {
    const place = `${this.lease.accountId}-${this.lease.region}`;
    return [`cdk-${BOOTSTRAP_QUALIFIER}-assets-${place}`, `${NAMES.artifactBucketPrefix}${place}`];
  }

  private async hasContents(bucket: string): Promise<boolean> {
    let marker: Marker | undefined;
    do {
      const page = await this.page(bucket, marker);
      if (page.versions.length > 0) return true;
      marker = page.next;
    } while (marker);
    return false;
  }

  private async deleteFrom({ id }: Resource, start: Marker | undefined): Promise<Deletion> {
    const bucket = id.replace(/\/\*$/, '');
    let marker = start;
    try {
      for (let count = 0; count < PAGES_AT_ONCE; count++) {
        const { versions, next } = await this.page(bucket, marker);
        if (versions.length > 0) {
          const input = { body: deletionOf(versions) };
          const [failure] = itemsAt(await this.call(`POST /${bucket}?delete`, input), 'Error');
          if (failure !== undefined) return failed(failure);
        }
        if (!next) return { state: 'deleted' };
        marker = next;
      }
      return { state: 'running', request: JSON.stringify(marker) };
    } catch (error) {
      if (!isPermanentAwsError(error)) throw error;
      return { state: 'failed', failure: { code: error.name, message: error.message } };
    }
  }

  /** The versions of a page that the lease has made, and where the next page begins. */
  private async page(bucket: string, marker: Marker | undefined) {
    const from = marker && {
      'key-marker': marker.key, ...marker.version !== '' && { 'version-id-marker': marker.version },
    };
    const page = await this.call(`GET /${bucket}?versions`, { ...from }).catch((error: unknown) => {
      if (isNamed(error, 'NoSuchBucket')) return {};
      throw error;
    });
    const all = [...itemsAt(page, 'Version'), ...itemsAt(page, 'DeleteMarker')];
    const versions = all.filter(one => Date.parse(textAt(one, 'LastModified') ?? '') >= this.lease.leasedAt);
    const isLast = textAt(page, 'IsTruncated') !== 'true';
    const next = { key: textAt(page, 'NextKeyMarker') ?? '', version: textAt(page, 'NextVersionIdMarker') ?? '' };
    return { versions, next: isLast ? undefined : next };
  }

  private async call(operation: string, input: Readonly<Record<string, unknown>>) {
    return this.api.call({ service: 's3', region: this.lease.region, operation, input });
  }
}

function failed(failure: unknown): Deletion {
  const code = textAt(failure, 'Code') ?? 'ObjectsLocked';
  const message = `object '${textAt(failure, 'Key') ?? ''}': ${textAt(failure, 'Message') ?? ''}`;
  return { state: 'failed', failure: { code, message } };
}
