import type { Duration } from 'aws-cdk-lib';
import type { CustomerAccountBaselines, CustomerNetworkOptions, ICustomerOrganization } from './customer-props';
import type { IAccount } from '../account/account-interface';
import type { ReleaseOptions } from '../blue-green/blue-green-props';
import type { Side } from '../blue-green/side';
import type { Traffic } from '../blue-green/traffic';
import type { DatabaseClient } from '../database/database-props';
import type { ISharedDatabase } from '../database/shared-database';
import type { INetwork } from '../network/network-interface';
import type { IOrganizationalUnit } from '../organization/organizational-unit';
import type { PipelineOptions } from '../pipeline/pipeline';
import type { Source } from '../sources/source';

/** A work account of an environment organization: an environment with one branch, one pipeline and one account. */
export interface WorkAccountOptions {
  /**
   * Name of the work account in the environment organization: 1 to 20 lower-case letters, digits and single hyphens,
   * beginning with a letter, for example `dev`. The environment is called `<customer>-<organization>-<name>`.
   */
  readonly name: string;

  /**
   * Name of the branch.
   *
   * @default - `env/<name of the environment>`
   */
  readonly branchName?: string;

  /**
   * Name of the branch from whose head the branch is created.
   *
   * @default 'main'
   */
  readonly parentBranchName?: string;

  /**
   * An account that exists.
   *
   * @default - an account with the name of the environment is vended
   */
  readonly account?: IAccount;

  /**
   * A network of the `account` that exists. Its addresses must not overlap others of the customer: see
   * `IAddressSpace.adoptRange()`.
   *
   * @default - a network is created
   */
  readonly network?: INetwork;

  /**
   * Options of the pipeline.
   *
   * @default - the pipeline deploys every commit, without approval
   */
  readonly pipeline?: PipelineOptions;
}

/** The two deployment accounts of an environment organization, between which upgrades go blue/green. */
export interface DeploymentAccountsOptions extends ReleaseOptions {
  /** What divides the traffic between the two accounts. */
  readonly traffic: Traffic;

  /**
   * Name of the blue/green environment in the environment organization: 1 to 20 lower-case letters, digits and single
   * hyphens, beginning with a letter. The environment is called `<customer>-<organization>-<name>`.
   *
   * @default 'prod'
   */
  readonly name?: string;

  /**
   * Name of the branch from whose head the branches of both sides are created.
   *
   * @default 'main'
   */
  readonly parentBranchName?: string;

  /**
   * Whether each commit that arrives on the parent branch is released.
   *
   * @default false
   */
  readonly autoRelease?: boolean;

  /**
   * The account of the side blue.
   *
   * @default - an account is vended
   */
  readonly blueAccount?: IAccount;

  /**
   * The account of the side green.
   *
   * @default - an account is vended
   */
  readonly greenAccount?: IAccount;

  /**
   * A network of the `blueAccount` that exists. Its addresses must not overlap others of the customer: see
   * `IAddressSpace.adoptRange()`.
   *
   * @default - a network is created
   */
  readonly blueNetwork?: INetwork;

  /**
   * A network of the `greenAccount` that exists. Its addresses must not overlap others of the customer: see
   * `IAddressSpace.adoptRange()`.
   *
   * @default - a network is created
   */
  readonly greenNetwork?: INetwork;

  /**
   * The side that serves until the first release.
   *
   * @default Side.BLUE
   */
  readonly firstSide?: Side;

  /**
   * Options of the pipelines of both sides.
   *
   * @default - the pipelines deploy without approval
   */
  readonly pipeline?: PipelineOptions;
}

/** The database that the two deployment accounts share. */
export interface EnvironmentDatabaseOptions {
  /** Names of the roles of the deployment accounts that may read the secret of the database, without path. */
  readonly roleNames: string[];

  /**
   * Identifier of the database. **Never change it: that would create an empty database.**
   *
   * @default - `<customer>-<organization>`
   */
  readonly databaseIdentifier?: string;

  /**
   * Name of the first database in it: 1 to 63 letters, digits and underscores, beginning with a letter. It cannot be
   * changed.
   *
   * @default 'app'
   */
  readonly databaseName?: string;

