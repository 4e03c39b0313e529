import { awsError } from './fake-directory';
import type { FakeDirectory } from './fake-directory';
import type { Closer } from '../../lambda/account/closing/aws';
import type { AccountSettings, ContactType } from '../../lambda/account/settings-aws';
import type { ContactDetails } from '../../src/account/contract';

/** The settings of accounts in memory. */
export class FakeSettings implements AccountSettings {
  public readonly contacts = new Map<string, ContactDetails>();
  public readonly regions = new Map<string, string>();
  public readonly aliases = new Map<string, string>();
  public readonly calls: string[] = [];

  public async contact(accountId: string, type: ContactType): Promise<ContactDetails | undefined> {
    return this.contacts.get(`${accountId}/${type}`);
  }

  public async putContact(accountId: string, type: ContactType, contact: ContactDetails): Promise<void> {
    this.calls.push(`putContact ${type}`);
    this.contacts.set(`${accountId}/${type}`, contact);
  }

  public async regionStatus(accountId: string, region: string): Promise<string> {
    return this.regions.get(`${accountId}/${region}`) ?? 'DISABLED';
  }

  public async enableRegion(accountId: string, region: string): Promise<void> {
    this.calls.push(`enableRegion ${region}`);
    this.regions.set(`${accountId}/${region}`, 'ENABLING');
  }

  public async alias(accountId: string): Promise<string | undefined> {
    return this.aliases.get(accountId);
  }

  public async setAlias(accountId: string, _roleName: string, alias: string): Promise<void> {
    this.calls.push(`setAlias ${alias}`);
    if ([...this.aliases.values()].includes(alias)) throw awsError('EntityAlreadyExistsException');
    this.aliases.set(accountId, alias);
  }
}

/** Closures in an organization in memory. */
export class FakeCloser implements Closer {
  /** Errors that the next closures meet, one each. */
  public readonly refusals: Error[] = [];
  public readonly closed: string[] = [];

  public constructor(private readonly directory: FakeDirectory) {}

  public async close(accountId: string): Promise<void> {
    const refusal = this.refusals.shift();
    if (refusal) throw refusal;
    this.closed.push(accountId);
    this.directory.change(accountId, { state: 'PENDING_CLOSURE' });
  }
}
