import { nameOf } from './record';
import type {
  AccountProviderRequest,
  AccountRequest,
  AccountResult,
  PreconditionsRequest,
  PreconditionsResult,
} from '../../src/account/contract';
import type { Drift } from '../../src/operations/contract';
import type { Lifecycle, Owner, Progress } from '../shared/lifecycle';

type Result = AccountResult | PreconditionsResult;

/** Preconditions are neither checked again nor repaired. */
type ReconciledOnce = Omit<Lifecycle<PreconditionsRequest, PreconditionsResult>, 'check' | 'requestRepair'>;

/** Handles requests for accounts and for the preconditions of stacks that vend accounts. */
export class AccountProvider implements Lifecycle<AccountProviderRequest, Result> {
  public constructor(
    private readonly accounts: Lifecycle<AccountRequest, AccountResult>,
    private readonly preconditions: ReconciledOnce,
  ) {}

  public recordKeys(request: AccountProviderRequest): readonly string[] {
    return request.kind === 'preconditions' ? [] : (this.accounts.recordKeys?.(request) ?? []);
  }

  public subjectOf(request: AccountProviderRequest): string | undefined {
    return request.kind === 'preconditions' ? this.preconditions.subjectOf?.(request) : nameOf(request);
  }

  public async requestCreate(owner: Owner, request: AccountProviderRequest): Promise<void> {
    if (request.kind === 'preconditions') return this.preconditions.requestCreate(owner, request);
    return this.accounts.requestCreate(owner, request);
  }

  public async requestUpdate(
    owner: Owner,
    request: AccountProviderRequest,
    before: AccountProviderRequest,
  ): Promise<void> {
    if (request.kind === 'preconditions') {
      if (before.kind === 'preconditions') return this.preconditions.requestUpdate(owner, request, before);
    } else if (before.kind !== 'preconditions') {
      return this.accounts.requestUpdate(owner, request, before);
    }
    throw new Error(
      `resource '${owner.logicalId}' cannot change from ${typeOf(before)} to ${typeOf(request)}: `
        + 'give the construct another id',
    );
  }

  public async requestDelete(owner: Owner, request: AccountProviderRequest): Promise<void> {
    if (request.kind === 'preconditions') return this.preconditions.requestDelete(owner, request);
    return this.accounts.requestDelete(owner, request);
  }

  public async reconcile(owner: Owner, request: AccountProviderRequest): Promise<Progress<Result>> {
    if (request.kind === 'preconditions') return this.preconditions.reconcile(owner, request);
    return this.accounts.reconcile(owner, request);
  }

  public async reconcileDelete(owner: Owner, request: AccountProviderRequest): Promise<Progress<void>> {
    if (request.kind === 'preconditions') return this.preconditions.reconcileDelete(owner, request);
    return this.accounts.reconcileDelete(owner, request);
  }

  /** Preconditions are checked before accounts are created, and not afterwards. */
  public async check(owner: Owner, request: AccountProviderRequest): Promise<readonly Drift[]> {
    return request.kind === 'preconditions' ? [] : this.accounts.check(owner, request);
  }

  public async requestRepair(owner: Owner, request: AccountProviderRequest): Promise<void> {
    if (request.kind !== 'preconditions') await this.accounts.requestRepair(owner, request);
  }
}

function typeOf({ kind }: AccountProviderRequest): string {
  return kind === 'preconditions' ? 'preconditions' : 'an account';
}
