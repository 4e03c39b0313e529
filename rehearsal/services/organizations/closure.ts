import type { OrganizationTree, SimulatedAccount } from './tree';
import type { Clock } from '../../core/clock';
import { AwsError } from '../../core/service';

/** Simulated seconds in PENDING_CLOSURE. */
const CLOSING_SECONDS = 60;
/** Quota for concurrent closures. */
export const CONCURRENT_CLOSURES = 3;
const DAY = 86_400_000;
/** Milliseconds for which a closed account can be reopened and counts as a member. */
const POST_CLOSURE = 90 * DAY;
const ROLLING = 30 * DAY;

/**
 * Closes accounts with the quotas of AWS: three concurrently, a share of the organization in thirty days, and
 * permanently after ninety.
 */
export class AccountClosure {
  /** Highest number of concurrent closures. */
  public peak = 0;
  private readonly closings: number[] = [];

  public constructor(
    private readonly clock: Clock,
    private readonly tree: OrganizationTree,
    private readonly managementAccountId: string,
  ) {}

  public close(account: SimulatedAccount): void {
    const { accountId, state } = account;
    if (accountId === this.managementAccountId) {
      throw refused('CANNOT_CLOSE_MANAGEMENT_ACCOUNT', "You can't close the management account.");
    }
    if (state === 'SUSPENDED') {
      throw new AwsError(
        'ConflictException',
        'The request failed because it conflicts with the current state of the specified resource.',
      );
    }
    if (state !== 'ACTIVE' && state !== 'PENDING_ACTIVATION') {
      throw new AwsError('AccountAlreadyClosedException', 'You attempted to close an account that is already closed.');
    }
    const closing = this.tree.accounts.filter(other => other.state === 'PENDING_CLOSURE').length;
    if (closing >= CONCURRENT_CLOSURES) {
      throw refused(
        'CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED',
        'You have exceeded the number of accounts that you can close at a time.',
      );
    }
    const now = this.clock.now();
    if (this.closings.filter(at => now - at < ROLLING).length >= this.quota()) {
      throw refused('CLOSE_ACCOUNT_QUOTA_EXCEEDED', 'You have exceeded close account quota for the past 30 days.');
    }
    this.closings.push(now);
    this.peak = Math.max(this.peak, closing + 1);
    this.tree.putAccount({ ...account, state: 'PENDING_CLOSURE' });
    void this.clock.sleep(CLOSING_SECONDS).then(() => this.finish(accountId));
  }

  /** Uses up the quota of closures in 30 days. */
  public exhaustQuota(): void {
    const now = this.clock.now();
    this.closings.push(...Array.from({ length: this.quota() }, () => now));
  }

  private finish(accountId: string): void {
    const account = this.tree.account(accountId);
    if (account) this.tree.putAccount({ ...account, state: 'CLOSED', closedAt: this.clock.now() });
  }

  private quota(): number {
    return Math.max(250, Math.min(1000, Math.floor(this.tree.accounts.length / 5)));
  }
}

/** Whether the account cannot be used any more; it still works while it is being closed. */
export function isUnusable({ state }: SimulatedAccount): boolean {
  return state === 'SUSPENDED' || state === 'CLOSED';
}

/** Whether AWS has permanently closed the account. */
export function isPermanentlyClosed({ closedAt }: SimulatedAccount, now: number): boolean {
  return closedAt !== undefined && now - closedAt >= POST_CLOSURE;
}

function refused(reason: string, message: string): AwsError {
  return new AwsError('ConstraintViolationException', message, 400, { Reason: reason });
}
