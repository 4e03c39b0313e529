import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import type { AuroraDatabaseProps, PostgresDatabaseProps, SharedDatabaseProps } from './database-props';
import { auroraResources, PORT, postgresResources } from './database-resources';
import type { DatabaseAttributes } from './database-resources';
import { checkCapacity, checkDatabase, checkStorage } from './validate-database';
import { preparedAccountId } from '../account/internals';
import { UniqueClaims } from '../private/unique-claims';
import { AccountStack } from '../stack/account-stack';

/** A PostgreSQL database that accounts share. */
export interface ISharedDatabase extends IConstruct {
  /**
   * Host name of the database, which resolves to an address of its VPC.
   *
   * @attribute
   */
  readonly endpointAddress: string;

  /** Port of the database. */
  readonly port: number;

  /** Name of the first database in it. */
  readonly databaseName: string;

  /**
   * ARN of the secret with the user and the password of the database, as JSON.
   *
   * @attribute
   */
  readonly secretArn: string;

  /**
   * ARN of the key that encrypts the database and the secret.
   *
   * @attribute
   */
  readonly keyArn: string;
}

/** Attributes of a database that exists, for `SharedDatabase.fromSharedDatabaseAttributes`. */
export interface SharedDatabaseAttributes {
  /** Host name of the database. */
  readonly endpointAddress: string;
  /** ARN of the secret with the user and the password. */
  readonly secretArn: string;
  /** ARN of the key that encrypts the secret. */
  readonly keyArn: string;
  /**
   * Name of the database.
   *
   * @default 'app'
   */
  readonly databaseName?: string;
  /**
   * Port of the database.
   *
   * @default 5432
   */
  readonly port?: number;
}

/**
 * A PostgreSQL database in an account of its own, which deployment accounts share: so both sides of a
 * `BlueGreenEnvironment` have the same data. Only the declared clients can connect to it, with TLS, and only their
 * named roles can read its secret, whose password RDS rotates every seven days.
 *
 * A database that is removed leaves a snapshot, and its key. Changes that would replace it are rejected.
 *
 * @example
 * const database = SharedDatabase.auroraPostgres(this, 'Database', {
 *   organization,
 *   network,
 *   databaseIdentifier: 'shop',
 *   clients: [
 *     { account: blueAccount, cidr: '10.1.0.0/20', roleNames: ['shop-service'] },
 *     { account: greenAccount, cidr: '10.1.16.0/20', roleNames: ['shop-service'] },
 *   ],
 * });
 */
export class SharedDatabase extends Construct implements ISharedDatabase {
  /**
   * Aurora PostgreSQL with capacity on demand.
   *
   * @param props network, clients and capacity
   */
  public static auroraPostgres(scope: Construct, id: string, props: AuroraDatabaseProps): SharedDatabase {
    return new SharedDatabase(scope, id, props, 'aurora-postgresql', (stack, database) => {
      checkCapacity(database, props);
      return auroraResources(stack, props, clientsOf(database, props));
    });
  }

  /**
   * RDS for PostgreSQL on an instance.
   *
   * @param props network, clients, instance and storage
   */
  public static postgres(scope: Construct, id: string, props: PostgresDatabaseProps): SharedDatabase {
    return new SharedDatabase(scope, id, props, 'postgres', (stack, database) => {
      checkStorage(database, props);
      return postgresResources(stack, props, clientsOf(database, props));
    });
  }

  /**
   * Imports a database that exists.
   *
   * @param attrs its address and secret
   */
  public static fromSharedDatabaseAttributes(
    scope: Construct, id: string, attrs: SharedDatabaseAttributes,
  ): ISharedDatabase {
    class Import extends Construct implements ISharedDatabase {
      public readonly endpointAddress = attrs.endpointAddress;
      public readonly port = attrs.port ?? PORT;
      public readonly databaseName = attrs.databaseName ?? 'app';
      public readonly secretArn = attrs.secretArn;
      public readonly keyArn = attrs.keyArn;
    }
    return new Import(scope, id);
  }

  public readonly endpointAddress: string;
  public readonly port: number = PORT;
  public readonly databaseName: string;
  public readonly secretArn: string;
  public readonly keyArn: string;

  /** The stack of the database in its account. */
  public readonly stack: AccountStack;

  private constructor(
    scope: Construct, id: string, props: SharedDatabaseProps, engine: string,
    create: (stack: AccountStack, database: Construct) => DatabaseAttributes,
  ) {
    super(scope, id);
    checkDatabase(this, props);
    const { organization, network, databaseIdentifier } = props;
    UniqueClaims.of(this).claim(this, 'database', databaseIdentifier,
      'every database needs its own databaseIdentifier');
    this.stack = new AccountStack(this, 'Stack', {
      organization,
      account: network.account,
      region: network.region,
      stackName: `database-${databaseIdentifier}`,
      description: 'A database that accounts share (cdk-org-environments)',
    });
    this.databaseName = props.databaseName ?? 'app';
    this.fix(props, engine);
    const { address, secretArn, keyArn } = create(this.stack, this);
    this.endpointAddress = address;
    this.secretArn = secretArn;
    this.keyArn = keyArn;
  }

  /** What would be another, empty database. */
  private fix({ databaseIdentifier, network }: SharedDatabaseProps, engine: string): void {
    const fixed = {
      databaseIdentifier,
      engine,
      'databaseName': this.databaseName,
      'network': network.vpcId,
      'account of the network': network.account.accountId,
    };
    for (const [name, value] of Object.entries(fixed)) this.stack._fix(name, value);
  }
}

function clientsOf(scope: Construct, { clients, organization }: SharedDatabaseProps) {
  return clients.map(({ account, cidr, roleNames = [] }) =>
    ({ accountId: preparedAccountId(scope, account, organization), cidr, roleNames }));
}
