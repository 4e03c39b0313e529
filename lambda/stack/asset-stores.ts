import type { ImageManifest } from './manifest';

export interface AssetFile {
  readonly body: Uint8Array;
  readonly contentType?: string;
}

/** An image by its tag, or by the digest that an index has for it. */
export type ImageId = { readonly tag: string } | { readonly digest: string };

/** Bytes of a layer, both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** The assets in the CICD account. */
interface PublishedAssets {
  /** @throws FileTooLargeError before it is read */
  file(bucket: string, key: string): Promise<AssetFile>;
  manifest(repository: string, id: ImageId): Promise<ImageManifest>;
  layerPart(repository: string, digest: string, range: ByteRange): Promise<Uint8Array>;
}

/** The bucket and the repository of the CDK bootstrap in an account. */
interface MemberAssets {
  hasFile(key: string): Promise<boolean>;
  putFile(key: string, file: AssetFile): Promise<void>;
  hasImage(tag: string): Promise<boolean>;
  /** Returns the layers that the repository does not have. */
  missingLayers(digests: readonly string[]): Promise<readonly string[]>;
  /** Starts an upload and returns its id. */
  startLayerUpload(): Promise<string>;
  /** Returns the number of bytes uploaded; undefined: the upload has expired. */
  putLayerPart(uploadId: string, range: ByteRange, part: Uint8Array): Promise<number | undefined>;
  /** Returns whether the layer exists; if not, the upload has expired. */
  completeLayer(uploadId: string, digest: string): Promise<boolean>;
  /** Puts an image whose layers exist. Without a tag it has only its digest. */
  putImage(image: ImageManifest, tag?: string): Promise<void>;
}

/** Both sides of a copy. */
export type AssetStores = PublishedAssets & MemberAssets;

/** A file is read into memory; the function has 512 MB. */
export const MAX_FILE_BYTES = 100 * 1024 * 1024;

export class FileTooLargeError extends Error {
  public constructor(public readonly bytes: number) {
    super(`the file has ${bytes} bytes`);
    this.name = 'FileTooLargeError';
  }
}
