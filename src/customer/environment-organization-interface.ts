import type { IConstruct } from 'constructs';
import type { IAccount } from '../account/account-interface';
import type { Side } from '../blue-green/side';
import type { DatabaseClient } from '../database/database-props';
import type { ISharedDatabase } from '../database/shared-database';
import type { INetwork } from '../network/network-interface';

/** The environments of a customer for one application. */
export interface IEnvironmentOrganization extends IConstruct {
  /** Name of the environment organization. */
  readonly organizationName: string;

  /** Id of the organizational unit of its accounts. */
  readonly organizationalUnitId: string;

  /**
   * The account with what the environments share, for example their database.
   *
   * @default - it has none
   */
  readonly sharedServicesAccount?: IAccount;

  /**
   * The network of the shared services account.
   *
   * @default - it has none
   */
  readonly sharedServicesNetwork?: INetwork;

  /** The networks of the work accounts, in the order of `workAccounts`; empty: there are none. */
  readonly workNetworks: INetwork[];

  /** The networks of the deployment accounts, blue and green; empty: there are none. */
  readonly deploymentNetworks: INetwork[];

  /**
   * The database that the deployment accounts share.
   *
   * @default - it has none
   */
  readonly database?: ISharedDatabase;

  /**
   * Returns the deployment accounts as clients of a `SharedDatabase`.
   *
   * @param roleNames names of their roles that may read the secret of the database, without path
   * @param sides the sides that are clients; by default both
   */
  databaseClients(roleNames: string[], sides?: Side[]): DatabaseClient[];
}

/**
 * Attributes of an environment organization of another app, for
 * `EnvironmentOrganization.fromEnvironmentOrganizationAttributes`.
 */
export interface EnvironmentOrganizationAttributes {
  /** Name of the environment organization. */
  readonly organizationName: string;

  /** Id of the organizational unit of its accounts, for example `ou-ab12-cdefgh34`. */
  readonly organizationalUnitId: string;

  /**
   * The account with what the environments share.
   *
   * @default - it has none
   */
  readonly sharedServicesAccount?: IAccount;

  /**
   * The network of the shared services account: `Network.fromNetworkAttributes()`.
   *
   * @default - it has none
   */
  readonly sharedServicesNetwork?: INetwork;

  /**
   * The networks of the work accounts.
   *
   * @default - none
   */
  readonly workNetworks?: INetwork[];

  /**
   * The networks of the deployment accounts, blue and green.
   *
   * @default - none
   */
  readonly deploymentNetworks?: INetwork[];

  /**
   * The database that the deployment accounts share.
   *
   * @default - it has none
   */
  readonly database?: ISharedDatabase;
}
