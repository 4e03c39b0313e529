import { Throttle } from './call-rates';
import { AccountClosure, isPermanentlyClosed, isUnusable } from './closure';
import { ControlPolicies } from './control-policies';
import { AccountCreation } from './creation';
import { AccountOperations } from './operations/accounts';
import { tagOperations } from './operations/tags';
import { trustOperations } from './operations/trusted-access';
import { UnitOperations } from './operations/units';
import { assertManagement, requiredAccount } from './organization';
import type { Organization, OrganizationsOptions } from './organization';
import { permissions } from './permissions';
import { AccountType, organizationalUnitType } from './resource-types';
import { OrganizationTree } from './tree';
import type { SimulatedAccount } from './tree';
import type { Call, Environment, Operation, Permissions, ResourceType, Service } from '../../core/service';
import { AwsError } from '../../core/service';
import type { Identities } from '../iam/identities';

export type { OrganizationsOptions } from './organization';
export type { AccountState, SimulatedAccount } from './tree';

interface AddAccountOptions {
  readonly accountId: string;
  readonly name: string;
  readonly email: string;
  /** Path of the organizational unit. @default - the root */
  readonly unit?: string;
  readonly joined: 'CREATED' | 'INVITED';
}

/** AWS Organizations, used from the management account. */
export class Organizations implements Organization, Service {
  public readonly name = 'organizations';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation>;
  public readonly permissions: Record<string, Permissions>;
  public readonly resourceTypes: Record<string, ResourceType>;
  public readonly tree: OrganizationTree;
  public readonly creation: AccountCreation;
  public readonly policies: ControlPolicies;
  public readonly closure: AccountClosure;
  private readonly throttle: Throttle;

  public constructor(
    private readonly environment: Environment,
    private readonly iam: Identities,
    public readonly options: OrganizationsOptions,
  ) {
    const { managementAccountId } = options;
    this.tree = new OrganizationTree(environment.partition, managementAccountId, options.organizationId);
    this.policies = new ControlPolicies(this.tree, managementAccountId);
    this.permissions = permissions(this.tree);
    this.throttle = new Throttle(environment.clock);
    this.closure = new AccountClosure(environment.clock, this.tree, managementAccountId);
    this.creation = new AccountCreation(environment.clock, this.tree, this.throttle, {
      accountLimit: options.accountLimit ?? 100,
      creationSeconds: options.creationSeconds ?? 60,
      isUnsupported: environment.partition === 'aws-us-gov',
      onCreated: (account, roleName) => {
        void this.openAccount(account, roleName);
      },
    });
    this.addAccount({
      accountId: managementAccountId,
      name: 'management',
      email: `management+${managementAccountId}@example.com`,
      joined: 'INVITED',
    });
    this.operations = this.guarded({
      ...new AccountOperations(this).operations,
      ...new UnitOperations(this).operations,
      ...tagOperations(this.tree),
      ...trustOperations(this.tree),
    });
    this.resourceTypes = {
      'AWS::Organizations::OrganizationalUnit': organizationalUnitType(this),
      'AWS::Organizations::Policy': this.policies.resourceType(context => assertManagement(this, context)),
      'AWS::Organizations::Account': new AccountType(this, environment.clock),
    };
  }

  public get organizationId(): string {
    return this.tree.organizationId;
  }

  public get accounts(): readonly SimulatedAccount[] {
    const now = this.environment.clock.now();
    return this.tree.accounts.filter(account => !isPermanentlyClosed(account, now));
  }

  public account(accountId: string): SimulatedAccount | undefined {
    return this.tree.account(accountId);
  }

  public resourceTags(arn: string): Readonly<Record<string, string>> {
    const id = arn.slice(arn.lastIndexOf('/') + 1);
    return this.tree.account(id)?.tags ?? this.tree.unit(id)?.tags ?? {};
  }

  /** Adds an account that exists from the start. */
  public addAccount(options: AddAccountOptions): void {
    const { accountId, name, email, joined } = options;
    this.creation.reserveEmail(email);
    this.tree.putAccount({
      accountId,
      name,
      email,
      joined,
      state: 'ACTIVE',
      joinedAt: this.environment.clock.now(),
      parentId: this.addUnit(options.unit ?? ''),
      tags: {},
    });
  }

