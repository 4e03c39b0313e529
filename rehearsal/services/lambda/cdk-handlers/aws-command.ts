import { basename } from 'node:path';
import { isIncluded, type Filter } from './filters';
import { ClientError } from './handler-client';
import { mediaTypeOf } from './media-types';
import type { S3Client } from './s3-client';

/** A bucket and the prefix of its keys, which is empty or ends in a slash. */
interface Destination {
  readonly bucket: string;
  readonly prefix: string;
}

interface SyncOptions {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly destination: Destination;
  readonly prune: boolean;
  readonly filters: readonly Filter[];
  readonly headers: Readonly<Record<string, string>>;
}

/** The commands of the AWS command line that CDK's handler runs. */
export class AwsCommand {
  public constructor(private readonly s3: S3Client, private readonly write: (line: string) => void) {}

  /** `aws s3 cp` from a bucket. */
  public async download(args: readonly string[], bucket: string, key: string): Promise<Buffer> {
    return this.run(['s3', 'cp', ...args], async fail => {
      const body = await this.s3.getObject(bucket, key).catch(error => fail(`fatal error: ${messageOf(error)}`));
      return body ?? Buffer.alloc(0);
    });
  }

  /** `aws s3 sync` to a bucket. */
  public async sync(args: readonly string[], options: SyncOptions): Promise<void> {
    const { destination: { bucket, prefix }, files, filters } = options;
    await this.run(['s3', 'sync', ...args], async fail => {
      const present = await this.s3.keys(bucket, prefix).catch(error => fail(`fatal error: ${messageOf(error)}`));
      if (present === undefined) return;
      for (const [name, body] of files) {
        if (!isIncluded(name, filters)) continue;
        const headers = { 'content-type': mediaTypeOf(name), ...options.headers };
        await this.s3.putObject(bucket, prefix + name, { body, headers })
          .catch(error => fail(`upload failed: ${basename(name)} to s3://${bucket}/${prefix}${name} ${messageOf(error)}`));
      }
      if (!options.prune) return;
      const superfluous = present.map(key => key.slice(prefix.length))
        .filter(name => !files.has(name) && isIncluded(name, filters));
      await this.remove(bucket, superfluous.map(name => prefix + name), fail);
    });
  }

  /** `aws s3 rm --recursive`. */
  public async clear(args: readonly string[], { bucket, prefix }: Destination): Promise<void> {
    await this.run(['s3', 'rm', ...args], async fail => {
      const present = await this.s3.keys(bucket, prefix).catch(error => fail(`fatal error: ${messageOf(error)}`));
      await this.remove(bucket, present ?? [], fail);
    });
  }

  private async remove(bucket: string, keys: readonly string[], fail: Fail): Promise<void> {
    for (const key of keys) {
      await this.s3.deleteObject(bucket, key)
        .catch(error => fail(`delete failed: s3://${bucket}/${key} ${messageOf(error)}`));
    }
  }

  /** @throws Error with the message of Python, and the first line of the log that says why */
  private async run<Result>(args: readonly string[], work: (fail: Fail) => Promise<Result>): Promise<Result> {
    this.write(`| aws ${args.join(' ')}`);
    const failures: string[] = [];
    const result = await work(line => {
      failures.push(line);
      this.write(line);
    });
    if (failures.length === 0) return result;
    const command = ['/opt/awscli/aws', ...args].map(argument => `'${argument}'`).join(', ');
    throw new Error(`Command '[${command}]' returned non-zero exit status 1. Its log: ${failures[0]}`);
  }
}

type Fail = (line: string) => undefined;

function messageOf(error: unknown): string {
  if (error instanceof ClientError) return error.message;
  throw error;
}
