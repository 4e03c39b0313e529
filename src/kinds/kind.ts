import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { OrganizationAccessConfig } from '../organization/organization-access';

/** A statement of a role's policy. */
export interface Permission {
  readonly statement: PolicyStatement;
  /** Reason for the wildcards in its resources. */
  readonly whyWildcard?: string;
}

/** Prefixes of the keys of records in the registry, by permission. */
export interface RecordAccess {
  /** Read, written and deleted. */
  readonly write?: readonly string[];
  /** Read and deleted, but not written. */
  readonly remove?: readonly string[];
  /** Read and written, but not deleted. */
  readonly put?: readonly string[];
  /** Read only. */
  readonly read?: readonly string[];
  /** Kinds of records that may be listed by the index of the registry. */
  readonly list?: readonly string[];
  /** Queues, to which members are added and from which they are removed. */
  readonly queue?: readonly string[];
}

/** Attributes of the organization that the permissions of a kind depend on. */
export interface KindContext {
  readonly organizationId: string;
  /** The closed account that the CICD account replaces. */
  readonly replacedCicdAccountId?: string;
  readonly access: OrganizationAccessConfig;
  /** Patterns of the names of the repositories that may be used. */
  readonly repositoryNames: readonly string[];
  /** Secrets with the credentials of other hosts of repositories. */
  readonly repositoryCredentials: readonly ISecret[];
}

/**
 * A kind of custom resource. The functions, their roles and their permissions on the registry are derived from the
 * list of kinds (`list.ts`).
 */
export interface Kind {
  /** Name of the folder in `lambda/` and of the bundle. */
  readonly name: string;
  /** Shown by CloudFormation: `Custom::OrgEnvironments…`. */
  readonly resourceType: string;
  /** Further types that the same function serves; a request names its kind. */
  readonly alsoServes?: readonly string[];
  /** A fixed name, because policies of other accounts and error messages contain it. */
  readonly roleName: string;
  readonly description: string;
  readonly records: RecordAccess;
  environment?(context: KindContext): { readonly [name: string]: string };
  /** Permissions in addition to those on the registry and the log. */
  permissions(context: KindContext): readonly Permission[];
}
