import * as v from 'valibot';
import { digestOf } from './repositories';
import type { Repository } from './repositories';
import { Identifiers } from '../../core/identifiers';
import { read } from '../../core/protocol/read';
import type { RouteResponse } from '../../core/server';
import { AwsError } from '../../core/service';
import type { Call, Environment, HttpRequest, Operation } from '../../core/service';

const CheckInput = v.object({ layerDigests: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(100)) });
const DownloadInput = v.object({ layerDigest: v.string() });
const PartInput = v.object({
  uploadId: v.string(),
  partFirstByte: v.number(),
  partLastByte: v.number(),
  layerPartBlob: v.string(),
});
const CompleteInput = v.object({ uploadId: v.string(), layerDigests: v.pipe(v.array(v.string()), v.minLength(1)) });

/** Maximum size of a part, and minimum of all parts but the last. */
const MOST_BYTES = 20 * 1024 * 1024;
const LEAST_BYTES = 5 * 1024 * 1024;

/** Part size that ECR suggests. */
const PART_SIZE = 10 * 1024 * 1024;

/** Path of the unsigned download URLs of layers. */
export const LAYERS_PATH = '/ecr-layers/';

/** Layers of images: uploaded in parts, downloaded by HTTP. */
export class Layers {
  public readonly operations: Record<string, Operation> = {
    BatchCheckLayerAvailability: async call => this.check(call),
    GetDownloadUrlForLayer: async call => this.address(call),
    InitiateLayerUpload: async call => this.initiate(call),
    UploadLayerPart: async call => this.upload(call),
    CompleteLayerUpload: async call => this.complete(call),
  };
  private readonly identifiers = new Identifiers('ecr-layers');
  private readonly addresses = new Map<string, Buffer>();

  public constructor(
    private readonly environment: Environment,
    private readonly repositoryOf: (call: Call) => Repository,
  ) {}

  /** Serves a download, with support for byte ranges. */
  public download({ path, headers }: HttpRequest): RouteResponse {
    const layer = this.addresses.get(path.slice(LAYERS_PATH.length));
    if (layer === undefined) return { status: 403, body: 'AccessDenied' };
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    if (first === undefined) return { status: 200, body: layer };
    if (Number(first) >= layer.length) return { status: 416, body: 'InvalidRange' };
    const part = layer.subarray(Number(first), Number(last) + 1);
    const range = `bytes ${first}-${Number(first) + part.length - 1}/${layer.length}`;
    return { status: 206, body: part, headers: { 'content-range': range } };
  }

  private check(call: Call): unknown {
    const { layers } = this.repositoryOf(call);
    const { layerDigests: digests } = read(CheckInput, call.input);
    return {
      layers: digests.map(layerDigest => ({
        layerDigest,
        layerAvailability: layers.has(layerDigest) ? 'AVAILABLE' : 'UNAVAILABLE',
        layerSize: layers.get(layerDigest)?.length,
      })),
      failures: [],
    };
  }

  private address(call: Call): unknown {
    const { name, layers } = this.repositoryOf(call);
    const { layerDigest } = read(DownloadInput, call.input);
    const layer = layers.get(layerDigest);
    if (layer === undefined) {
      throw new AwsError(
        'LayersNotFoundException',
        `The layer with digest '${layerDigest}' does not exist in the repository with name '${name}'`,
      );
    }
    const token = this.identifiers.uuid();
    this.addresses.set(token, layer);
    return { layerDigest, downloadUrl: `${this.environment.endpoint}${LAYERS_PATH}${token}` };
  }

  private initiate(call: Call): unknown {
    const uploadId = this.identifiers.uuid();
    this.repositoryOf(call).uploads.set(uploadId, []);
    return { uploadId, partSize: PART_SIZE };
  }

  private upload(call: Call): unknown {
    const repository = this.repositoryOf(call);
    const { uploadId, partFirstByte: first, partLastByte: last, layerPartBlob: blob } = read(PartInput, call.input);
    const parts = partsOf(repository, uploadId);
    const received = parts.reduce((sum, { length }) => sum + length, 0);
    const part = Buffer.from(blob, 'base64');
    if (part.length > MOST_BYTES || part.length !== last - first + 1) {
      throw new AwsError(
        'InvalidParameterException',
        `Invalid parameter at 'layerPartBlob': ${part.length} bytes for ${first} to ${last}, at most ${MOST_BYTES}`,
      );
    }
    if (first !== received) {
      throw new AwsError(
        'InvalidLayerPartException',
        `The layer part begins at ${first}, the part before it has ended at ${received - 1}`,
        400,
        {
          registryId: repository.accountId,
          repositoryName: repository.name,
          uploadId,
          lastValidByteReceived: received - 1,
        },
      );
    }
    repository.uploads.set(uploadId, [...parts, part]);
    return { uploadId, lastByteReceived: last };
  }

  private complete(call: Call): unknown {
    const repository = this.repositoryOf(call);
    const { name, uploads, layers } = repository;
    const {
      uploadId,
      layerDigests: [digest],
    } = read(CompleteInput, call.input);
    const parts = partsOf(repository, uploadId);
    const layer = Buffer.concat(parts);
    if (layer.length === 0) {
      throw new AwsError('EmptyUploadException', 'The specified layer upload does not contain any layer parts.');
    }
    if (parts.slice(0, -1).some(({ length }) => length < LEAST_BYTES)) {
      throw new AwsError('LayerPartTooSmallException', 'Layer parts must be at least 5 MiB in size');
    }
    if (digestOf(layer) !== digest) {
      throw new AwsError(
        'InvalidLayerException',
        `The layer digest calculation performed by Amazon ECR, ${digestOf(layer)}, is not ${digest}`,
      );
    }
    uploads.delete(uploadId);
    if (layers.has(digest)) {
      throw new AwsError(
        'LayerAlreadyExistsException',
        `Layer with digest '${digest}' already exists in the repository with name '${name}'`,
      );
    }
    layers.set(digest, layer);
    return { uploadId, layerDigest: digest };
  }
}

function partsOf({ name, uploads }: Repository, uploadId: string): readonly Buffer[] {
  const found = uploads.get(uploadId);
  if (found === undefined) {
    throw new AwsError(
      'UploadNotFoundException',
      `The upload could not be found in the repository with name '${name}': ${uploadId}`,
    );
  }
  return found;
}
