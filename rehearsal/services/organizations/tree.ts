import { assertUnitWithinQuotas } from './quotas';
import { Identifiers } from '../../core/identifiers';
import { AwsError } from '../../core/service';

/** `PENDING_ACTIVATION` after the creation until it can be used, `SUSPENDED` by AWS, `CLOSED` by its owner. */
export type AccountState = 'PENDING_ACTIVATION' | 'ACTIVE' | 'SUSPENDED' | 'PENDING_CLOSURE' | 'CLOSED';

export interface SimulatedAccount {
  readonly accountId: string;
  readonly arn: string;
  readonly name: string;
  readonly email: string;
  readonly state: AccountState;
  readonly joined: 'CREATED' | 'INVITED';
  /** Milliseconds since 1970. */
  readonly joinedAt: number;
  readonly closedAt?: number;
  readonly parentId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Whether IAM users of the account may be given access to billing; absent: the account was invited. */
  readonly iamUserAccessToBilling?: 'ALLOW' | 'DENY';
}

export interface Unit {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly parentId: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The root, the organizational units below it and the accounts within them. */
export class OrganizationTree {
  public readonly organizationId: string;
  public readonly rootId: string;
  private readonly identifiers = new Identifiers('organizations');
  private readonly units = new Map<string, Unit>();
  private readonly accountsById = new Map<string, SimulatedAccount>();
  private nextAccount = 300000000001;

  public constructor(
    private readonly partition: string,
    private readonly managementAccountId: string,
    organizationId?: string,
  ) {
    this.organizationId = organizationId ?? `o-${this.identifiers.next(10, 'lower')}`;
    this.rootId = `r-${this.identifiers.next(4, 'lower')}`;
  }

  public get accounts(): SimulatedAccount[] {
    return [...this.accountsById.values()];
  }

  public arn(resource: string): string {
    return `arn:${this.partition}:organizations::${this.managementAccountId}:${resource}`;
  }

  public account(accountId: string): SimulatedAccount | undefined {
    return this.accountsById.get(accountId);
  }

  public putAccount(account: Omit<SimulatedAccount, 'arn'>): SimulatedAccount {
    const complete = { ...account, arn: this.arn(`account/${this.organizationId}/${account.accountId}`) };
    this.accountsById.set(account.accountId, complete);
    return complete;
  }

  public newAccountId(): string {
    while (this.accountsById.has(String(this.nextAccount))) this.nextAccount++;
    return String(this.nextAccount++);
  }

  public newRequestId(): string {
    return `car-${this.identifiers.next(32)}`;
  }

  public unit(id: string): Unit | undefined {
    return this.units.get(id);
  }

  public hasParent(id: string): boolean {
    return id === this.rootId || this.units.has(id);
  }

  public unitsIn(parentId: string): Unit[] {
    return [...this.units.values()].filter(unit => unit.parentId === parentId);
  }

  public accountsIn(parentId: string): SimulatedAccount[] {
    return this.accounts.filter(account => account.parentId === parentId);
  }

  public createUnit(parentId: string, name: string, tags: Readonly<Record<string, string>> = {}): Unit {
    if (!this.hasParent(parentId)) {
      throw new AwsError('ParentNotFoundException', "You specified parent that doesn't exist.");
    }
    this.assertUnitNameFree(parentId, name);
    assertUnitWithinQuotas(this.path(parentId).length + 1, this.units.size);
    const id = `ou-${this.rootId.slice(2)}-${this.identifiers.next(8, 'lower')}`;
    const unit = { id, arn: this.arn(`ou/${this.organizationId}/${id}`), name, parentId, tags };
    this.units.set(id, unit);
    return unit;
  }

  public updateUnit(
    id: string,
    changes: { readonly name?: string; readonly tags?: Readonly<Record<string, string>> },
  ): Unit {
    const unit = this.units.get(id);
    if (unit === undefined) throw unitNotFound();
    if (changes.name !== undefined && changes.name !== unit.name) this.assertUnitNameFree(unit.parentId, changes.name);
    const changed = { ...unit, ...changes };
    this.units.set(id, changed);
    return changed;
  }

  public removeUnit(id: string): void {
    if (!this.units.has(id)) throw unitNotFound();
    if (this.unitsIn(id).length > 0 || this.accountsIn(id).length > 0) {
      throw new AwsError(
        'OrganizationalUnitNotEmptyException',
        'The specified OU is not empty. Move all accounts to another root or to other OUs, remove all '
          + 'child OUs, and try the operation again.',
      );
    }
    this.units.delete(id);
  }

  /** Returns the names from the root to a unit; empty for the root. */
  public path(id: string): string[] {
    const unit = this.units.get(id);
    return unit === undefined ? [] : [...this.path(unit.parentId), unit.name];
  }

  /** Returns the ids of the root and of each unit above an account; undefined outside the organization. */
  public ancestors(accountId: string): string[] | undefined {
    const account = this.accountsById.get(accountId);
    if (account === undefined) return undefined;
    const way: string[] = [];
    for (let unit = this.units.get(account.parentId); unit !== undefined; unit = this.units.get(unit.parentId)) {
      way.unshift(unit.id);
    }
    return [this.rootId, ...way];
  }

  private assertUnitNameFree(parentId: string, name: string): void {
    if (this.unitsIn(parentId).some(unit => unit.name === name)) {
      throw new AwsError('DuplicateOrganizationalUnitException', 'An OU with the same name already exists.');
    }
  }
}

export function unitNotFound(): AwsError {
  return new AwsError(
    'OrganizationalUnitNotFoundException',
    "You specified an organizational unit that doesn't exist.",
  );
}
