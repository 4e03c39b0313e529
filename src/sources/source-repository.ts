import { IResource, RemovalPolicy, Resource } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { RepositoryRequest, RepositoryResult } from './contract';
import type { Source } from './source';
import type { IOrganization } from '../organization/organization-interface';
import { RESOURCE_TYPES } from '../private/contract';
import { ManagedResource } from '../private/managed-resource';
import { rejectRemovalPolicy } from '../private/reject';
import { UniqueClaims } from '../private/unique-claims';
import { fail } from '../private/validate';

/** A repository that begins as a copy of a template. */
export interface ISourceRepository extends IResource {
  /** The repository, for the branches of environments. What uses it waits until the repository exists. */
  readonly source: Source;
}

/** Properties of `SourceRepository`. */
export interface SourceRepositoryProps {
  /** The organization whose provider creates the repository. */
  readonly organization: IOrganization;

  /** The repository. With commits, it is adopted as it is. */
  readonly source: Source;

  /** The repository whose default branch is copied, with its history. It may be on another host. */
  readonly template: Source;
}

/**
 * A repository that begins as a copy of a template, so that the pipelines of its environments deploy the template at
 * first.
 *
 * A repository that does not exist is created, as a private one. It gets the default branch of the template with all of
 * its commits, up to 50 MB, so that later changes of the template can be merged. A repository without a commit is
 * filled, and one with a commit is never changed. When the construct is removed, the repository stays.
 *
 * @example
 * const shop = new SourceRepository(this, 'ShopRepository', {
 *   organization,
 *   source: Source.codeCommit(Repository.fromRepositoryName(this, 'Shop', 'shop')),
 *   template: Source.codeCommit(Repository.fromRepositoryName(this, 'Template', 'environment-template')),
 * });
 * const branch = { source: shop.source, branchName: 'env/test' };
 */
export class SourceRepository extends Resource implements ISourceRepository {
  public readonly source: Source;

  public constructor(scope: Construct, id: string, props: SourceRepositoryProps) {
    super(scope, id);
    const { organization, source, template } = props;
    const { key, repository } = source._bind(this, organization);
    const from = template._bind(this, organization);
    const { repositoryName } = repository;
    if (from.key === key) fail(this, `the template must be another repository, got '${repositoryName}' twice`);
    UniqueClaims.of(this).claim(this, 'repository', key, 'create it once, and use its source for all environments');
    new ManagedResource<RepositoryRequest, RepositoryResult>(this, 'Resource', {
      organization,
      resourceType: RESOURCE_TYPES.repository,
      request: { ...repository, template: from.repository },
    });
    this.source = source._createdBy(this);
  }

  /**
   * Not supported: repositories are always kept.
   *
   * @param policy is rejected
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    rejectRemovalPolicy(this, policy, 'repositories are always kept');
  }
}
