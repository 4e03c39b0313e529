import type { ImageManifest } from './manifest';

export interface AssetFile {
  readonly body: Uint8Array;
  readonly contentType?: string;
}

/** An image by its tag, or by the digest that an index has for it. */
export type ImageId = { readonly tag: string } | { readonly digest: string };

/** Bytes of a layer, the first and the last included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** The assets in the CICD account. */
export interface PublishedAssets {
  /** @throws FileTooLargeError before it is read */
  file(bucket: string, key: string): Promise<AssetFile>;
  manifest(repository: string, id: ImageId): Promise<ImageManifest>;
  layerPart(repository: string, digest: string, range: ByteRange): Promise<Uint8Array>;
}

/** The bucket and the repository that the CDK bootstrap has made in an account. */
export interface MemberAssets {
  hasFile(key: string): Promise<boolean>;
  putFile(key: string, file: AssetFile): Promise<void>;
  hasImage(tag: string): Promise<boolean>;
  /** Those of some layers that the repository does not have. */
  missingLayers(digests: readonly string[]): Promise<readonly string[]>;
  /** Answers the id of the upload. */
  startLayerUpload(): Promise<string>;
  /** Answers how many bytes of the layer have arrived; undefined: the upload is unknown by now. */
  putLayerPart(uploadId: string, range: ByteRange, part: Uint8Array): Promise<number | undefined>;
  /** Answers whether the layer is there; if not, the upload is unknown by now. */
  completeLayer(uploadId: string, digest: string): Promise<boolean>;
  /** Puts an image whose layers are all there; without a tag it is known by its digest alone. */
  putImage(image: ImageManifest, tag?: string): Promise<void>;
}

/** Both sides of a copy. */
export type AssetStores = PublishedAssets & MemberAssets;

/** A file is read into memory, of which the function has 512 MB. */
export const MAX_FILE_BYTES = 100 * 1024 * 1024;

export class FileTooLargeError extends Error {
  public constructor(public readonly bytes: number) {
    super(`the file has ${bytes} bytes`);
    this.name = 'FileTooLargeError';
  }
}
