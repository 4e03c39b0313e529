import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { OrganizationAccessConfig } from '../organization/organization-access';

/** A statement of a role's policy. */
export interface Permission {
  readonly statement: PolicyStatement;
  /** Why its resources have wildcards. */
  readonly whyWildcard?: string;
}

/** Prefixes of the registry's records, by what may be done with them. */
export interface RecordAccess {
  /** Read, written and deleted. */
  readonly write?: readonly string[];
  /** Read and written, but not deleted. */
  readonly put?: readonly string[];
  /** Read only. */
  readonly read?: readonly string[];
  /** Kinds of records that may be listed by the index of the registry. */
  readonly list?: readonly string[];
  /** Queues, which members join and leave independently of one another. */
  readonly queue?: readonly string[];
}

/** What a kind needs to know of the organization to state its permissions. */
export interface KindContext {
  readonly organizationId: string;
  readonly access: OrganizationAccessConfig;
  /** Patterns of the names of the repositories that may be used. */
  readonly repositoryNames: readonly string[];
}

/**
 * One kind of custom resource. The list of kinds (`list.ts`) is the only place from which the functions, their roles and
 * their permissions on the registry are made.
 */
export interface Kind {
  /** Name of the folder in `lambda/` and of the bundle. */
  readonly name: string;
  /** Shown by CloudFormation: `Custom::OrgEnvironments…`. */
  readonly resourceType: string;
  /** Further types that the same function serves; a request names its kind. */
  readonly alsoServes?: readonly string[];
  /** Fixed, because policies of other accounts and error messages name it. */
  readonly roleName: string;
  readonly description: string;
  readonly records: RecordAccess;
  environment?(context: KindContext): { readonly [name: string]: string };
  /** Rights besides those on the registry and the log. */
  permissions(context: KindContext): readonly Permission[];
}
