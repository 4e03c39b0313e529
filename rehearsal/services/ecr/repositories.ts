import { createHash } from 'node:crypto';
import { urlSuffixOf } from '../../core/partition';
import type { PolicyDocument } from '../../core/policy-document';
import { Regional } from '../../core/regional';
import { AwsError } from '../../core/service';

export interface StoredImage {
  readonly digest: string;
  readonly body: string;
  readonly mediaType: string;
  readonly pushedAt: number;
  readonly tags: Set<string>;
}

export interface Repository {
  readonly name: string;
  readonly arn: string;
  readonly uri: string;
  readonly accountId: string;
  readonly createdAt: number;
  readonly images: Map<string, StoredImage>;
  readonly layers: Map<string, Buffer>;
  /** Received parts of layers in upload. */
  readonly uploads: Map<string, readonly Buffer[]>;
  /** Whether tags are immutable. */
  isImmutable: boolean;
  policy?: PolicyDocument;
  tags: Readonly<Record<string, string>>;
}

interface NewRepository {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

/** Finds an image by digest or tag. */
export interface ImageId {
  readonly imageDigest?: string;
  readonly imageTag?: string;
}

/** The repositories of all accounts. */
export class Repositories {
  private readonly byName = new Regional(() => new Map<string, Repository>());

  public constructor(
    private readonly partition: string,
    private readonly now: () => number,
  ) {}

  public find(accountId: string, region: string, name: string): Repository | undefined {
    return this.byName.of(accountId, region).get(name);
  }

  public ofAccount(accountId: string, region: string): Repository[] {
    return [...this.byName.of(accountId, region).values()];
  }

  public findByArn(arn: string): Repository | undefined {
    const [, , , region = '', accountId = '', resource = ''] = arn.split(':');
    return this.find(accountId, region, resource.replace(/^repository\//, ''));
  }

  public required(accountId: string, region: string, name: string): Repository {
    const found = this.find(accountId, region, name);
    if (found === undefined) {
      const message = `The repository with name '${name}' does not exist in the registry with id '${accountId}'`;
      throw new AwsError('RepositoryNotFoundException', message);
    }
    return found;
  }

  public create({ accountId, region, name }: NewRepository): Repository {
    if (this.find(accountId, region, name) !== undefined) {
      throw new AwsError(
        'RepositoryAlreadyExistsException',
        `The repository with name '${name}' already exists in the registry with id '${accountId}'`,
      );
    }
    const suffix = urlSuffixOf(this.partition);
    const repository: Repository = {
      name,
      arn: `arn:${this.partition}:ecr:${region}:${accountId}:repository/${name}`,
      uri: `${accountId}.dkr.ecr.${region}.${suffix}/${name}`,
      accountId,
      createdAt: this.now(),
      images: new Map(),
      layers: new Map(),
      uploads: new Map(),
      isImmutable: false,
      tags: {},
    };
    this.byName.of(accountId, region).set(name, repository);
    return repository;
  }

  public remove(accountId: string, region: string, name: string, force: boolean): void {
    const found = this.find(accountId, region, name);
    if (found === undefined) return;
    if (found.images.size > 0 && !force) {
      const message = `The repository with name '${name}' in registry with id '${accountId}' cannot be deleted because `
        + 'it still contains images';
      throw new AwsError('RepositoryNotEmptyException', message);
    }
    this.byName.of(accountId, region).delete(name);
  }

  /** Stores an image or an index and returns it. */
  public put(repository: Repository, body: string, mediaType: string, tag: string | undefined): StoredImage {
    const digest = digestOf(Buffer.from(body));
    const known = repository.images.get(digest);
    if (known !== undefined && (tag === undefined || known.tags.has(tag))) {
      const named = tag === undefined ? digest : `tag ${tag} and digest ${digest}`;
      throw new AwsError(
        'ImageAlreadyExistsException',
        `Image with ${named} already exists in the repository with name '${repository.name}'`,
      );
    }
    const holder = tag === undefined ? undefined : imageOf(repository, { imageTag: tag });
    if (holder !== undefined && repository.isImmutable) {
      const message = `The image tag '${tag}' already exists in the '${repository.name}' repository and cannot be `
        + 'overwritten because the tag is immutable.';
      throw new AwsError('ImageTagAlreadyExistsException', message);
    }
    const stored = known ?? { digest, body, mediaType, pushedAt: this.now(), tags: new Set<string>() };
    if (tag !== undefined) {
      holder?.tags.delete(tag);
      stored.tags.add(tag);
    }
    repository.images.set(digest, stored);
    return stored;
  }
}

export function imageOf({ images }: Repository, { imageDigest, imageTag }: ImageId): StoredImage | undefined {
  if (imageDigest !== undefined) return images.get(imageDigest);
  return [...images.values()].find(({ tags }) => imageTag !== undefined && tags.has(imageTag));
}

export function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
