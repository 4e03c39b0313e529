import {
  DockerImageAssetLocation,
  DockerImageAssetSource,
  FileAssetLocation,
  FileAssetSource,
  ISynthesisSession,
  Stack,
  StackSynthesizer,
} from 'aws-cdk-lib';
import type { ImagesRequest } from './contract';
import { BOOTSTRAP_QUALIFIER } from '../private/contract';
import { fail } from '../private/validate';

/** The assets that the handler copies: object key → bucket, or image tag → repository. */
type Published = Map<string, string>;

/**
 * Writes the template of a stack in an account. The template and the assets of the stack are published as assets of
 * the parent stack. The handler copies them to the CDK bootstrap of the account, so the template refers to the bucket
 * and the repository there.
 */
export class AccountStackSynthesizer extends StackSynthesizer {
  private readonly files: Published = new Map();
  private readonly images: Published = new Map();

  public constructor(private readonly parentStack: Stack) {
    super();
  }

  public addFileAsset(asset: FileAssetSource): FileAssetLocation {
    const { bucketName, objectKey } = this.parentStack.synthesizer.addFileAsset(asset);
    this.files.set(objectKey, bucketName);
    return this.cloudFormationLocationFromFileAsset({ bucketName: inAccount('assets'), objectKey });
  }

  public addDockerImageAsset(asset: DockerImageAssetSource): DockerImageAssetLocation {
    const { repositoryName, imageTag = asset.sourceHash } = this.parentStack.synthesizer.addDockerImageAsset(asset);
    this.images.set(imageTag, repositoryName);
    return this.cloudFormationLocationFromDockerImageAsset({ repositoryName: inAccount('container-assets'), imageTag });
  }

  /** Keys of the files to copy; undefined: none. All must be in the bucket of the template. */
  public filesIn(templateBucket: string): string[] | undefined {
    if (this.files.size === 0) return undefined;
    this.assertOne('bucket', [templateBucket, ...this.files.values()]);
    return [...this.files.keys()];
  }

  /** The images to copy; undefined: none. */
  public imagesToCopy(): ImagesRequest | undefined {
    const [repository] = this.images.values();
    if (repository === undefined) return undefined;
    this.assertOne('repository', [...this.images.values()]);
    return { repository, tags: [...this.images.keys()] };
  }

  public synthesize(session: ISynthesisSession): void {
    this.synthesizeTemplate(session);
  }

  /** The request has only the keys or tags of assets, because its size is limited. */
  private assertOne(kind: string, names: string[]) {
    const distinct = [...new Set(names.map(name => JSON.stringify(this.parentStack.resolve(name))))];
    if (distinct.length > 1) {
      fail(
        this.boundStack,
        `the assets of a stack in an account must all be in one ${kind}, got ${distinct.join(', ')}: `
          + `use a synthesizer with one ${kind} for stack '${this.parentStack.node.path}', for example the `
          + 'DefaultStackSynthesizer',
      );
    }
  }
}

/** Name of a bucket or repository of the CDK bootstrap in the account and region of the deployment. */
function inAccount(store: string): string {
  return `cdk-${BOOTSTRAP_QUALIFIER}-${store}-\${AWS::AccountId}-\${AWS::Region}`;
}
