import type { IRepository } from 'aws-cdk-lib/aws-codecommit';
import type { Construct } from 'constructs';
import { CodeCommitHost } from './codecommit-host';
import type { SourceConfig, SourceHost } from './source-host';
import type { IOrganization } from '../organization/organization-interface';
import { rejectSubclass } from '../private/reject';

/**
 * The repository that environments take their code from. It cannot be subclassed: the functions of the organization work
 * with the hosts of repositories that they know.
 */
export class Source {
  /**
   * Returns a CodeCommit repository as a source.
   *
   * @param repository must be in the account and region of the CICD stack; the `repositoryNames` of the organization must
   * allow its name
   */
  public static codeCommit(repository: IRepository): Source {
    return new Source(new CodeCommitHost(repository));
  }

  private constructor(private readonly host: SourceHost) {
    rejectSubclass(new.target, Source, 'use Source.codeCommit()');
  }

  /** @internal */
  public _bind(scope: Construct, organization: IOrganization): SourceConfig {
    return this.host.bind(scope, organization);
  }
}
