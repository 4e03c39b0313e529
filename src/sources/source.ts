import type { IRepository } from 'aws-cdk-lib/aws-codecommit';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { CodeCommitHost } from './codecommit-host';
import { ConnectionHost } from './connection-host';
import { CreatedHost } from './created-host';
import type { SourceConfig, SourceHost } from './source-host';
import type { IOrganization } from '../organization/organization-interface';
import { rejectSubclass } from '../private/reject';

/** How a repository outside of AWS is read, and how branches are created in it. */
export interface ConnectionOptions {
  /**
   * ARN of the connection through which pipelines read the repository: `arn:aws:codeconnections:…`, in the account and
   * region of the CICD stack. It is shared with the accounts of the environments by AWS RAM, so sharing with the
   * organization must be enabled (`aws ram enable-sharing-with-aws-organization`, once, in the management account).
   */
  readonly connectionArn: string;

  /**
   * The secret with the credentials for the API of the host, with which branches are created. The
   * `repositoryCredentials` of the organization must contain it. See `docs/sources.md` for its content.
   */
  readonly credentials: ISecret;
}

/** A repository of GitHub. */
export interface GitHubSourceProps extends ConnectionOptions {
  /** The organization or the user that owns the repository. */
  readonly owner: string;
  /** Name of the repository. */
  readonly repository: string;
}

/** A repository of GitLab. */
export interface GitLabSourceProps extends ConnectionOptions {
  /** The group or the user that owns the project. Groups in groups are separated by `/`. */
  readonly group: string;
  /** Name of the project. */
  readonly project: string;
}

/** A repository of Bitbucket. */
export interface BitbucketSourceProps extends ConnectionOptions {
  /** The workspace that owns the repository. */
  readonly workspace: string;
  /** Name of the repository, as in its address. */
  readonly repository: string;
}

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

  /**
   * A repository on github.com.
   *
   * @param props the repository, the connection and the credentials
   */
  public static gitHub(props: GitHubSourceProps): Source {
    const { owner, repository, connectionArn, credentials } = props;
    return new Source(new ConnectionHost({
      host: 'github', fullName: `${owner}/${repository}`, connectionArn, credentials,
    }));
  }

  /**
   * A repository on gitlab.com. Its builds clone the repository, because GitLab limits the downloads of archives.
   *
   * @param props the repository, the connection and the credentials
   */
  public static gitLab(props: GitLabSourceProps): Source {
    const { group, project, connectionArn, credentials } = props;
    return new Source(new ConnectionHost({
      host: 'gitlab', fullName: `${group}/${project}`, connectionArn, credentials,
    }));
  }

  /**
   * A repository on bitbucket.org.
   *
   * @param props the repository, the connection and the credentials
   */
  public static bitbucket(props: BitbucketSourceProps): Source {
    const { workspace, repository, connectionArn, credentials } = props;
    return new Source(new ConnectionHost({
      host: 'bitbucket', fullName: `${workspace}/${repository}`, connectionArn, credentials,
    }));
  }

  private constructor(private readonly host: SourceHost) {
    rejectSubclass(new.target, Source, 'use Source.codeCommit(), gitHub(), gitLab() or bitbucket()');
  }

  /** @internal */
  public _repositoryArn(): string | undefined {
    return this.host.repositoryArn;
  }

  /** @internal */
  public _createdBy(repository: Construct): Source {
    return new Source(new CreatedHost(this.host, repository));
  }

  /** @internal */
  public _bind(scope: Construct, organization: IOrganization): SourceConfig {
    return this.host.bind(scope, organization);
  }
}
