import { FileTooLargeError, MAX_FILE_BYTES } from './asset-stores';
import { AccountUnreachableError } from '../cloudformation/errors';
import type { HandlerAccount } from '../cloudformation/handler-account';
import { bootstrapRole, imageRepository, stagingBucket } from '../cloudformation/roles';
import type { StackPlace } from '../registry/stack';
import { isAccessDenied, isNamed, isPermanentAwsError } from '../shared/errors';
import { retryWhileRolePropagates } from '../shared/propagation';

/** Errors of S3 and ECR if the bucket or the repository of the bootstrap does not exist. */
const NO_BOOTSTRAP = ['NoSuchBucket', 'RepositoryNotFoundException'];

/** A file by its key, or an image by its tag. */
export interface Asset {
  readonly kind: 'file' | 'image';
  readonly name: string;
  /** Its bucket or repository in the CICD account. */
  readonly source: string;
}

/** Explains why an asset could not be copied. */
export class AssetErrors {
  /** @param age milliseconds since the stack was requested */
  public constructor(
    private readonly asset: Asset,
    private readonly place: StackPlace,
    private readonly handlerAccount: HandlerAccount,
    private readonly age: number,
  ) {}

  /** For calls in the CICD account. */
  public async whileReading<Answer>(work: Promise<Answer>): Promise<Answer> {
    return work.catch((error: unknown) => {
      throw this.notReadable(error);
    });
  }

  /** For calls in the account of the stack. */
  public async whileWriting<Answer>(work: Promise<Answer>): Promise<Answer> {
    return work.catch((refused: unknown) => {
      throw this.notCopied(retryWhileRolePropagates(refused, this.age));
    });
  }

  private notReadable(error: unknown): unknown {
    if (error instanceof FileTooLargeError) {
      return new Error(
        `${this.what} has ${error.bytes} bytes, but the limit is `
          + `${MAX_FILE_BYTES} (100 MB): make it smaller, or deploy it with the pipeline of the environment`,
      );
    }
    if (!isPermanentAwsError(error)) return error;
    const { kind, source } = this.asset;
    return new Error(
      `${this.what} cannot be read from ${kind === 'file' ? 'bucket' : 'repository'} '${source}' of account `
        + `${this.handlerAccount.accountId}: publish the assets of the app (cdk deploy does) and deploy again `
        + `(${error.name}: ${error.message})`,
    );
  }

  private notCopied(error: unknown): unknown {
    if (!isPermanentAwsError(error)) return error;
    const { place, handlerAccount } = this;
    const [store, kind] =
      this.asset.kind === 'file'
        ? ([`bucket '${stagingBucket(place)}'`, 'file-publishing'] as const)
        : ([`repository '${imageRepository(place)}'`, 'image-publishing'] as const);
    const message =
      `${this.what} cannot be copied to ${store} of account ${place.accountId} through `
      + `'${bootstrapRole(handlerAccount.partition, kind, place)}': bootstrap the account for CDK (cdk bootstrap `
      + `--qualifier ${place.qualifier} --trust ${handlerAccount.accountId}), remove policies that deny it, then `
      + `deploy again (${error.name}: ${error.message})`;
    return isAccessDenied(error) || isNamed(error, ...NO_BOOTSTRAP)
      ? new AccountUnreachableError(message)
      : new Error(message);
  }

  private get what(): string {
    return `${this.asset.kind} asset '${this.asset.name}' of stack '${this.place.stackName}'`;
  }
}
