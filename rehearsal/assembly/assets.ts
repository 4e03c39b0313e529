import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as v from 'valibot';
import { AssetManifest, withPlaceholdersReplaced } from '../core/asset-manifest';
import type { Place } from '../core/service';

/** An asset of the legacy synthesizer, in the metadata of its stack. */
const LegacyAsset = v.object({
  packaging: v.string(),
  path: v.string(),
  sourceHash: v.string(),
  s3BucketParameter: v.optional(v.string()),
  s3KeyParameter: v.optional(v.string()),
  artifactHashParameter: v.optional(v.string()),
});

export interface FileAsset {
  /** Absolute path of a file, or of the folder of a zip asset. */
  readonly path: string;
  readonly zip: boolean;
  readonly bucket: string;
  readonly key: string;
}

export interface ImageAsset {
  /** Name that the user sees. */
  readonly name: string;
  /** Hash of everything that the image is built from. */
  readonly hash: string;
  readonly repository: string;
  readonly tag: string;
  readonly region: string;
}

export interface Assets {
  readonly files: readonly FileAsset[];
  readonly images: readonly ImageAsset[];
}

/** Reads a manifest of assets. */
export function readAssets(folder: string, file: string, place: Place): Assets {
  const { files, dockerImages } = v.parse(AssetManifest, JSON.parse(readFileSync(path.join(folder, file), 'utf8')));
  const there = ({ region = place.region }: { region?: string }): Place => ({ ...place, region });
  return {
    files: Object.values(files).flatMap(({ source, destinations }) => Object.values(destinations).map(destination => {
      const { path: sourcePath, executable } = source;
      if (sourcePath === undefined) {
        throw new Error(
          `the rehearsal does not run commands that build assets, and '${file}' needs '${executable?.join(' ')}'`,
        );
      }
      return {
        path: path.resolve(folder, sourcePath),
        zip: source.packaging === 'zip',
        bucket: withPlaceholdersReplaced(destination.bucketName, there(destination)),
        key: withPlaceholdersReplaced(destination.objectKey, there(destination)),
      };
    })),
    images: Object.entries(dockerImages).flatMap(([hash, image]) => Object.values(image.destinations).map(target => ({
      name: image.displayName ?? hash,
      hash,
      repository: withPlaceholdersReplaced(target.repositoryName, there(target)),
      tag: withPlaceholdersReplaced(target.imageTag, there(target)),
      region: there(target).region,
    }))),
  };
}

/** Assets of the legacy synthesizer: parameters of the stack say where they are. */
export interface LegacyAssets {
  readonly files: readonly FileAsset[];
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Returns the assets of the legacy synthesizer, in the bucket of the bootstrap.
 *
 * @param entries the metadata of the stack of type `aws:cdk:asset`
 * @throws Error for an image, which only the other synthesizers publish to the repository of the bootstrap
 */
export function legacyAssets(
  folder: string, stackName: string, entries: readonly unknown[], place: Place,
): LegacyAssets {
  const assets = entries.map(entry => v.parse(LegacyAsset, entry));
  const image = assets.find(({ packaging }) => packaging === 'container-image');
  if (image) {
    throw new Error(
      `stack '${stackName}' has the image '${image.path}' and the legacy synthesizer, which publishes it to a `
        + 'repository that no bootstrap creates any more: use the default synthesizer',
    );
  }
  const bucket = withPlaceholdersReplaced('cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}', place);
  const files = assets.map(({ path: source, packaging, sourceHash }) => {
    const zip = packaging === 'zip';
    const key = `assets/${sourceHash}${zip ? '.zip' : path.extname(source)}`;
    return { path: path.resolve(folder, source), zip, bucket, key };
  });
  const parameters = assets.flatMap((asset, index) => [
    [asset.s3BucketParameter, bucket],
    // templates split the key here
    [asset.s3KeyParameter, files[index].key.replace('/', '/||')],
    [asset.artifactHashParameter, asset.sourceHash],
  ]).filter(([name]) => name !== undefined);
  return { files, parameters: Object.fromEntries(parameters) };
}
