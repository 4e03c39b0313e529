import { createHash } from 'node:crypto';
import type { AssetFile, AssetStores, ByteRange, ImageId } from '../../lambda/stack/asset-stores';
import type { ImageManifest } from '../../lambda/stack/manifest';
import { awsError } from '../fixtures/aws-error';

/** The assets of the CICD account, and those that were copied to one account. */
export class FakeAssets implements AssetStores {
  /** What was copied, in order: `file a.zip`, `layer sha256:1…`, `image app`. */
  public readonly copied: string[] = [];
  /** Takes the place of whatever a call would have done. */
  public failure?: Error;
  /** Told of each part of a layer that is uploaded: it takes time. */
  public onPart?: () => void;
  /** The first byte of each part that was accepted, by its upload. */
  public readonly parts = new Map<string, number[]>();
  /** Each upload that was begun, with what has arrived. */
  public readonly uploads = new Map<string, Buffer>();
  public readonly files = new Map<string, AssetFile>();
  private readonly published = new Map<string, AssetFile>();
  private readonly manifests = new Map<string, ImageManifest>();
  private readonly blobs = new Map<string, Buffer>();
  private readonly layers = new Set<string>();
  private readonly images = new Set<string>();

  public publishFile(key: string, text: string): void {
    this.published.set(key, { body: Buffer.from(text), contentType: 'application/zip' });
  }

  /** Publishes an image of some layers; without a tag it is a part of an index. Answers its digest. */
  public publishImage(layers: readonly Buffer[], tag?: string): string {
    const blobs = [Buffer.from(`{"layers":${layers.length},"tag":"${tag}"}`), ...layers];
    const [config, ...rest] = blobs.map(blob => ({ digest: this.publishBlob(blob), size: blob.length }));
    return this.publishManifest({ config, layers: rest }, tag);
  }

  public publishIndex(digests: readonly string[], tag: string): string {
    return this.publishManifest({ manifests: digests.map(digest => ({ digest, size: 1 })) }, tag);
  }

  public async file(bucket: string, key: string): Promise<AssetFile> {
    const found = bucket === 'assets' ? this.published.get(key) : undefined;
    if (!found) throw awsError('AccessDenied', 'no such key, or no right to know');
    return found;
  }

  public async manifest(repository: string, id: ImageId): Promise<ImageManifest> {
    const found = repository === 'images' ? this.manifests.get('tag' in id ? id.tag : id.digest) : undefined;
    if (!found) throw awsError('ImageNotFound', 'no such image');
    return found;
  }

  public async layerPart(_repository: string, digest: string, { first, last }: ByteRange): Promise<Uint8Array> {
    return this.blobs.get(digest)?.subarray(first, last + 1) ?? Buffer.alloc(0);
  }

  public async hasFile(key: string): Promise<boolean> {
    this.unlessFailing();
    return this.files.has(key);
  }

  public async putFile(key: string, file: AssetFile): Promise<void> {
    this.unlessFailing();
    this.copied.push(`file ${key}`);
    this.files.set(key, file);
  }

  public async hasImage(tag: string): Promise<boolean> {
    this.unlessFailing();
    return this.images.has(tag);
  }

  public async missingLayers(digests: readonly string[]): Promise<readonly string[]> {
    return digests.filter(digest => !this.layers.has(digest));
  }

  public async startLayerUpload(): Promise<string> {
    const uploadId = `upload-${this.uploads.size + 1}`;
    this.uploads.set(uploadId, Buffer.alloc(0));
    return uploadId;
  }

  public async putLayerPart(uploadId: string, { first }: ByteRange, part: Uint8Array): Promise<number | undefined> {
    this.onPart?.();
    const before = this.uploads.get(uploadId);
    if (!before) return undefined;
    // parts come one after another
    if (first !== before.length) return before.length;
    this.uploads.set(uploadId, Buffer.concat([before, part]));
    this.parts.set(uploadId, [...(this.parts.get(uploadId) ?? []), first]);
    return first + part.length;
  }

  public async completeLayer(uploadId: string, digest: string): Promise<boolean> {
    if (this.layers.has(digest)) return true;
    const upload = this.uploads.get(uploadId);
    if (!upload) return false;
    if (digestOf(upload) !== digest) throw awsError('InvalidLayerException', `got ${digestOf(upload)} for ${digest}`);
    this.layers.add(digest);
    this.copied.push(`layer ${digest}`);
    return true;
  }

  public async putImage({ body, digest }: ImageManifest, tag?: string): Promise<void> {
    const parts = [...body.matchAll(/sha256:[0-9a-f]{64}/g)].map(([part]) => part);
    const missing = parts.find(part => !this.layers.has(part) && !this.images.has(part));
    if (missing) throw awsError('LayersNotFoundException', missing);
    if (this.images.has(tag ?? digest)) return;
    this.images.add(digest);
    if (tag) this.images.add(tag);
    this.copied.push(`image ${tag ?? digest}`);
  }

  /** What ECR does with an upload that was left for a day. */
  public forgetUploads(): void {
    this.uploads.clear();
  }

  private publishBlob(blob: Buffer): string {
    const digest = digestOf(blob);
    this.blobs.set(digest, blob);
    return digest;
  }

  private publishManifest(content: object, tag: string | undefined): string {
    const body = JSON.stringify(content);
    const digest = digestOf(Buffer.from(body));
    const manifest = { body, digest, mediaType: 'application/vnd.oci.image.manifest.v1+json' };
    this.manifests.set(digest, manifest);
    if (tag) this.manifests.set(tag, manifest);
    return digest;
  }

  private unlessFailing(): void {
    if (this.failure) throw this.failure;
  }
}

/** Layers are large, and the same in every test. */
const digests = new WeakMap<Uint8Array, string>();

export function digestOf(blob: Uint8Array): string {
  const digest = digests.get(blob) ?? `sha256:${createHash('sha256').update(blob).digest('hex')}`;
  digests.set(blob, digest);
  return digest;
}
