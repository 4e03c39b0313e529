import { PutAccountNameCommand } from '@aws-sdk/client-account';
import {
  CreateAccountCommand,
  DescribeAccountCommand,
  DescribeCreateAccountStatusCommand,
  ListParentsCommand,
  MoveAccountCommand,
  TagResourceCommand,
  UntagResourceCommand,
  paginateListAccounts,
  paginateListCreateAccountStatus,
  paginateListDelegatedAdministrators,
  paginateListOrganizationalUnitsForParent,
  paginateListRoots,
  paginateListTagsForResource,
} from '@aws-sdk/client-organizations';
import type { Account, CreateAccountStatus } from '@aws-sdk/client-organizations';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import type { Access } from './access';
import { ManagementAccount, tagList, unlessNamed } from './management';
import { CloudFormationStacks } from '../cloudformation/cloudformation';
import type { Stacks } from '../cloudformation/stack-deployer';
import { isNamed } from '../shared/errors';

export interface NewAccount {
  readonly accountName: string;
  readonly email: string;
  readonly roleName: string;
  readonly tags: Readonly<Record<string, string>>;
  /** @default 'ALLOW' */
  readonly iamUserAccessToBilling?: 'ALLOW' | 'DENY';
}

/** The status of an account creation. */
export interface AccountCreation {
  readonly accountName: string;
  readonly state: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED';
  readonly requestedAt: number;
  readonly accountId?: string;
  readonly failureReason?: string;
}

export interface OrganizationAccount {
  readonly accountId: string;
  readonly accountName: string;
  readonly email: string;
  readonly state: string;
  readonly joined: 'CREATED' | 'INVITED';
  readonly managesOrganization: boolean;
}

/** Operations on the organization and its member accounts. */
export interface Organization {
  /** Requests an account. @returns the id of the request */
  createAccount(account: NewAccount): Promise<string>;
  describeCreation(requestId: string): Promise<AccountCreation | undefined>;
  listCreations(): Promise<readonly AccountCreation[]>;
  /** Searches all accounts: the number of calls grows with the organization. */
  findAccount(email: string): Promise<OrganizationAccount | undefined>;
  /** Lists all accounts: the number of calls grows with the organization. */
  listAccounts(): Promise<readonly OrganizationAccount[]>;
  /** The quota of accounts; undefined: it cannot be read. */
  accountLimit(): Promise<number | undefined>;
  describeAccount(accountId: string): Promise<OrganizationAccount | undefined>;
  /** Ids of the accounts that administer a service for the whole organization. */
  delegatedAdministrators(): Promise<readonly string[]>;
  rename(accountId: string, accountName: string): Promise<void>;
  root(): Promise<string>;
  /** Lists the organizational units of a parent. `fresh`: do not use the cache. */
  unitsBelow(parentId: string, fresh?: boolean): Promise<readonly { readonly id: string; readonly name: string }[]>;
  parentOf(accountId: string): Promise<string>;
  move(accountId: string, fromId: string, toId: string): Promise<void>;
  tags(accountId: string): Promise<Readonly<Record<string, string>>>;
  tag(accountId: string, tags: Readonly<Record<string, string>>): Promise<void>;
  untag(accountId: string, keys: readonly string[]): Promise<void>;
  /** CloudFormation in a member account, through a role of that account. */
  stacksIn(accountId: string, roleName: string, region: string): Promise<Stacks>;
}

/** Service quota 'Default maximum number of accounts'. */
const ACCOUNT_QUOTA = { ServiceCode: 'organizations', QuotaCode: 'L-E619E033' };

type Units = readonly { readonly id: string; readonly name: string }[];

const UNIT_CACHE_MILLISECONDS = 5 * 60_000;

/** The organization through the AWS SDK. */
export class AwsOrganization implements Organization {
  private rootId?: string;
  /** Cached units of a parent; for a short time, because units may be moved and renamed. */
  private readonly units = new Map<string, { readonly until: number; readonly units: Units }>();

