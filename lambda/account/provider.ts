import type {
  AccountProviderRequest,
  AccountRequest,
  AccountResult,
  PreconditionsRequest,
  PreconditionsResult,
} from '../../src/account/contract';
import type { Lifecycle, Owner, Progress } from '../shared/lifecycle';

type Result = AccountResult | PreconditionsResult;

/** Serves accounts and the preconditions of stacks that vend them: a request names its kind. */
export class AccountProvider implements Lifecycle<AccountProviderRequest, Result> {
  public constructor(
    private readonly accounts: Lifecycle<AccountRequest, AccountResult>,
    private readonly preconditions: Lifecycle<PreconditionsRequest, PreconditionsResult>,
  ) {}

  public async create(owner: Owner, request: AccountProviderRequest): Promise<void> {
    if (request.kind === 'preconditions') return this.preconditions.create(owner, request);
    return this.accounts.create(owner, request);
  }

  public async update(owner: Owner, request: AccountProviderRequest, before: AccountProviderRequest): Promise<void> {
    if (request.kind === 'preconditions') {
      if (before.kind === 'preconditions') return this.preconditions.update(owner, request, before);
    } else if (before.kind !== 'preconditions') {
      return this.accounts.update(owner, request, before);
    }
    throw new Error(`'${owner.logicalId}' cannot become something else: give the construct another id`);
  }

  public async remove(owner: Owner, request: AccountProviderRequest): Promise<void> {
    if (request.kind === 'preconditions') return this.preconditions.remove(owner, request);
    return this.accounts.remove(owner, request);
  }

  public async advance(owner: Owner, request: AccountProviderRequest): Promise<Progress<Result>> {
    if (request.kind === 'preconditions') return this.preconditions.advance(owner, request);
    return this.accounts.advance(owner, request);
  }

  public async finishRemoval(owner: Owner, request: AccountProviderRequest): Promise<boolean> {
    if (request.kind === 'preconditions') return this.preconditions.finishRemoval(owner, request);
    return this.accounts.finishRemoval(owner, request);
  }
}
