import type { IRepository } from 'aws-cdk-lib/aws-codecommit';
import type { Construct } from 'constructs';
import { CodeCommitHost } from './codecommit-host';
import type { SourceConfig, SourceHost } from './source-host';
import type { IOrganization } from '../organization/organization-interface';
import { rejectSubclass } from '../private/reject';

/**
 * The repository of the branches of environments. The class cannot be subclassed, because the functions of the
 * organization support only these hosts of repositories.
 *
 * @example
 * const source = Source.codeCommit(Repository.fromRepositoryName(this, 'Shop', 'shop'));
 */
export class Source {
  /**
   * A CodeCommit repository.
   *
   * @param repository must be in the account and region of the CICD stack; the `repositoryNames` of the organization
   * must allow its name
   */
  public static codeCommit(repository: IRepository): Source {
    return new Source(new CodeCommitHost(repository));
  }

  private constructor(private readonly host: SourceHost) {
    rejectSubclass(new.target, Source, 'use Source.codeCommit()');
  }

  /** @internal */
  public _repositoryArn(): string {
    return this.host.repositoryArn;
  }

  /** @internal */
  public _bind(scope: Construct, organization: IOrganization): SourceConfig {
    return this.host.bind(scope, organization);
  }
}
