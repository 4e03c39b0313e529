import {
  DockerImageAssetLocation, DockerImageAssetSource, FileAssetLocation, FileAssetSource, ISynthesisSession, StackSynthesizer,
} from 'aws-cdk-lib';
import { fail } from '../private/validate';

/** Writes the template and nothing else: it is published as an asset of the stack around. */
export class AccountStackSynthesizer extends StackSynthesizer {
  public addFileAsset(asset: FileAssetSource): FileAssetLocation {
    return fail(this.boundStack, `a stack in an account cannot have file assets yet, got '${asset.displayName ?? asset.fileName ?? asset.sourceHash}': `
      + 'deploy what needs them by the pipeline of the environment');
  }

  public addDockerImageAsset(asset: DockerImageAssetSource): DockerImageAssetLocation {
    return fail(this.boundStack, `a stack in an account cannot have image assets yet, got '${asset.displayName ?? asset.directoryName ?? asset.sourceHash}': `
      + 'deploy what needs them by the pipeline of the environment');
  }

  public synthesize(session: ISynthesisSession): void {
    this.synthesizeTemplate(session);
  }
}