  /** Adds an invited account, which can be accessed only through a role that exists in it. */
  public invite(accountId: string, roleName?: string): void {
    this.addAccount({
      accountId,
      name: `account-${accountId}`,
      email: `account+${accountId}@example.com`,
      joined: 'INVITED',
    });
    if (roleName !== undefined) this.putAccessRole(accountId, roleName);
  }

  /** Creates the missing organizational units of a path such as `Workloads/Test` and returns the id of the last one. */
  public addUnit(path: string): string {
    const names = path.split('/').filter(name => name !== '');
    return names.reduce((parentId, name) => {
      const known = this.tree.unitsIn(parentId).find(unit => unit.name === name);
      return (known ?? this.tree.createUnit(parentId, name)).id;
    }, this.tree.rootId);
  }

  /** Returns the path of the unit of an account; empty for the root. */
  public unitPath(accountId: string): string {
    return this.tree.path(this.tree.account(accountId)?.parentId ?? this.tree.rootId).join('/');
  }

  /** Reserves an email address that an account outside this organization uses. */
  public reserveEmail(email: string): void {
    this.creation.reserveEmail(email);
  }

  /** Suspends an account, as AWS does for unpaid bills or suspected abuse. */
  public suspend(accountId: string): void {
    this.tree.putAccount({ ...requiredAccount(this, accountId), state: 'SUSPENDED' });
  }

  /** Reinstates a suspended account or reopens a closed one, as AWS Support does. */
  public reinstate(accountId: string): void {
    this.tree.putAccount({ ...requiredAccount(this, accountId), state: 'ACTIVE', closedAt: undefined });
  }

  /** Creates the role through which the management account accesses a member, or restores it. */
  public putAccessRole(accountId: string, roleName = 'OrganizationAccountAccessRole'): void {
    const { partition } = this.environment;
    this.iam.putRole({
      arn: `arn:${partition}:iam::${accountId}:role/${roleName}`,
      roleName,
      roleId: `AROA${this.iam.identifiers.next(17, 'upper')}`,
      accountId,
      trust: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { AWS: `arn:${partition}:iam::${this.options.managementAccountId}:root` },
          },
        ],
      },
      policies: {
        AdministratorAccess: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
      },
      managedPolicyArns: [],
      tags: {},
    });
  }

  /** @throws AwsError if the account of the caller is not usable yet or any more */
  public assertUsable({ caller, service, operation }: Call): void {
    const account = this.tree.account(caller.accountId);
    if (account === undefined) return;
    if (isUnusable(account)) {
      const message =
        `User: ${caller.arn} is not authorized to perform: ${service}:${operation}, because account `
        + `${account.accountId} is ${account.state}`;
      throw new AwsError('AccessDeniedException', message, 403);
    }
    if (account.state === 'PENDING_ACTIVATION' && service !== 'sts') {
      throw new AwsError('OptInRequired', 'The AWS Access Key Id needs a subscription for the service', 403);
    }
  }

  /** Makes a created account usable: first the access role, then the activation. */
  private async openAccount({ accountId }: SimulatedAccount, roleName: string): Promise<void> {
    const {
      environment: { clock },
      options: { readySeconds = 20, activeSeconds = readySeconds + 5 },
    } = this;
    void clock.sleep(activeSeconds).then(() => this.activate(accountId));
    await clock.sleep(readySeconds);
    this.putAccessRole(accountId, roleName);
  }

  private activate(accountId: string): void {
    const account = this.tree.account(accountId);
    if (account?.state === 'PENDING_ACTIVATION') this.tree.putAccount({ ...account, state: 'ACTIVE' });
  }

  /** Restricts operations to the management account; `DescribeOrganization` is open to all members. */
  private guarded(operations: Record<string, Operation>): Record<string, Operation> {
    return Object.fromEntries(
      Object.entries(operations).map(([name, operation]) => [
        name,
        async (call: Call) => {
          const { accountId } = call.caller;
          if (this.tree.account(accountId) === undefined) {
            throw new AwsError('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.');
          }
          if (accountId !== this.options.managementAccountId && name !== 'DescribeOrganization') {
            throw new AwsError('AccessDeniedException', "You don't have permissions to access this resource.");
          }
          // the creation checks its own rate limit, because CloudFormation also creates accounts
          if (name !== 'CreateAccount') this.throttle.take(name);
          return operation(call);
        },
      ]),
    );
  }
}
