import type { OrganizationTree, SimulatedAccount } from './tree';
import type { Clock } from '../../core/clock';
import { AwsError } from '../../core/service';

/** Simulated seconds that a closed account spends in PENDING_CLOSURE. */
const CLOSING_SECONDS = 60;
/** The quota of AWS: so many accounts may be closing at a time. */
export const CONCURRENT_CLOSURES = 3;
const DAY = 86_400_000;
/** So long a closed account can be opened again and counts as one of the organization. */
const POST_CLOSURE = 90 * DAY;
const ROLLING = 30 * DAY;

/** Closes accounts as AWS does: three at a time, a part of the organization in thirty days, and for good after ninety. */
export class AccountClosure {
  /** So many accounts were being closed at a time. */
  public peak = 0;
  private readonly closings: number[] = [];

  public constructor(private readonly clock: Clock, private readonly tree: OrganizationTree, private readonly managementAccountId: string) {}

  public close(account: SimulatedAccount): void {
    const { accountId, state } = account;
    if (accountId === this.managementAccountId) throw refused('CANNOT_CLOSE_MANAGEMENT_ACCOUNT', "You can't close the management account.");
    if (state === 'SUSPENDED') throw new AwsError('ConflictException', 'The request failed because it conflicts with the current state of the specified resource.');
    if (state !== 'ACTIVE' && state !== 'PENDING_ACTIVATION') {
      throw new AwsError('AccountAlreadyClosedException', 'You attempted to close an account that is already closed.');
    }
    const closing = this.tree.accounts.filter(other => other.state === 'PENDING_CLOSURE').length;
    if (closing >= CONCURRENT_CLOSURES) {
      throw refused('CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED', 'You have exceeded the number of accounts that you can close at a time.');
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

  private finish(accountId: string): void {
    const account = this.tree.account(accountId);
    if (account) this.tree.putAccount({ ...account, state: 'CLOSED', closedAt: this.clock.now() });
  }

  private quota(): number {
    return Math.max(250, Math.min(1000, Math.floor(this.tree.accounts.length / 5)));
  }
}

/** Whether nobody can use the account any more; while it is being closed, it still works. */
export function isUnusable({ state }: SimulatedAccount): boolean {
  return state === 'SUSPENDED' || state === 'CLOSED';
}

/** Whether AWS has removed the account for good. */
export function isPermanentlyClosed({ closedAt }: SimulatedAccount, now: number): boolean {
  return closedAt !== undefined && now - closedAt >= POST_CLOSURE;
}

function refused(reason: string, message: string): AwsError {
  return new AwsError('ConstraintViolationException', message, 400, { Reason: reason });
}
