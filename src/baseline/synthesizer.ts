import { createHash } from 'node:crypto';
import { FileAssetPackaging, ISynthesisSession, Stack, StackSynthesizer } from 'aws-cdk-lib';
import type { DockerImageAssetLocation, FileAssetLocation } from 'aws-cdk-lib';
import { fail } from '../private/validate';

/** Longest template that CloudFormation accepts without a bucket. */
const MAX_TEMPLATE_BYTES = 51_200;

/** Publishes the template of a baseline as an asset of the parent stack. Other assets are rejected. */
export class BaselineSynthesizer extends StackSynthesizer {
  public constructor(private readonly parentStack: Stack) {
    super();
  }

  public addFileAsset(): FileAssetLocation {
    return this.rejectAssets();
  }

  public addDockerImageAsset(): DockerImageAssetLocation {
    return this.rejectAssets();
  }

  public synthesize(session: ISynthesisSession): void {
    this.synthesizeTemplate(session);
  }

  /** Returns where the template is published. @throws if it is too long */
  public publish(template: string, fileName: string): { readonly bucketName: string; readonly objectKey: string } {
    const bytes = Buffer.byteLength(template);
    if (bytes > MAX_TEMPLATE_BYTES) {
      fail(this.boundStack, `the template of an account baseline has at most ${MAX_TEMPLATE_BYTES} bytes, got `
        + `${bytes}: move resources to an AccountStack`);
    }
    return this.parentStack.synthesizer.addFileAsset({
      packaging: FileAssetPackaging.FILE,
      sourceHash: createHash('sha256').update(template).digest('hex'),
      fileName,
      displayName: 'Template of an account baseline',
    });
  }

  private rejectAssets(): never {
    return fail(this.boundStack, 'an account baseline cannot have assets, such as the code of functions: write the '
      + 'code inline, or deploy it with an AccountStack');
  }
}
