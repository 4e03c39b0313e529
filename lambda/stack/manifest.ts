/** An image, or an index of images, as a repository keeps it. */
export interface ImageManifest {
  /** JSON, unchanged: its digest is derived from its bytes. */
  readonly body: string;
  readonly mediaType: string;
  readonly digest: string;
}

export interface Layer {
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
}

interface Descriptor extends Layer {
  readonly urls?: readonly string[];
}

interface ManifestBody {
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
  readonly manifests?: readonly Descriptor[];
}

export const MANIFEST_TYPES = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
] as const;

/** Digests of the images of an index: one for each platform, and their attestations. Empty for a single image. */
export function imagesOf({ body }: ImageManifest): readonly string[] {
  const { manifests = [] }: ManifestBody = JSON.parse(body);
  return manifests.map(({ digest }) => digest);
}

/** The layers of an image and its configuration, each once; not those that the publisher hosts elsewhere (`urls`). */
export function layersOf({ body }: ImageManifest): readonly Layer[] {
  const { config, layers = [] }: ManifestBody = JSON.parse(body);
  const own = [...(config ? [config] : []), ...layers].filter(({ urls = [] }) => urls.length === 0);
  return [...new Map(own.map(({ digest, size }) => [digest, { digest, size }])).values()];
}