  /**
   * Major version of PostgreSQL. A higher one is an upgrade, during which the database is not available for minutes.
   *
   * @default '17'
   */
  readonly majorVersion?: string;

  /**
   * The sides that may connect to the database. A release needs the side that it releases to.
   *
   * @default - both
   */
  readonly sides?: Side[];

  /**
   * Further accounts that use the database, for example one that migrates data. Their networks must reach the shared
   * services over the hub.
   *
   * @default - none
   */
  readonly clients?: DatabaseClient[];

  /**
   * Minimum capacity of an instance in ACU (2 GB of memory each), from 0 to 256 in steps of 0.5. With 0, an instance
   * without connections stops after five minutes, and the first connection waits about 15 seconds.
   *
   * @default 0.5
   */
  readonly minCapacity?: number;

  /**
   * Maximum capacity of an instance in ACU (2 GB of memory each), from 1 to 256.
   *
   * @default 4
   */
  readonly maxCapacity?: number;

  /**
   * Whether an instance in another availability zone takes over when the first one fails. It doubles the price of the
   * instances.
   *
   * @default true
   */
  readonly multiAz?: boolean;

  /**
   * How long automatic backups are kept, from 1 to 35 days.
   *
   * @default Duration.days(14)
   */
  readonly backupRetention?: Duration;

  /**
   * Whether the database is protected against deletion.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;
}

/** Properties of `EnvironmentOrganization`. */
export interface EnvironmentOrganizationProps {
  /** The customer of the environments. */
  readonly customer: ICustomerOrganization;

  /**
   * Name of the environment organization, for example of an application: 1 to 20 lower-case letters, digits and
   * hyphens, beginning with a letter. The unit, the accounts and the environments are named after it.
   *
   * @default - the id of the construct in lower case
   */
  readonly organizationName?: string;

  /**
   * Repository of all branches. For a new customer, it usually begins as a copy of a template repository.
   */
  readonly source: Source;

  /** The work accounts, for example for development, integration and acceptance. Fewer than three cause a warning. */
  readonly workAccounts: WorkAccountOptions[];

  /**
   * The two deployment accounts.
   *
   * @default - none
   */
  readonly deployment?: DeploymentAccountsOptions;

  /**
   * A database of Aurora PostgreSQL in the shared services account, which both deployment accounts use. For another
   * kind, define a `SharedDatabase` with `sharedServicesNetwork` and `databaseClients()`.
   *
   * @default - none
   */
  readonly database?: EnvironmentDatabaseOptions;

  /**
   * A database that exists: `SharedDatabase.fromSharedDatabaseAttributes()`. Who can connect to it, and read its
   * secret, stays as it is.
   *
   * @default - none
   */
  readonly existingDatabase?: ISharedDatabase;

  /**
   * A unit that exists, for the accounts of the environments. For that of the customer:
   * `OrganizationalUnit.fromOrganizationalUnitId(this, 'Unit', customer.organizationalUnitId)`.
   *
   * @default - the unit `<organization>` is created in that of the customer
   */
  readonly organizationalUnit?: IOrganizationalUnit;

  /**
   * An account that exists, for the shared services of the environments.
   *
   * @default - an account is vended
   */
  readonly sharedServicesAccount?: IAccount;

  /**
   * Whether there is an account for the shared services of the environments. It is required for the `database`.
   *
   * @default true
   */
  readonly sharedServices?: boolean;

  /**
   * A network of the shared services account that exists. Its addresses must not overlap others of the customer: see
   * `IAddressSpace.adoptRange()`.
   *
   * @default - a network is created
   */
  readonly sharedServicesNetwork?: INetwork;

  /**
   * Options of the network of each account.
   *
   * @default - 4,096 addresses in two availability zones, without NAT
   */
  readonly network?: CustomerNetworkOptions;

  /**
   * The baselines of the accounts that are vended, for each class.
   *
   * @default - those of the customer
   */
  readonly accountBaselines?: CustomerAccountBaselines;
}
