import type { HandlerClient } from './handler-client';
import { objectPath } from '../../../core/protocol/client';
import { fromXml } from '../../../core/protocol/xml';

/** Headers and body of an upload. */
interface Upload {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** The calls of the handlers to S3. */
export class S3Client {
  public constructor(private readonly client: HandlerClient) {}

  public async getObject(bucket: string, key: string): Promise<Buffer> {
    const answer = await this.client.send({
      service: 's3', operation: 'GetObject', method: 'GET', path: objectPath(bucket, key),
    });
    return Buffer.from(answer.body);
  }

  /** Returns the version id of an object; empty in a bucket without versions. */
  public async headObject(bucket: string, key: string): Promise<string> {
    const answer = await this.client.send({
      service: 's3', operation: 'HeadObject', method: 'HEAD', path: objectPath(bucket, key),
    });
    return answer.headers['x-amz-version-id'] ?? '';
  }

  public async putObject(bucket: string, key: string, { body, headers }: Upload): Promise<void> {
    await this.client.send({
      service: 's3', operation: 'PutObject', method: 'PUT', path: objectPath(bucket, key), headers, body,
    });
  }

  public async deleteObject(bucket: string, key: string): Promise<void> {
    await this.client.send({
      service: 's3', operation: 'DeleteObject', method: 'DELETE', path: objectPath(bucket, key),
    });
  }

  /** Returns the keys with a prefix. */
  public async keys(bucket: string, prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for (let token: string | undefined; ;) {
      const answer = await this.client.send({
        service: 's3',
        operation: 'ListObjectsV2',
        method: 'GET',
        path: `/${bucket}`,
        query: { 'list-type': '2', prefix, ...token !== undefined && { 'continuation-token': token } },
      });
      const page = fromXml(Buffer.from(answer.body), {});
      for (const entry of [page.Contents ?? []].flat()) keys.push(String(Object(entry).Key));
      if (page.IsTruncated !== 'true') return keys;
      token = String(page.NextContinuationToken);
    }
  }

  /** Returns the keys of the tags of a bucket. */
  public async tagKeys(bucket: string): Promise<string[]> {
    const answer = await this.client.send({
      service: 's3', operation: 'GetBucketTagging', method: 'GET', path: `/${bucket}`, query: { tagging: '' },
    });
    return [...answer.body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key);
  }
}
