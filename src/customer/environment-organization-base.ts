import { Construct } from 'constructs';
import type { IEnvironmentOrganization } from './environment-organization-interface';
import type { IAccount } from '../account/account-interface';
import { Side } from '../blue-green/side';
import type { DatabaseClient } from '../database/database-props';
import type { ISharedDatabase } from '../database/shared-database';
import type { INetwork } from '../network/network-interface';
import { fail } from '../private/validate';

/** What defined and imported environment organizations have in common. */
export abstract class EnvironmentOrganizationBase extends Construct implements IEnvironmentOrganization {
  public abstract readonly organizationName: string;
  public abstract readonly organizationalUnitId: string;
  public abstract readonly sharedServicesAccount?: IAccount;
  public abstract readonly sharedServicesNetwork?: INetwork;
  public abstract readonly workNetworks: INetwork[];
  public abstract readonly deploymentNetworks: INetwork[];
  public abstract readonly database?: ISharedDatabase;

  public databaseClients(roleNames: string[], sides: Side[] = [Side.BLUE, Side.GREEN]): DatabaseClient[] {
    if (sides.length === 0) fail(this, "'sides' of the database must contain at least one side");
    return this.deploymentNetworks.filter((_, index) => sides.includes(index === 0 ? Side.BLUE : Side.GREEN))
      .map(({ account, cidr }) => ({ account, cidr, roleNames }));
  }
}