  private readonly management: ManagementAccount;

  public constructor(access: Access | ManagementAccount) {
    this.management = access instanceof ManagementAccount ? access : new ManagementAccount(access);
  }

  private get clients() {
    return this.management.clients;
  }

  public async createAccount(account: NewAccount): Promise<string> {
    const { CreateAccountStatus: status } = await this.management.withAccessErrors('organizations:CreateAccount', () =>
      this.clients.once.send(
        new CreateAccountCommand({
          AccountName: account.accountName,
          Email: account.email,
          RoleName: account.roleName,
          IamUserAccessToBilling: account.iamUserAccessToBilling,
          Tags: tagList(account.tags),
        }),
      ),
    );
    if (!status?.Id) throw new Error('CreateAccount returned no request id: deploy again');
    return status.Id;
  }

  public async describeCreation(requestId: string): Promise<AccountCreation | undefined> {
    return unlessNamed('CreateAccountStatusNotFoundException', () =>
      this.management.withAccessErrors('organizations:DescribeCreateAccountStatus', async () => {
        const command = new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: requestId });
        const { CreateAccountStatus: status } = await this.clients.organizations.send(command);
        return status && creationOf(status);
      }),
    );
  }

  public async listCreations(): Promise<readonly AccountCreation[]> {
    const pages = paginateListCreateAccountStatus({ client: this.clients.organizations }, {});
    return this.management.collect('organizations:ListCreateAccountStatus', pages, page =>
      (page.CreateAccountStatuses ?? []).map(creationOf),
    );
  }

  public async findAccount(email: string): Promise<OrganizationAccount | undefined> {
    return this.management.withAccessErrors('organizations:ListAccounts', async () => {
      for await (const page of paginateListAccounts({ client: this.clients.organizations }, {})) {
        const found = page.Accounts?.find(account => account.Email?.toLowerCase() === email.toLowerCase());
        if (found) return accountOf(found);
      }
      return undefined;
    });
  }

  public async listAccounts(): Promise<readonly OrganizationAccount[]> {
    const pages = paginateListAccounts({ client: this.clients.organizations }, {});
    return this.management.collect('organizations:ListAccounts', pages, page => (page.Accounts ?? []).map(accountOf));
  }

  /** An older role in the management account may not allow the call. Then the quota is not checked. */
  public async accountLimit(): Promise<number | undefined> {
    try {
      const { Quota: quota } = await this.clients.quotas.send(new GetServiceQuotaCommand(ACCOUNT_QUOTA));
      return quota?.Value;
    } catch {
      return undefined;
    }
  }

  public async describeAccount(accountId: string): Promise<OrganizationAccount | undefined> {
    return unlessNamed('AccountNotFoundException', () =>
      this.management.withAccessErrors('organizations:DescribeAccount', async () => {
        const { Account: account } = await this.clients.organizations.send(
          new DescribeAccountCommand({ AccountId: accountId }),
        );
        return account && accountOf(account);
      }),
    );
  }

  /** An older role in the management account may not allow the call. Then none is known. */
  public async delegatedAdministrators(): Promise<readonly string[]> {
    const pages = paginateListDelegatedAdministrators({ client: this.clients.organizations }, {});
    try {
      return await this.management.collect('organizations:ListDelegatedAdministrators', pages, page =>
        (page.DelegatedAdministrators ?? []).map(({ Id }) => Id ?? ''),
      );
    } catch (error) {
      if (isNamed(error, 'AccessError')) return [];
      throw error;
    }
  }

  public async rename(accountId: string, accountName: string): Promise<void> {
    const hint =
      '; it also needs trusted access for AWS Account Management (aws organizations enable-aws-service-access '
      + '--service-principal account.amazonaws.com, in the management account)';
    await this.management.withAccessErrors(
      'account:PutAccountName',
      () => this.clients.accounts.send(new PutAccountNameCommand({ AccountId: accountId, AccountName: accountName })),
      hint,
    );
  }

  public async root(): Promise<string> {
    const pages = paginateListRoots({ client: this.clients.organizations }, {});
    const [root] = this.rootId
      ? [this.rootId]
      : await this.management.collect('organizations:ListRoots', pages, page =>
        (page.Roots ?? []).map(({ Id }) => Id ?? ''),
      );
    if (!root) throw new Error('the organization has no root: check the access role of the Organization');
    this.rootId = root;
    return root;
  }

  public async unitsBelow(parentId: string, fresh = false): Promise<Units> {
    const known = this.units.get(parentId);
    if (!fresh && known && known.until > Date.now()) return known.units;
    const units = await this.listUnits(parentId);
    this.units.set(parentId, { until: Date.now() + UNIT_CACHE_MILLISECONDS, units });
    return units;
  }

  private async listUnits(parentId: string): Promise<Units> {
    const client = this.clients.organizations;
    const pages = paginateListOrganizationalUnitsForParent({ client }, { ParentId: parentId });
    return this.management.collect('organizations:ListOrganizationalUnitsForParent', pages, page =>
      (page.OrganizationalUnits ?? []).map(({ Id, Name }) => ({ id: Id ?? '', name: Name ?? '' })),
    );
  }

  public async parentOf(accountId: string): Promise<string> {
    const { Parents } = await this.management.withAccessErrors('organizations:ListParents', () =>
      this.clients.organizations.send(new ListParentsCommand({ ChildId: accountId })),
    );
    return Parents?.[0]?.Id ?? '';
  }

  public async move(accountId: string, fromId: string, toId: string): Promise<void> {
    await this.management.withAccessErrors('organizations:MoveAccount', () =>
      this.clients.organizations.send(
        new MoveAccountCommand({
          AccountId: accountId,
          SourceParentId: fromId,
          DestinationParentId: toId,
        }),
      ),
    );
  }

  public async tags(accountId: string): Promise<Readonly<Record<string, string>>> {
    const pages = paginateListTagsForResource({ client: this.clients.organizations }, { ResourceId: accountId });
    const tags = await this.management.collect('organizations:ListTagsForResource', pages, page => page.Tags ?? []);
    return Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
  }

  public async tag(accountId: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.management.withAccessErrors('organizations:TagResource', () =>
      this.clients.organizations.send(new TagResourceCommand({ ResourceId: accountId, Tags: tagList(tags) })),
    );
  }

  public async untag(accountId: string, keys: readonly string[]): Promise<void> {
    await this.management.withAccessErrors('organizations:UntagResource', () =>
      this.clients.organizations.send(new UntagResourceCommand({ ResourceId: accountId, TagKeys: [...keys] })),
    );
  }

  public async stacksIn(accountId: string, roleName: string, region: string): Promise<Stacks> {
    const credentials = await this.management.memberCredentials(accountId, roleName);
    return new CloudFormationStacks({ credentials, region });
  }
}

function creationOf(status: CreateAccountStatus): AccountCreation {
  return {
    accountName: status.AccountName ?? '',
    state: status.State ?? 'IN_PROGRESS',
    requestedAt: status.RequestedTimestamp?.getTime() ?? 0,
    ...(status.AccountId && { accountId: status.AccountId }),
    ...(status.FailureReason && { failureReason: status.FailureReason }),
  };
}

/** Older endpoints return `Status` instead of `State`. */
function accountOf(account: Account): OrganizationAccount {
  return {
    accountId: account.Id ?? '',
    accountName: account.Name ?? '',
    email: account.Email ?? '',
    state: account.State ?? account.Status ?? '',
    joined: account.JoinedMethod ?? 'CREATED',
    // arn:aws:organizations::<management account>:account/<organization>/<account>
    managesOrganization: account.Arn?.split(':')[4] === account.Id,
  };
}
