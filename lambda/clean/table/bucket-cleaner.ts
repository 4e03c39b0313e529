import { deletionOf } from './objects';
import { tagsAt } from './table-cleaner';
import type { Api } from '../../shared/api/api';
import { itemsAt, textAt } from '../../shared/api/protocols';
import { isNamed, isPermanentAwsError } from '../../shared/errors';
import type { Resource } from '../model';
import type { CleanableType, Cleaner, Deletion, Listing } from '../ports';

const TYPE = 'AWS::S3::Bucket';

/** Pages of a thousand objects that one call deletes; the next call continues. */
const PAGES_AT_ONCE = 20;

const REQUEST = 'emptying';

/** Empties buckets, with all versions and uploads, and deletes them. */
export class BucketCleaner implements Cleaner {
  public readonly name = 'buckets';

  public constructor(private readonly api: Api) {}

  public types(): readonly CleanableType[] {
    return [{ type: TYPE, cleaner: this.name, isGlobal: true }];
  }

  public async list({ region }: { readonly region: string }): Promise<Listing> {
    const resources: Resource[] = [];
    let token: string | undefined;
    do {
      const input = { 'max-buckets': 1000, 'continuation-token': token };
      const page = await this.api.call({ service: 's3', region, operation: 'GET /', input });
      for (const bucket of itemsAt(page, 'Buckets.Bucket')) {
        const id = textAt(bucket, 'Name') ?? '';
        resources.push({ type: TYPE, region: textAt(bucket, 'BucketRegion') ?? region, id, cleaner: this.name });
      }
      token = textAt(page, 'ContinuationToken');
    } while (token !== undefined && token !== '');
    return { resources };
  }

  public async delete(resource: Resource): Promise<Deletion> {
    const { id, region } = resource;
    try {
      if (!await this.empty(resource)) return { state: 'running', request: REQUEST };
      await this.abortUploads(resource);
      await this.api.call({ service: 's3', region, operation: `DELETE /${id}`, input: {} });
      return { state: 'deleted' };
    } catch (error) {
      if (!isPermanentAwsError(error) && !(error instanceof ObjectsLockedError)) throw error;
      if (isNamed(error, 'NoSuchBucket')) return { state: 'deleted' };
      const until = error instanceof ObjectsLockedError ? error.until : undefined;
      return { state: 'failed', failure: { code: error.name, message: error.message, ...(until && { until }) } };
    }
  }

  public async status(resource: Resource): Promise<Deletion> {
    return this.delete(resource);
  }

  public async unlock(): Promise<boolean> {
    return false;
  }

  public async tags({ id, region }: Resource): Promise<Readonly<Record<string, string>> | undefined> {
    try {
      const page = await this.api.call({ service: 's3', region, operation: `GET /${id}?tagging`, input: {} });
      return tagsAt(page, 'TagSet.Tag');
    } catch (error) {
      if (isNamed(error, 'NoSuchTagSet')) return {};
      if (isNamed(error, 'NoSuchBucket')) return undefined;
      throw error;
    }
  }

  /** Returns whether the bucket is empty. */
  private async empty({ id, region }: Resource): Promise<boolean> {
    for (let count = 0; count < PAGES_AT_ONCE; count++) {
      const page = await this.api.call({ service: 's3', region, operation: `GET /${id}?versions`, input: {} });
      const versions = [...itemsAt(page, 'Version'), ...itemsAt(page, 'DeleteMarker')];
      if (versions.length === 0) return true;
      const body = deletionOf(versions);
      const result = await this.api.call({ service: 's3', region, operation: `POST /${id}?delete`, input: { body } });
      const [failure] = itemsAt(result, 'Error');
      if (failure !== undefined) throw await this.lockOf({ id, region }, failure);
    }
    return false;
  }

  /** Why an object cannot be deleted: its lock has a date. */
  private async lockOf({ id, region }: Pick<Resource, 'id' | 'region'>, failure: unknown): Promise<Error> {
    const [key, version] = [textAt(failure, 'Key') ?? '', textAt(failure, 'VersionId') ?? ''];
    const reason = `object '${key}': ${textAt(failure, 'Code') ?? ''} ${textAt(failure, 'Message') ?? ''}`;
    try {
      const path = key.split('/').map(encodeURIComponent).join('/');
      const operation = `GET /${id}/${path}?retention&versionId=${encodeURIComponent(version)}`;
      const retention = await this.api.call({ service: 's3', region, operation, input: {} });
      return new ObjectsLockedError(reason, textAt(retention, 'RetainUntilDate'));
    } catch (error) {
      if (!isPermanentAwsError(error)) throw error;
      return new ObjectsLockedError(reason);
    }
  }

  private async abortUploads({ id, region }: Resource): Promise<void> {
    const page = await this.api.call({ service: 's3', region, operation: `GET /${id}?uploads`, input: {} });
    for (const upload of itemsAt(page, 'Upload')) {
      const key = (textAt(upload, 'Key') ?? '').split('/').map(encodeURIComponent).join('/');
      const operation = `DELETE /${id}/${key}?uploadId=${encodeURIComponent(textAt(upload, 'UploadId') ?? '')}`;
      await this.api.call({ service: 's3', region, operation, input: {} });
    }
  }
}

class ObjectsLockedError extends Error {
  public constructor(message: string, public readonly until?: string) {
    super(message);
    this.name = 'ObjectsLocked';
  }
}
