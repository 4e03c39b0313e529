import {
  BatchCheckLayerAvailabilityCommand,
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  DescribeImagesCommand,
  ECRClient,
  GetDownloadUrlForLayerCommand,
  InitiateLayerUploadCommand,
  InvalidLayerPartException,
  PutImageCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import type { ImageIdentifier } from '@aws-sdk/client-ecr';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { AssetFile, AssetStores, ByteRange, ImageId } from './asset-stores';
import { FileTooLargeError, MAX_FILE_BYTES } from './asset-stores';
import type { ImageManifest } from './manifest';
import { MANIFEST_TYPES } from './manifest';
import { bootstrapRole, imageRepository, stagingBucket } from '../cloudformation/roles';
import type { StackPlace } from '../registry/stack';
import { assumeRole } from '../shared/assume-role';
import { clientDefaults } from '../shared/clients';
import { isNamed } from '../shared/errors';

/** Errors of ECR for images and layers that exist. */
const ALREADY_EXISTS = ['ImageAlreadyExistsException', 'ImageTagAlreadyExistsException', 'LayerAlreadyExistsException'];

/** Limit of ECR. */
const MAX_DIGESTS_PER_CALL = 100;

/** Reads in the CICD account and writes in the account of the stack, with the credentials of each. */
export class BootstrapAssetStores implements AssetStores {
  private toStorage?: S3Client;
  private toImages?: ECRClient;

  public constructor(
    private readonly partition: string,
    private readonly place: StackPlace,
    private readonly storage: S3Client,
    private readonly images = new ECRClient(clientDefaults()),
  ) {}

  public async file(bucket: string, key: string): Promise<AssetFile> {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key });
    const { Body, ContentLength = 0, ContentType } = await this.storage.send(command);
    if (ContentLength > MAX_FILE_BYTES) {
      // nothing reads the rest of the response
      if (Body && 'destroy' in Body) Body.destroy();
      throw new FileTooLargeError(ContentLength);
    }
    return {
      body: (await Body?.transformToByteArray()) ?? new Uint8Array(),
      ...(ContentType && { contentType: ContentType }),
    };
  }

  public async manifest(repository: string, id: ImageId): Promise<ImageManifest> {
    const input = { repositoryName: repository, imageIds: [identifierOf(id)], acceptedMediaTypes: [...MANIFEST_TYPES] };
    const { images: [image] = [], failures: [failure] = [] } = await this.images.send(new BatchGetImageCommand(input));
    if (!image?.imageManifest) {
      throw permanentError(
        failure?.failureCode ?? 'ImageNotFound',
        failure?.failureReason ?? 'the repository has no such image',
      );
    }
    const { imageManifest: body, imageManifestMediaType, imageId } = image;
    return { body, mediaType: imageManifestMediaType ?? '', digest: imageId?.imageDigest ?? '' };
  }

  public async layerPart(repository: string, digest: string, { first, last }: ByteRange): Promise<Uint8Array> {
    const input = { repositoryName: repository, layerDigest: digest };
    const { downloadUrl = '' } = await this.images.send(new GetDownloadUrlForLayerCommand(input));
    const { status, part } = await download(downloadUrl, { first, last }).catch((error: unknown) => {
      throw transientError(`the connection broke: ${String(error)}`);
    });
    if (status >= 500) throw transientError(`HTTP status ${status}`);
    if (part?.length !== last - first + 1) {
      throw permanentError('LayerNotReadable', `HTTP status ${status} for bytes ${first} to ${last}`);
    }
    return part;
  }

  public async hasFile(key: string): Promise<boolean> {
    try {
      await (await this.memberStorage()).send(new HeadObjectCommand({ Bucket: stagingBucket(this.place), Key: key }));
      return true;
    } catch (error) {
      // S3 returns the same for a bucket that does not exist: putFile reports that
      if (isNamed(error, 'NotFound', 'NoSuchKey')) return false;
      throw namedDenial(error, `not authorized to read '${key}' in bucket '${stagingBucket(this.place)}'`);
    }
  }

  public async putFile(key: string, { body, contentType }: AssetFile): Promise<void> {
    const file = {
      Bucket: stagingBucket(this.place),
      Key: key,
      Body: body,
      ...(contentType && { ContentType: contentType }),
    };
    await (await this.memberStorage()).send(new PutObjectCommand(file));
  }

  public async hasImage(tag: string): Promise<boolean> {
    try {
      const command = new DescribeImagesCommand({ ...this.repository, imageIds: [{ imageTag: tag }] });
      await (await this.memberImages()).send(command);
      return true;
    } catch (error) {
      if (isNamed(error, 'ImageNotFoundException')) return false;
      throw error;
    }
  }

  public async missingLayers(digests: readonly string[]): Promise<readonly string[]> {
    const client = await this.memberImages();
    const available = new Set<string>();
    for (let index = 0; index < digests.length; index += MAX_DIGESTS_PER_CALL) {
      const input = { ...this.repository, layerDigests: digests.slice(index, index + MAX_DIGESTS_PER_CALL) };
      const { layers = [] } = await client.send(new BatchCheckLayerAvailabilityCommand(input));
      for (const { layerDigest, layerAvailability } of layers) {
        if (layerDigest && layerAvailability === 'AVAILABLE') available.add(layerDigest);
      }
    }
    return digests.filter(digest => !available.has(digest));
  }

  public async startLayerUpload(): Promise<string> {
    const { uploadId = '' } = await (await this.memberImages()).send(new InitiateLayerUploadCommand(this.repository));
    return uploadId;
  }

  public async putLayerPart(uploadId: string, { first, last }: ByteRange, part: Uint8Array) {
    const upload = { ...this.repository, uploadId, partFirstByte: first, partLastByte: last, layerPartBlob: part };
    try {
      await (await this.memberImages()).send(new UploadLayerPartCommand(upload));
      return last + 1;
    } catch (error) {
      // an earlier call has uploaded the part, and its response was lost
      const { lastValidByteReceived } = error instanceof InvalidLayerPartException ? error : {};
      if (lastValidByteReceived !== undefined) return lastValidByteReceived + 1;
      if (isNamed(error, 'UploadNotFoundException')) return undefined;
      throw error;
    }
  }

  public async completeLayer(uploadId: string, digest: string): Promise<boolean> {
    const upload = { ...this.repository, uploadId, layerDigests: [digest] };
    try {
      await ignoreExisting(async () => (await this.memberImages()).send(new CompleteLayerUploadCommand(upload)));
      return true;
    } catch (error) {
      if (isNamed(error, 'UploadNotFoundException')) return false;
      throw error;
    }
  }

  public async putImage({ body, mediaType, digest }: ImageManifest, tag?: string): Promise<void> {
    const image = {
      ...this.repository,
      imageManifest: body,
      ...(mediaType && { imageManifestMediaType: mediaType }),
      imageDigest: digest,
      ...(tag && { imageTag: tag }),
    };
    await ignoreExisting(async () => (await this.memberImages()).send(new PutImageCommand(image)));
  }

  private get repository(): { readonly repositoryName: string } {
    return { repositoryName: imageRepository(this.place) };
  }

  private async memberStorage(): Promise<S3Client> {
    return (this.toStorage ??= new S3Client(await this.session('file-publishing')));
  }

  private async memberImages(): Promise<ECRClient> {
    return (this.toImages ??= new ECRClient(await this.session('image-publishing')));
  }

  private async session(kind: 'file-publishing' | 'image-publishing') {
    const credentials = await assumeRole({ roleArn: bootstrapRole(this.partition, kind, this.place) });
    return { ...clientDefaults(), credentials, region: this.place.region };
  }
}

