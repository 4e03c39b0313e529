import type { AccountCommand, AccountCommandResult } from '../../src/account/contract';
import { CHANGES } from '../../src/history/contract';
import type { ChangeEmailOperation, ClosingOutcome } from '../../src/operations/contract';
import { LISTED } from '../../src/registry/contract';
import type { History } from '../history/history';
import type { ClosingRecord } from '../registry/closing';
import type { Registry } from '../registry/registry';

/** The function that changes accounts. */
export interface AccountProvider {
  run(command: AccountCommand): Promise<AccountCommandResult>;
}

/** Changes accounts outside of deployments. */
export class AccountCommands {
  public constructor(
    private readonly registry: Pick<Registry, 'list'>,
    private readonly provider: AccountProvider,
    private readonly history: History,
    private readonly now: () => number = Date.now,
  ) {}

  /** The accounts whose closure had to wait, the oldest first. */
  public async closings(): Promise<readonly ClosingOutcome[]> {
    const records = await this.registry.list<ClosingRecord>(LISTED.closing);
    return [...records]
      .sort((one, other) => one.since - other.since)
      .map(({ accountId, accountName, since, reason }) => (
        { accountId, accountName, since: new Date(since).toISOString(), reason }
      ));
  }

  /** The costs of accounts in the current month, in dollars by account id. */
  public async costs(): Promise<Readonly<Record<string, string>>> {
    return (await this.provider.run({ command: 'costs' })).costs ?? {};
  }

  /** Closes the accounts that wait and that AWS closes now. One that it refuses does not stop the others. */
  public async closeWaiting(by: string, requestId: string): Promise<void> {
    for (const { accountId, accountName } of await this.closings()) {
      const { note } = await this.provider.run({ command: 'close', accountId }).catch((error: unknown) => (
        { note: String(error) }
      ));
      if (note !== undefined) continue;
      await this.history.record({
        at: new Date(this.now()).toISOString(),
        change: CHANGES.accountClosure,
        outcome: 'succeeded',
        by,
        requestId,
        accountId,
        subject: accountName,
      });
    }
  }

  /** Starts the change of the e-mail of an account's root user, or completes it with the code that AWS has sent. */
  public async changeEmail({ accountId, email, code, by }: ChangeEmailOperation, requestId: string): Promise<void> {
    if (code === undefined) {
      await this.provider.run({ command: 'startEmailChange', accountId, email });
      return;
    }
    await this.provider.run({ command: 'acceptEmailChange', accountId, email, code });
    await this.history.record({
      at: new Date(this.now()).toISOString(),
      change: CHANGES.accountEmailChange,
      outcome: 'succeeded',
      by,
      requestId,
      accountId,
      subject: email,
    });
  }
}
