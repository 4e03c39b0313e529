import * as v from 'valibot';
import { imageOperations } from './images';
import { Layers } from './layers';
import { permissions } from './permissions';
import { digestOf, imageOf, Repositories } from './repositories';
import type { Repository } from './repositories';
import { repositoryType } from './resource-types';
import { read } from '../../core/protocol/read';
import type { RouteResponse } from '../../core/server';
import type { Call, Environment, HttpRequest, Operation, OwnedPolicy, ResourceType, Service } from '../../core/service';
import { AwsError } from '../../core/service';
import type { Identities } from '../iam/identities';

const RepositoryInput = v.object({ repositoryName: v.string(), registryId: v.optional(v.string()) });
const DeleteInput = v.object({ ...RepositoryInput.entries, force: v.optional(v.boolean(), false) });
const DescribeInput = v.object({
  repositoryNames: v.optional(v.array(v.string())),
  registryId: v.optional(v.string()),
});

/** An image with one layer that is stored without Docker. */
interface PlainImage {
  readonly tag: string;
  readonly config: Buffer;
  readonly layer: Buffer;
}

/** Amazon ECR: image repositories with real layers. */
export class Ecr implements Service {
  public readonly name = 'ecr';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation>;
  public readonly permissions = permissions;
  public readonly resourceTypes: Record<string, ResourceType>;
  public readonly existing: Service['existing'] = {
    'AWS::ECR::Repository': ({ accountId, region }) => this.repositories.ofAccount(accountId, region)
      .map(({ name: id, arn, tags }) => ({ id, arn, tags })),
  };
  private readonly repositories: Repositories;
  private readonly layers: Layers;

  public constructor(environment: Environment, iam: Identities) {
    this.repositories = new Repositories(environment.partition, () => environment.clock.now());
    const repositoryOf = (call: Call): Repository => this.repositoryOf(call);
    this.layers = new Layers(environment, repositoryOf);
    this.operations = {
      CreateRepository: async call => this.createByCall(call),
      DeleteRepository: async call => this.deleteByCall(call),
      DescribeRepositories: async call => this.describe(call),
      GetRepositoryPolicy: async call => policyOf(repositoryOf(call)),
      ...this.layers.operations,
      ...imageOperations(this.repositories, repositoryOf),
    };
    this.resourceTypes = { 'AWS::ECR::Repository': repositoryType(this.repositories, iam) };
  }

  public resourcePolicy(arn: string): OwnedPolicy | undefined {
    return this.repositories.findByArn(arn);
  }

  public resourceTags(arn: string): Readonly<Record<string, string>> {
    return this.repositories.findByArn(arn)?.tags ?? {};
  }

  public repository(accountId: string, region: string, name: string): Repository | undefined {
    return this.repositories.find(accountId, region, name);
  }

  /** Whether a known repository lacks the image; false for unknown repositories. */
  public lacks(address: string): boolean {
    const [, accountId = '', region = '', name = '', tag, digest] =
      /^(\d{12})\.dkr\.ecr\.([\w-]+)\.[^/]+\/([^:@]+)(?::([^:@]+))?(?:@(.+))?$/.exec(address) ?? [];
    const repository = this.repository(accountId, region, name);
    if (repository === undefined || (digest ?? tag) === undefined) return false;
    // beside a digest, the tag is only a comment
    return imageOf(repository, digest === undefined ? { imageTag: tag } : { imageDigest: digest }) === undefined;
  }

  /** Stores an image with one layer, unless it exists. */
  public putPlainImage(repository: Repository, { tag, config, layer }: PlainImage): void {
    if (imageOf(repository, { imageTag: tag }) !== undefined) return;
    const blob = (content: Buffer, mediaType: string) => {
      repository.layers.set(digestOf(content), content);
      return { mediaType, size: content.length, digest: digestOf(content) };
    };
    const mediaType = 'application/vnd.docker.distribution.manifest.v2+json';
    const body = JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: blob(config, 'application/vnd.docker.container.image.v1+json'),
      layers: [blob(layer, 'application/vnd.docker.image.rootfs.diff.tar.gzip')],
    });
    this.repositories.put(repository, body, mediaType, tag);
  }

  /** Serves the download of a layer. */
  public download(request: HttpRequest): RouteResponse {
    return this.layers.download(request);
  }

  private createByCall(call: Call): unknown {
    const { repositoryName: name } = read(RepositoryInput, call.input);
    return {
      repository: described(this.repositories.create({ accountId: call.caller.accountId, region: call.region, name })),
    };
  }

  private deleteByCall(call: Call): unknown {
    const { force } = read(DeleteInput, call.input);
    const repository = this.repositoryOf(call);
    this.repositories.remove(repository.accountId, call.region, repository.name, force);
    return { repository: described(repository) };
  }

  private describe(call: Call): unknown {
    const { repositoryNames: names, registryId: accountId = call.caller.accountId } = read(DescribeInput, call.input);
    const found =
      names?.map(name => this.repositories.required(accountId, call.region, name))
      ?? this.repositories.ofAccount(accountId, call.region);
    return { repositories: found.map(described) };
  }

  private repositoryOf(call: Call): Repository {
    const { repositoryName: name, registryId = call.caller.accountId } = read(RepositoryInput, call.input);
    return this.repositories.required(registryId, call.region, name);
  }
}

function policyOf({ accountId, name, policy }: Repository): unknown {
  if (policy === undefined) {
    throw new AwsError(
      'RepositoryPolicyNotFoundException',
      `Repository policy does not exist for the repository with name '${name}' in the registry with id '${accountId}'`,
    );
  }
  return { registryId: accountId, repositoryName: name, policyText: JSON.stringify(policy) };
}

function described({ name, arn, uri, accountId, createdAt, isImmutable }: Repository): Record<string, unknown> {
  return {
    registryId: accountId,
    repositoryName: name,
    repositoryArn: arn,
    repositoryUri: uri,
    createdAt: new Date(createdAt),
    imageTagMutability: isImmutable ? 'IMMUTABLE' : 'MUTABLE',
  };
}
