import type { AccountCreation, Organization, NewAccount, OrganizationAccount } from '../../lambda/account/aws';
import { FakeStacks } from '../cloudformation/fake-stacks';
import type { Fate } from '../shared/fate';

interface Kept {
  account: OrganizationAccount;
  parentId: string;
  tags: Record<string, string>;
  roleName?: string;
  usableAt: number;
  stacks: FakeStacks;
}
interface Requested {
  creation: AccountCreation;
  doneAt: number;
  wanted: NewAccount;
}
interface ReadyAccount extends Partial<Omit<OrganizationAccount, 'email'>> {
  readonly email: string;
  readonly tags?: Record<string, string>;
  readonly roleName?: string;
}

const UNITS = [
  { id: 'ou-root-workload', name: 'Workloads', parentId: 'r-root' },
  { id: 'ou-root-sandbox1', name: 'Sandbox', parentId: 'r-root' },
  { id: 'ou-root-testtest', name: 'Test', parentId: 'ou-root-workload' },
  { id: 'ou-root-prodprod', name: 'Prod', parentId: 'ou-root-workload' },
];

/** A call that AWS receives and does not answer yet. */
export interface CallInFlight {
  /** Resolves when AWS has received the call. */
  readonly received: Promise<void>;
  /** Delivers the answer. */
  readonly answer: () => void;
}

/** An error as the SDK throws it. */
export function awsError(name: string, message = name, more: object = {}): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 }, ...more });
}

/** An organization in memory, with AWS's rules for creating accounts. */
export class FakeDirectory implements Organization {
  public readonly requests = new Map<string, Requested>();
  public readonly takenElsewhere = new Set<string>();
  /** Errors that the next calls of a method meet, one each. */
  public readonly refusals = new Map<keyof Organization, Error[]>();
  /** Reasons for which the next creations fail. */
  public readonly failures: string[] = [];
  public mostInFlight = 0;
  public readonly moves: string[] = [];
  public readonly delegated: string[] = [];
  /** The organizational units. */
  public units = UNITS;
  /** What the cache has below a parent; absent: nothing, so the units are read. */
  public readonly cachedUnits = new Map<string, typeof UNITS>();
  /** How many accounts the organization may have, if this is told. */
  public limit?: number;
  /** How long AWS takes to create an account. */
  public creationTime = 60_000;
  /** How long an account is not usable after its creation. */
  public usableAfter = 30_000;
  /** By how much the clock of AWS is behind that of the function, in milliseconds. */
  public clockBehind = 0;
  private readonly kept = new Map<string, Kept>();
  private inFlight?: { readonly received: () => void; readonly answered: Promise<void> };

  public constructor(
    private readonly clock: { now: number },
    private readonly fate?: Fate,
  ) {}

  public get accounts(): readonly OrganizationAccount[] {
    this.settle();
    return [...this.kept.values()].map(({ account }) => account);
  }

  /** An account that is there already. */
  public add(ready: ReadyAccount): string {
    const accountId = ready.accountId ?? this.nextId();
    const { tags = {}, roleName, ...account } = ready;
    this.kept.set(accountId, {
      account: {
        accountId,
        accountName: 'there',
        state: 'ACTIVE',
        joined: 'CREATED',
        managesOrganization: false,
        ...account,
      },
      parentId: 'r-root',
      tags,
      usableAt: 0,
      stacks: new FakeStacks(accountId),
      ...(roleName !== undefined && { roleName }),
    });
    return accountId;
  }

  public change(accountId: string, account: Partial<OrganizationAccount>): void {
    const kept = this.of(accountId);
    kept.account = { ...kept.account, ...account };
  }

  public forgetRequests(): void {
    this.settle();
    this.requests.clear();
  }

  /** Keeps the next call of `createAccount` in flight. AWS lists its request when it answers, and not earlier. */
  public keepInFlight(): CallInFlight {
    let answer = () => {};
    const answered = new Promise<void>(resolve => {
      answer = resolve;
    });
    const received = new Promise<void>(resolve => {
      this.inFlight = { received: resolve, answered };
    });
    return { received, answer };
  }

  public stacksOf(accountId: string): FakeStacks {
    return this.of(accountId).stacks;
  }

  public unitOf(accountId: string): string {
    return this.units.find(({ id }) => id === this.of(accountId).parentId)?.name ?? 'root';
  }

  public async createAccount(account: NewAccount): Promise<string> {
    this.meet('createAccount');
    const { inFlight: call } = this;
    this.inFlight = undefined;
    call?.received();
    await call?.answered;
    const inFlight = [...this.requests.values()].filter(({ creation }) => creation.state === 'IN_PROGRESS');
    if (inFlight.length >= 5) throw awsError('TooManyRequestsException', 'too many accounts are being created');
    const taken =
      this.takenElsewhere.has(account.email)
      || [...this.accounts.map(({ email }) => email), ...inFlight.map(({ wanted }) => wanted.email)].includes(
        account.email,
      );
    const failureReason = taken ? 'EMAIL_ALREADY_EXISTS' : this.failures.shift();
    const requestId = `car-${this.requests.size + 1}`;
    this.requests.set(requestId, {
      wanted: account,
      doneAt: this.clock.now + this.creationTime,
      creation: {
        accountName: account.accountName,
        requestedAt: this.clock.now - this.clockBehind,
        state: failureReason ? 'FAILED' : 'IN_PROGRESS',
        ...(failureReason && { failureReason }),
      },
    });
    this.mostInFlight = Math.max(this.mostInFlight, inFlight.length + (failureReason ? 0 : 1));
    return requestId;
  }

