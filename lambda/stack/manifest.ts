/** An image, or an index of images, as a repository keeps it. */
export interface ImageManifest {
  /** JSON, byte by byte: its digest is made of it. */
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

/** The images of an index: one for each platform, and what is attested of them. None for a single image. */
export function imagesOf({ body }: ImageManifest): readonly string[] {
  const { manifests = [] }: ManifestBody = JSON.parse(body);
  return manifests.map(({ digest }) => digest);
}

/**
 * What an image is made of, its configuration included, each once. What its publisher keeps elsewhere (`urls`) is in no
 * repository.
 */
export function layersOf({ body }: ImageManifest): readonly Layer[] {
  const { config, layers = [] }: ManifestBody = JSON.parse(body);
  const own = [...(config ? [config] : []), ...layers].filter(({ urls = [] }) => urls.length === 0);
  return [...new Map(own.map(({ digest, size }) => [digest, { digest, size }])).values()];
}