function identifierOf(id: ImageId): ImageIdentifier {
  return 'tag' in id ? { imageTag: id.tag } : { imageDigest: id.digest };
}

async function download(url: string, { first, last }: ByteRange): Promise<{ status: number; part?: Uint8Array }> {
  const response = await fetch(url, { headers: { Range: `bytes=${first}-${last}` } });
  const { status } = response;
  // status 200 instead of 206 would return the whole layer
  return status === 206 ? { status, part: new Uint8Array(await response.arrayBuffer()) } : { status };
}

/** A failure that ECR returns without an error. */
function permanentError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, $metadata: {} });
}

/** The response to HEAD has no body, so a denial has no error code, and the SDK cannot name the error. */
function namedDenial(error: unknown, message: string): unknown {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  if (name !== 'Unknown' || $metadata?.httpStatusCode !== 403) return error;
  return Object.assign(new Error(message), { name: 'AccessDenied', $metadata });
}

function transientError(message: string): Error {
  return Object.assign(new Error(`a layer could not be downloaded: ${message}`), { $retryable: {} });
}

async function ignoreExisting(put: () => Promise<unknown>): Promise<void> {
  try {
    await put();
  } catch (error) {
    if (!isNamed(error, ...ALREADY_EXISTS)) throw error;
  }
}
