import { invalid } from './configuration';
import { messageWithCode } from '../../../../core/error-message';
import { readZipEntry } from '../../../../core/zip';
import type { ArtifactLocation } from '../../../codebuild/build';
import type { ArtifactStore } from '../../../s3/artifacts';
import { ActionError, type ActionContext } from '../action';

/** Reads files of the input artifacts of an action with its role. */
export class ArtifactFiles {
  public constructor(private readonly artifacts: ArtifactStore, private readonly context: ActionContext) {}

  /** @param place a file of an artifact, as `<artifact>::<path>` */
  public async read(place: string): Promise<string> {
    const [name, path] = place.split('::');
    if (!path) throw invalid(`'${place}' must have the form <artifact>::<file>`);
    const content = await readZipEntry(this.fetch(this.location(name)), path);
    if (content === undefined) {
      throw new ActionError('ConfigurationError', `File [${path}] does not exist in artifact [${name}]`);
    }
    return content.toString('utf8');
  }

  public location(name: string): ArtifactLocation {
    const found = this.context.run.inputs.find(input => input.name === name);
    if (found === undefined) {
      throw invalid(`the artifact '${name}' is not an input artifact of action ${this.context.run.action.Name}`);
    }
    return found;
  }

  private fetch(location: ArtifactLocation): Buffer {
    try {
      return this.artifacts.get(this.context.actor, location);
    } catch (error) {
      throw new ActionError(
        'PermissionError',
        `Unable to access the artifact with Amazon S3 object key '${location.key}' located in the Amazon S3 artifact `
          + `bucket '${location.bucket}'. The provided role does not have sufficient permissions. `
          + messageWithCode(error),
      );
    }
  }
}
