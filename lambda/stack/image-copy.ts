import type { AssetErrors } from './asset-errors';
import type { AssetStores } from './asset-stores';
import type { CopyStep } from './copy-step';
import type { ImageManifest, Layer } from './manifest';
import { imagesOf, layersOf } from './manifest';

/** ECR accepts parts of 5 MiB to 20 MiB; only the last may be smaller. */
const PART_BYTES = 10 * 1024 * 1024;

/** Copies an image from the CICD account to another account, layer by layer. */
export class ImageCopy {
  public constructor(
    private readonly stores: AssetStores,
    private readonly repository: string,
    private readonly step: CopyStep,
    private readonly errors: AssetErrors,
  ) {}

  /** Copies for at most one step. Returns whether the image is complete. */
  public async advance(tag: string): Promise<boolean> {
    const { stores, repository, errors } = this;
    if (await errors.whileWriting(stores.hasImage(tag))) return true;
    return this.copy(await errors.whileReading(stores.manifest(repository, { tag })), tag);
  }

  private async copy(image: ImageManifest, tag?: string): Promise<boolean> {
    const { stores, repository, errors } = this;
    // ECR accepts an index only when its images exist
    for (const digest of imagesOf(image)) {
      if (!(await this.copy(await errors.whileReading(stores.manifest(repository, { digest }))))) return false;
    }
    const layers = layersOf(image);
    const missing = await errors.whileWriting(stores.missingLayers(layers.map(({ digest }) => digest)));
    for (const layer of layers) if (missing.includes(layer.digest) && !(await this.copyLayer(layer))) return false;
    await errors.whileWriting(stores.putImage(image, tag));
    return true;
  }

  private async copyLayer(layer: Layer): Promise<boolean> {
    const { step, stores, errors } = this;
    const upload = step.upload?.digest === layer.digest ? step.upload : await this.startUpload(layer);
    step.upload = upload;
    for (let { received } = upload; received < layer.size;) {
      if (step.isOver) return false;
      const range = { first: received, last: Math.min(received + PART_BYTES, layer.size) - 1 };
      const part = await errors.whileReading(stores.layerPart(this.repository, layer.digest, range));
      const arrived = await errors.whileWriting(stores.putLayerPart(upload.uploadId, range, part));
      // the upload has expired: the next step starts another one
      step.upload = arrived === undefined ? undefined : { ...upload, received: arrived };
      if (arrived === undefined) return false;
      received = arrived;
    }
    step.upload = undefined;
    return errors.whileWriting(stores.completeLayer(upload.uploadId, layer.digest));
  }

  private async startUpload({ digest, size }: Layer) {
    const uploadId = await this.errors.whileWriting(this.stores.startLayerUpload());
    this.step.upload = { digest, uploadId, received: 0 };
    // save the upload of a large layer, so that it continues after a timeout of the function
    if (size > PART_BYTES) await this.step.save();
    return this.step.upload;
  }
}
