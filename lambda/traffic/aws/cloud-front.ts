import {
  CloudFrontKeyValueStoreClient,
  DescribeKeyValueStoreCommand,
  GetKeyCommand,
  PutKeyCommand,
} from '@aws-sdk/client-cloudfront-keyvaluestore';
import type { CloudFrontKeyValueStoreClientConfig } from '@aws-sdk/client-cloudfront-keyvaluestore';
// the service accepts only signatures for all regions
import '@aws-sdk/signature-v4a';
import { isNamed } from '../../shared/errors';
import { ConcurrentChangeError } from '../changes';
import type { KeyValues } from '../cloud-front';
import { inWords } from '../errors';
import type { Subject } from '../errors';

/** A KeyValueStore of CloudFront. */
export class CloudFrontKeyValues implements KeyValues {
  private readonly client: CloudFrontKeyValueStoreClient;
  private readonly subject: Subject;

  public constructor(
    private readonly arn: string,
    roleArn: string,
    config: CloudFrontKeyValueStoreClientConfig,
  ) {
    this.client = new CloudFrontKeyValueStoreClient(config);
    this.subject = {
      what: `KeyValueStore '${arn}'`,
      missing: ['ResourceNotFoundException'],
      advice: 'deploy the stack that defines it, then try again',
      roleArn,
    };
  }

  public async version(): Promise<string> {
    const { ETag: version = '' } = await inWords(this.subject, () =>
      this.client.send(new DescribeKeyValueStoreCommand({ KvsARN: this.arn })),
    );
    return version;
  }

  public async get(key: string): Promise<string | undefined> {
    return inWords(this.subject, async () => {
      try {
        return (await this.client.send(new GetKeyCommand({ KvsARN: this.arn, Key: key }))).Value;
      } catch (error) {
        // also the error for a missing store, which `version` reports
        if (isNamed(error, 'ResourceNotFoundException')) return undefined;
        throw error;
      }
    });
  }

  public async put(key: string, value: string, version: string): Promise<void> {
    await inWords(this.subject, async () => {
      try {
        await this.client.send(new PutKeyCommand({ KvsARN: this.arn, Key: key, Value: value, IfMatch: version }));
      } catch (error) {
        throw isNamed(error, 'ConflictException') ? new ConcurrentChangeError(this.subject.what) : error;
      }
    });
  }
}