  public async describeCreation(requestId: string): Promise<AccountCreation | undefined> {
    this.meet('describeCreation');
    return this.requests.get(requestId)?.creation;
  }

  public async listCreations(): Promise<readonly AccountCreation[]> {
    this.meet('listCreations');
    return [...this.requests.values()].map(({ creation }) => creation);
  }

  public async findAccount(email: string): Promise<OrganizationAccount | undefined> {
    this.meet('findAccount');
    return this.accounts.find(account => account.email.toLowerCase() === email.toLowerCase());
  }

  public async listAccounts(): Promise<readonly OrganizationAccount[]> {
    this.meet('listAccounts');
    return this.accounts;
  }

  public async accountLimit(): Promise<number | undefined> {
    this.meet('accountLimit');
    return this.limit;
  }

  public async describeAccount(accountId: string): Promise<OrganizationAccount | undefined> {
    this.meet('describeAccount');
    return this.kept.get(accountId)?.account;
  }

  public async delegatedAdministrators(): Promise<readonly string[]> {
    this.meet('delegatedAdministrators');
    return this.delegated;
  }

  public async rename(accountId: string, accountName: string): Promise<void> {
    this.meet('rename');
    this.change(accountId, { accountName });
  }

  public async root(): Promise<string> {
    this.meet('root');
    return 'r-root';
  }

  public async unitsBelow(parent: string, fresh = false) {
    const cached = fresh ? undefined : this.cachedUnits.get(parent);
    if (cached) return cached;
    this.meet('unitsBelow');
    if (parent !== 'r-root' && !this.units.some(({ id }) => id === parent)) throw awsError('ParentNotFoundException');
    return this.units.filter(({ parentId }) => parentId === parent);
  }

  public async parentOf(accountId: string): Promise<string> {
    this.meet('parentOf');
    return this.of(accountId).parentId;
  }

  public async move(accountId: string, fromId: string, toId: string): Promise<void> {
    this.meet('move');
    const kept = this.of(accountId);
    if (!this.units.some(({ id }) => id === toId)) throw awsError('DestinationParentNotFoundException');
    if (kept.parentId === toId) throw awsError('DuplicateAccountException');
    if (kept.parentId !== fromId) throw awsError('SourceParentNotFoundException');
    kept.parentId = toId;
    this.moves.push(`${accountId} ${toId}`);
  }

  public async tags(accountId: string): Promise<Readonly<Record<string, string>>> {
    this.meet('tags');
    return { ...this.of(accountId).tags };
  }

  public async tag(accountId: string, tags: Readonly<Record<string, string>>): Promise<void> {
    this.meet('tag');
    Object.assign(this.of(accountId).tags, tags);
  }

  public async untag(accountId: string, keys: readonly string[]): Promise<void> {
    this.meet('untag');
    for (const key of keys) delete this.of(accountId).tags[key];
  }

  public async stacksIn(accountId: string, roleName: string): Promise<FakeStacks> {
    this.meet('stacksIn');
    const kept = this.kept.get(accountId);
    if (!kept || kept.roleName !== roleName || kept.usableAt > this.clock.now) {
      throw awsError(
        'AccessDenied',
        'User: arn:aws:sts::999999999999:assumed-role/x is not authorized to perform: '
          + `sts:AssumeRole on resource: ${roleName}`,
      );
    }
    return this.fate ? this.fate.over(kept.stacks) : kept.stacks;
  }

  private meet(method: keyof Organization): void {
    this.settle();
    const refusal = this.refusals.get(method)?.shift();
    if (refusal) throw refusal;
  }

  private of(accountId: string): Kept {
    const kept = this.kept.get(accountId);
    if (!kept) throw awsError('AccountNotFoundException', `account ${accountId} not found`);
    return kept;
  }

  /** Finishes the creations whose time has come, and activates what they have made. */
  private settle(): void {
    for (const request of this.requests.values()) {
      const { creation, doneAt, wanted } = request;
      if (creation.state !== 'IN_PROGRESS' || doneAt > this.clock.now) continue;
      const { email, accountName, tags, roleName } = wanted;
      const accountId = this.add({ email, accountName, tags: { ...tags }, roleName, state: 'PENDING_ACTIVATION' });
      this.of(accountId).usableAt = doneAt + this.usableAfter;
      request.creation = { ...creation, state: 'SUCCEEDED', accountId };
    }
    for (const { account, usableAt } of this.kept.values()) {
      if (account.state === 'PENDING_ACTIVATION' && usableAt <= this.clock.now) {
        this.change(account.accountId, { state: 'ACTIVE' });
      }
    }
  }

  private nextId(): string {
    return String(100000000001 + this.kept.size);
  }
}
