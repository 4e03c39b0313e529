import type { Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { IAccount } from '../account/account-interface';
import type { IOrganization } from '../organization/organization-interface';

/** The network of a database: what it needs of a `Network`. */
export interface IDatabaseNetwork extends IConstruct {
  /** Account of the VPC. The database is created there. */
  readonly account: IAccount;

  /**
   * Id of the VPC.
   *
   * @attribute
   */
  readonly vpcId: string;

  /** Region of the VPC, for example `eu-west-1`. */
  readonly region: string;

  /** Addresses of the VPC in CIDR notation, for example `10.1.0.0/20`. */
  readonly cidr: string;

  /** Ids of the database subnets, in two availability zones or more. */
  readonly databaseSubnetIds: string[];
}

/** An account that uses a database, for example a side of a `BlueGreenEnvironment`. */
export interface DatabaseClient {
  /** The account. It may use the key of the database, for snapshots that are shared with it. */
  readonly account: IAccount;

  /** Addresses from which the account connects, in CIDR notation: those of its network, reached over a `TransitHub`. */
  readonly cidr: string;

  /**
   * Names of the roles of the account that may read the secret, without path; `*` is not allowed.
   *
   * @default - none; the account reads no secret
   */
  readonly roleNames?: string[];
}

/** Properties that all shared databases have. */
export interface SharedDatabaseProps {
  /** The organization whose provider deploys the database. */
  readonly organization: IOrganization;

  /** The network of the database. Another network is another database, so it is rejected: see `databaseIdentifier`. */
  readonly network: IDatabaseNetwork;

  /** The accounts that use the database, from 1 to 20. Nothing else can connect to it. */
  readonly clients: DatabaseClient[];

  /**
   * Identifier of the database in its account and region: 1 to 40 lower-case letters, digits and single hyphens,
   * beginning with a letter. **Never change it: that would create an empty database.** Because it is the same,
   * CloudFormation rejects every other change that would replace the database.
   */
  readonly databaseIdentifier: string;

  /**
   * Name of the first database in it: 1 to 63 letters, digits and underscores, beginning with a letter. It cannot
   * be changed.
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
   * Whether the database is protected against deletion. Set it to `false` in a deployment of its own before the
   * database is removed.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;
}

/** Properties of `SharedDatabase.auroraPostgres()`. */
export interface AuroraDatabaseProps extends SharedDatabaseProps {
  /**
   * Minimum capacity of an instance in ACU (2 GB of memory each), from 0 to 256 in steps of 0.5. With 0, an instance
   * without connections stops after five minutes, and the first connection waits about 15 seconds.
   *
   * @default 0.5
   */
  readonly minCapacity?: number;

  /**
   * Maximum capacity of an instance in ACU, from 1 to 256.
   *
   * @default 4
   */
  readonly maxCapacity?: number;
}

/** Properties of `SharedDatabase.postgres()`. */
export interface PostgresDatabaseProps extends SharedDatabaseProps {
  /**
   * Class of the instance, for example `db.m7g.large`.
   *
   * @default 'db.t4g.medium'
   */
  readonly instanceClass?: string;

  /**
   * Storage in GB, from 20. It may grow, but not shrink.
   *
   * @default 20
   */
  readonly allocatedStorage?: number;

  /**
   * Storage in GB to which it grows when it is nearly full.
   *
   * @default - five times `allocatedStorage`
   */
  readonly maxAllocatedStorage?: number;
}
