import * as v from 'valibot';
import { digestOf, imageOf } from './repositories';
import type { ImageId, Repositories, Repository, StoredImage } from './repositories';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Operation } from '../../core/service';

const ImageIdInput = v.object({ imageDigest: v.optional(v.string()), imageTag: v.optional(v.string()) });
const IdsInput = v.object({ imageIds: v.pipe(v.array(ImageIdInput), v.minLength(1), v.maxLength(100)) });
const OptionalIdsInput = v.object({ imageIds: v.optional(v.array(ImageIdInput)) });
const PutInput = v.object({
  imageManifest: v.string(),
  imageManifestMediaType: v.optional(v.string()),
  imageTag: v.optional(v.string()),
  imageDigest: v.optional(v.string()),
});

const Descriptor = v.object({ digest: v.string(), size: v.number() });
const Manifest = v.object({
  mediaType: v.optional(v.string()),
  config: v.optional(Descriptor),
  layers: v.optional(v.array(Descriptor), []),
  manifests: v.optional(v.array(Descriptor), []),
});
type Manifest = v.InferOutput<typeof Manifest>;

/** API operations for images. */
export function imageOperations(
  repositories: Repositories,
  repositoryOf: (call: Call) => Repository,
): Record<string, Operation> {
  return {
    BatchGetImage: async call => batchGet(repositoryOf(call), read(IdsInput, call.input).imageIds),
    DescribeImages: async call => describeAll(repositoryOf(call), read(OptionalIdsInput, call.input).imageIds),
    ListImages: async call => ({ imageIds: [...repositoryOf(call).images.values()].flatMap(idsOf) }),
    BatchDeleteImage: async call => batchDelete(repositoryOf(call), read(IdsInput, call.input).imageIds),
    PutImage: async call => put(repositories, repositoryOf(call), call),
  };
}

function batchGet(repository: Repository, ids: readonly ImageId[]): unknown {
  const found = ids.map(id => ({ id, image: imageOf(repository, id) }));
  return {
    images: found.flatMap(({ id, image }) =>
      image === undefined
        ? []
        : [
          {
            registryId: repository.accountId,
            repositoryName: repository.name,
            imageId: { ...id, imageDigest: image.digest },
            imageManifest: image.body,
            imageManifestMediaType: image.mediaType,
          },
        ],
    ),
    failures: found.filter(({ image }) => image === undefined).map(({ id }) => missing(id)),
  };
}

function describeAll(repository: Repository, ids: readonly ImageId[] | undefined): unknown {
  const images = ids?.map(id => required(repository, id)) ?? [...repository.images.values()];
  return {
    imageDetails: images.map(({ digest, body, mediaType, pushedAt, tags }) => {
      const { config, layers } = parsed(body);
      return {
        registryId: repository.accountId,
        repositoryName: repository.name,
        imageDigest: digest,
        imageTags: [...tags],
        imageSizeInBytes: [...(config === undefined ? [] : [config]), ...layers].reduce(
          (sum, { size }) => sum + size,
          0,
        ),
        imagePushedAt: new Date(pushedAt),
        imageManifestMediaType: mediaType,
      };
    }),
  };
}

function batchDelete(repository: Repository, ids: readonly ImageId[]): unknown {
  const found = ids.map(id => ({ id, image: imageOf(repository, id) }));
  for (const { id, image } of found) {
    if (image === undefined) continue;
    if (id.imageTag !== undefined) image.tags.delete(id.imageTag);
    // deleting the last tag deletes the image
    if (id.imageDigest !== undefined || image.tags.size === 0) repository.images.delete(image.digest);
  }
  return {
    imageIds: found.flatMap(({ id, image }) => (image === undefined ? [] : [{ ...id, imageDigest: image.digest }])),
    failures: found.filter(({ image }) => image === undefined).map(({ id }) => missing(id)),
  };
}

function put(repositories: Repositories, repository: Repository, call: Call): unknown {
  const input = read(PutInput, call.input);
  const { imageManifest: body, imageManifestMediaType, imageTag: tag, imageDigest: expected } = input;
  const manifest = parsed(body);
  assertComplete(repository, manifest);
  const mediaType =
    imageManifestMediaType ?? manifest.mediaType ?? 'application/vnd.docker.distribution.manifest.v2+json';
  if (expected !== undefined && expected !== digestOf(Buffer.from(body))) {
    throw new AwsError('ImageDigestDoesNotMatchException', `The digest of the image is not ${expected}`);
  }
  const { digest } = repositories.put(repository, body, mediaType, tag);
  return {
    image: {
      registryId: repository.accountId,
      repositoryName: repository.name,
      imageId: { imageDigest: digest, imageTag: tag },
      imageManifest: body,
      imageManifestMediaType: mediaType,
    },
  };
}

/** Checks that the layers of an image exist. */
function assertComplete({ name, layers, images }: Repository, manifest: Manifest): void {
  const parts = [...(manifest.config === undefined ? [] : [manifest.config]), ...manifest.layers];
  const missingLayers = parts.filter(({ digest }) => !layers.has(digest)).map(({ digest }) => digest);
  if (missingLayers.length > 0) {
    throw new AwsError(
      'LayersNotFoundException',
      `Layers with digests '[${missingLayers.join(', ')}]' required for pushing image into repository `
        + `with name '${name}' do not exist`,
    );
  }
  const missingImages = manifest.manifests.filter(({ digest }) => !images.has(digest)).map(({ digest }) => digest);
  if (missingImages.length > 0) {
    throw new AwsError(
      'ReferencedImagesNotFoundException',
      `Images with digests '[${missingImages.join(', ')}]' required for pushing image into repository `
        + `with name '${name}' do not exist`,
    );
  }
}

function parsed(body: string): Manifest {
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), Manifest), body);
  if (result.success) return result.output;
  throw new AwsError(
    'InvalidParameterException',
    "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
  );
}

function required(repository: Repository, id: ImageId): StoredImage {
  const found = imageOf(repository, id);
  if (found !== undefined) return found;
  const { imageDigest: digest = 'null', imageTag: tag = 'null' } = id;
  throw new AwsError(
    'ImageNotFoundException',
    `The image with imageId {imageDigest:'${digest}', imageTag:'${tag}'} does not exist within the repository `
      + `with name '${repository.name}' in the registry with id '${repository.accountId}'`,
  );
}

function missing(imageId: ImageId): unknown {
  return { imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' };
}

function idsOf({ digest: imageDigest, tags }: StoredImage): ImageId[] {
  return tags.size === 0 ? [{ imageDigest }] : [...tags].map(imageTag => ({ imageDigest, imageTag }));
}
