import {
  EnableRegionCommand,
  GetAlternateContactCommand,
  GetRegionOptStatusCommand,
  PutAlternateContactCommand,
} from '@aws-sdk/client-account';
import type { AlternateContactType } from '@aws-sdk/client-account';
import { CreateAccountAliasCommand, IAMClient, ListAccountAliasesCommand } from '@aws-sdk/client-iam';
import { featureHint } from './access';
import type { ManagementAccount } from './management';
import { unlessNamed } from './management';
import type { ContactDetails, Contacts } from '../../src/account/contract';
import { clientDefaults } from '../shared/clients';

export type ContactType = keyof Contacts;

/** The settings of member accounts besides name, unit and tags. */
export interface AccountSettings {
  contact(accountId: string, type: ContactType): Promise<ContactDetails | undefined>;
  putContact(accountId: string, type: ContactType, contact: ContactDetails): Promise<void>;
  /** For example `ENABLED`, `ENABLING` or `DISABLED`. */
  regionStatus(accountId: string, region: string): Promise<string>;
  /** Starts to enable a region, which takes minutes to hours. */
  enableRegion(accountId: string, region: string): Promise<void>;
  /** The alias of an account, through a role of that account. */
  alias(accountId: string, roleName: string): Promise<string | undefined>;
  /** Replaces the alias: an account has at most one. */
  setAlias(accountId: string, roleName: string, alias: string): Promise<void>;
}

const TYPES: Readonly<Record<ContactType, AlternateContactType>> = {
  billing: 'BILLING', operations: 'OPERATIONS', security: 'SECURITY',
};

/** The settings through the AWS SDK. */
export class AwsAccountSettings implements AccountSettings {
  public constructor(private readonly management: ManagementAccount) {}

  public async contact(accountId: string, type: ContactType): Promise<ContactDetails | undefined> {
    const command = new GetAlternateContactCommand({ AccountId: accountId, AlternateContactType: TYPES[type] });
    return unlessNamed('ResourceNotFoundException', () =>
      this.call('account:GetAlternateContact', 'ALTERNATE_CONTACTS', async () => {
        const { AlternateContact: found } = await this.accounts.send(command);
        return found && {
          contactName: found.Name ?? '',
          title: found.Title ?? '',
          email: found.EmailAddress ?? '',
          phoneNumber: found.PhoneNumber ?? '',
        };
      }),
    );
  }

  public async putContact(accountId: string, type: ContactType, contact: ContactDetails): Promise<void> {
    const command = new PutAlternateContactCommand({
      AccountId: accountId,
      AlternateContactType: TYPES[type],
      Name: contact.contactName,
      Title: contact.title,
      EmailAddress: contact.email,
      PhoneNumber: contact.phoneNumber,
    });
    await this.call('account:PutAlternateContact', 'ALTERNATE_CONTACTS', () => this.accounts.send(command));
  }

  public async regionStatus(accountId: string, region: string): Promise<string> {
    const command = new GetRegionOptStatusCommand({ AccountId: accountId, RegionName: region });
    const { RegionOptStatus: status } = await this.call('account:GetRegionOptStatus', 'OPT_IN_REGIONS', () =>
      this.accounts.send(command),
    );
    return status ?? '';
  }

  public async enableRegion(accountId: string, region: string): Promise<void> {
    const command = new EnableRegionCommand({ AccountId: accountId, RegionName: region });
    await this.call('account:EnableRegion', 'OPT_IN_REGIONS', () => this.accounts.send(command));
  }

  public async alias(accountId: string, roleName: string): Promise<string | undefined> {
    const client = await this.iamIn(accountId, roleName);
    return (await client.send(new ListAccountAliasesCommand({}))).AccountAliases?.[0];
  }

  public async setAlias(accountId: string, roleName: string, alias: string): Promise<void> {
    const client = await this.iamIn(accountId, roleName);
    await client.send(new CreateAccountAliasCommand({ AccountAlias: alias }));
  }

  private get accounts() {
    return this.management.clients.accounts;
  }

  private async call<T>(action: string, feature: string, run: () => Promise<T>): Promise<T> {
    return this.management.withAccessErrors(action, run, featureHint(feature));
  }

  private async iamIn(accountId: string, roleName: string): Promise<IAMClient> {
    const credentials = await this.management.memberCredentials(accountId, roleName);
    return new IAMClient({ ...clientDefaults(), region: this.management.region, credentials });
  }
}
