import { fingerprint, poolOwner } from './requests';
import type { AccountRequest, AccountResult, VendedAccountRequest } from '../../../src/account/contract';
import { accountKey } from '../../registry/account';
import type { AccountRecord } from '../../registry/account';
import type { Registry, Versioned } from '../../registry/registry';
import type { Lifecycle, Owner, Progress } from '../../shared/lifecycle';
import { claim, isCurrentOwner } from '../record';

/** What is known of an account that the registry has lost. */
interface RestoredAccount {
  readonly accountId: string;
  /** Keys of the tags that this library has set. */
  readonly tagKeys: readonly string[];
  readonly now: number;
}

/** How the accounts of a pool are created, changed and bootstrapped: as those of an `Account` with an e-mail. */
export class SlotAccounts {
  public constructor(
    private readonly accounts: Lifecycle<AccountRequest, AccountResult>,
    private readonly registry: Registry,
  ) {}

  public async record(request: VendedAccountRequest): Promise<Versioned<AccountRecord> | undefined> {
    return this.registry.read<AccountRecord>(accountKey(request));
  }

  /**
   * Does one step towards what is requested.
   *
   * @param since the account is changed again, unless it was requested since then
   */
  public async step(
    poolName: string, request: VendedAccountRequest, since: number,
  ): Promise<Progress<AccountResult>> {
    const owner = poolOwner(poolName);
    const record = await this.record(request);
    const current = record?.owners.at(-1);
    const isOurs = current?.id === owner.id;
    if (!record || !isOurs) {
      await this.claim(owner, request, record);
    } else if (record.attempt < since || fingerprint(current.request) !== fingerprint(request)) {
      await this.accounts.requestUpdate(owner, request, request);
    }
    return this.accounts.reconcile(owner, request);
  }

  /** An account that an `Account` has released may have contents. */
  private async claim(
    owner: Owner, request: VendedAccountRequest, record: Versioned<AccountRecord> | undefined,
  ): Promise<void> {
    if (record?.accountId !== undefined && record.owners.length === 0 && !record.existed) {
      const { version, ...known } = record;
      await this.registry.write<AccountRecord>(accountKey(request), { ...known, existed: true }, version);
    }
    await this.accounts.requestCreate(owner, request);
  }

  /** From now on, an account that existed before is changed like any other. */
  public async accept(
    { version, existed, ...record }: Versioned<AccountRecord>, request: VendedAccountRequest,
  ): Promise<void> {
    await this.registry.write<AccountRecord>(accountKey(request), record, version);
  }

  /** Records an account that the registry has lost, and that an `Account` uses. */
  public async restore(
    poolName: string,
    request: VendedAccountRequest,
    { accountId, tagKeys, now }: RestoredAccount,
  ): Promise<void> {
    const owner = poolOwner(poolName);
    const record = await this.record(request);
    if (record?.accountId === accountId && !record.existed && isCurrentOwner(record, owner)) return;
    const claimed = claim(record, owner, request, now);
    await this.registry.write<AccountRecord>(accountKey(request), {
      ...claimed,
      state: 'created',
      accountId,
      creation: undefined,
      existed: undefined,
      prepared: true,
      recovered: true,
      tagKeys: [...new Set([...claimed.tagKeys, ...tagKeys])],
    }, record?.version);
  }

  /** Gives up an account that does not exist. One whose creation is in progress is completed later. */
  public async giveUp(poolName: string, request: VendedAccountRequest): Promise<'given up' | 'in progress'> {
    const record = await this.record(request);
    if (record?.creation || record?.accountId) return 'in progress';
    if (record) await this.accounts.requestDelete(poolOwner(poolName), request);
    return 'given up';
  }
}
