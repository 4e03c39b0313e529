import { AccountClient, PutAccountNameCommand } from '@aws-sdk/client-account';
import {
  CreateAccountCommand, DescribeAccountCommand, DescribeCreateAccountStatusCommand, ListParentsCommand, MoveAccountCommand, OrganizationsClient,
  TagResourceCommand, UntagResourceCommand, paginateListAccounts, paginateListCreateAccountStatus, paginateListOrganizationalUnitsForParent,
  paginateListRoots, paginateListTagsForResource,
} from '@aws-sdk/client-organizations';
import type { Account, CreateAccountStatus } from '@aws-sdk/client-organizations';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import type { AwsCredentialIdentity } from '@smithy/types';
import { cannotEnter, mayNot } from './access';
import type { Access } from './access';
import { CloudFormationStacks } from '../cloudformation/cloudformation';
import type { Stacks } from '../cloudformation/stack-deployer';
import { assumeRole } from '../shared/assume-role';
import { clientDefaults } from '../shared/clients';
import { isAccessDenied, isNamed } from '../shared/errors';

export interface NewAccount {
  readonly accountName: string;
  readonly email: string;
  readonly roleName: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** A creation as AWS remembers it. */
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

/** The organization, seen from its management account, and the way into its members. */
export interface Directory {
  /** @returns the id of the request: the account is made later */
  createAccount(account: NewAccount): Promise<string>;
  describeCreation(requestId: string): Promise<AccountCreation | undefined>;
  listCreations(): Promise<readonly AccountCreation[]>;
  /** Looks through the whole organization: the calls grow with it. */
  findAccount(email: string): Promise<OrganizationAccount | undefined>;
  /** All accounts of the organization: the calls grow with it. */
  listAccounts(): Promise<readonly OrganizationAccount[]>;
  /** How many accounts the organization may have; undefined: this cannot be known. */
  accountLimit(): Promise<number | undefined>;
  describeAccount(accountId: string): Promise<OrganizationAccount | undefined>;
  rename(accountId: string, accountName: string): Promise<void>;
  root(): Promise<string>;
  /** Units below a parent; with `fresh`, not from a list that was read some minutes ago. */
  unitsBelow(parentId: string, fresh?: boolean): Promise<readonly { readonly id: string; readonly name: string }[]>;
  parentOf(accountId: string): Promise<string>;
  move(accountId: string, fromId: string, toId: string): Promise<void>;
  tags(accountId: string): Promise<Readonly<Record<string, string>>>;
  tag(accountId: string, tags: Readonly<Record<string, string>>): Promise<void>;
  untag(accountId: string, keys: readonly string[]): Promise<void>;
  /** Enters a member account through its role. */
  enter(accountId: string, roleName: string, region: string): Promise<Stacks>;
}

/** Organizations answers in one region of each partition. */
const REGIONS: Readonly<Record<string, string>> = { 'aws-cn': 'cn-northwest-1', 'aws-us-gov': 'us-gov-west-1' };

/** 'Default maximum number of accounts' */
const ACCOUNT_QUOTA = { ServiceCode: 'organizations', QuotaCode: 'L-E619E033' };

type Units = readonly { readonly id: string; readonly name: string }[];

/** In milliseconds. */
const UNITS_ARE_KEPT = 5 * 60_000;

/** The organization through AWS's API. */
export class AwsDirectory implements Directory {
  private readonly organizations: OrganizationsClient;
  /** CreateAccount knows no client token: when its answer is lost, we look before we ask again, and the SDK must not. */
  private readonly creator: OrganizationsClient;
  private readonly accounts: AccountClient;
  private readonly quotas: ServiceQuotasClient;
  private rootId?: string;
  /** The units below a parent; kept for a short time only, because units are moved and renamed. */
  private readonly units = new Map<string, { readonly until: number; readonly units: Units }>();

  public constructor(private readonly access: Access) {
    const region = REGIONS[access.partition] ?? 'us-east-1';
    const session = { ...clientDefaults(), region, ...(access.roleArn && { credentials: async () => this.management() }) };
    this.organizations = new OrganizationsClient(session);
    this.creator = new OrganizationsClient({ ...session, maxAttempts: 1 });
    this.accounts = new AccountClient(session);
    this.quotas = new ServiceQuotasClient(session);
  }

  public async createAccount(account: NewAccount): Promise<string> {
    const { CreateAccountStatus: status } = await this.may('organizations:CreateAccount', () => this.creator.send(new CreateAccountCommand({
      AccountName: account.accountName, Email: account.email, RoleName: account.roleName, Tags: tagList(account.tags),
    })));
    if (!status?.Id) throw new Error('CreateAccount answered without the id of the request');
    return status.Id;
  }

  public async describeCreation(requestId: string): Promise<AccountCreation | undefined> {
    return unlessNamed('CreateAccountStatusNotFoundException', () => this.may('organizations:DescribeCreateAccountStatus', async () => {
      const command = new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: requestId });
      const { CreateAccountStatus: status } = await this.organizations.send(command);
      return status && creationOf(status);
    }));
  }

  public async listCreations(): Promise<readonly AccountCreation[]> {
    const pages = paginateListCreateAccountStatus({ client: this.organizations }, {});
    return this.collect('organizations:ListCreateAccountStatus', pages, page => (page.CreateAccountStatuses ?? []).map(creationOf));
  }

  public async findAccount(email: string): Promise<OrganizationAccount | undefined> {
    return this.may('organizations:ListAccounts', async () => {
      for await (const page of paginateListAccounts({ client: this.organizations }, {})) {
        const found = page.Accounts?.find(account => account.Email?.toLowerCase() === email.toLowerCase());
        if (found) return accountOf(found);
      }
      return undefined;
    });
  }

  public async listAccounts(): Promise<readonly OrganizationAccount[]> {
    const pages = paginateListAccounts({ client: this.organizations }, {});
    return this.collect('organizations:ListAccounts', pages, page => (page.Accounts ?? []).map(accountOf));
  }

  /** The role in the management account may be older than this question: without an answer an account is just tried. */
  public async accountLimit(): Promise<number | undefined> {
    try {
      const { Quota: quota } = await this.quotas.send(new GetServiceQuotaCommand(ACCOUNT_QUOTA));
      return quota?.Value;
    } catch {
      return undefined;
    }
  }

  public async describeAccount(accountId: string): Promise<OrganizationAccount | undefined> {
    return unlessNamed('AccountNotFoundException', () => this.may('organizations:DescribeAccount', async () => {
      const { Account: account } = await this.organizations.send(new DescribeAccountCommand({ AccountId: accountId }));
      return account && accountOf(account);
    }));
  }

  public async rename(accountId: string, accountName: string): Promise<void> {
    const hint = '; it also needs trusted access for AWS Account Management (aws organizations enable-aws-service-access '
      + '--service-principal account.amazonaws.com, in the management account)';
    await this.may(
      'account:PutAccountName',
      () => this.accounts.send(new PutAccountNameCommand({ AccountId: accountId, AccountName: accountName })),
      hint,
    );
  }

  public async root(): Promise<string> {
    const [root] = this.rootId ? [this.rootId] : await this.collect(
      'organizations:ListRoots', paginateListRoots({ client: this.organizations }, {}), page => (page.Roots ?? []).map(({ Id }) => Id ?? ''));
    if (!root) throw new Error('the organization has no root');
    this.rootId = root;
    return root;
  }

  public async unitsBelow(parentId: string, fresh = false): Promise<Units> {
    const known = this.units.get(parentId);
    if (!fresh && known && known.until > Date.now()) return known.units;
    const units = await this.listUnits(parentId);
    this.units.set(parentId, { until: Date.now() + UNITS_ARE_KEPT, units });
    return units;
  }

  private async listUnits(parentId: string): Promise<Units> {
    const pages = paginateListOrganizationalUnitsForParent({ client: this.organizations }, { ParentId: parentId });
    return this.collect('organizations:ListOrganizationalUnitsForParent', pages,
      page => (page.OrganizationalUnits ?? []).map(({ Id, Name }) => ({ id: Id ?? '', name: Name ?? '' })));
  }

  public async parentOf(accountId: string): Promise<string> {
    const { Parents } = await this.may('organizations:ListParents', () => this.organizations.send(new ListParentsCommand({ ChildId: accountId })));
    return Parents?.[0]?.Id ?? '';
  }

  public async move(accountId: string, fromId: string, toId: string): Promise<void> {
    await this.may('organizations:MoveAccount', () => this.organizations.send(new MoveAccountCommand({
      AccountId: accountId, SourceParentId: fromId, DestinationParentId: toId,
    })));
  }

  public async tags(accountId: string): Promise<Readonly<Record<string, string>>> {
    const pages = paginateListTagsForResource({ client: this.organizations }, { ResourceId: accountId });
    const tags = await this.collect('organizations:ListTagsForResource', pages, page => page.Tags ?? []);
    return Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
  }

  public async tag(accountId: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.may('organizations:TagResource', () =>
      this.organizations.send(new TagResourceCommand({ ResourceId: accountId, Tags: tagList(tags) })),
    );
  }

  public async untag(accountId: string, keys: readonly string[]): Promise<void> {
    await this.may('organizations:UntagResource', () =>
      this.organizations.send(new UntagResourceCommand({ ResourceId: accountId, TagKeys: [...keys] })),
    );
  }

  public async enter(accountId: string, roleName: string, region: string): Promise<Stacks> {
    const from = this.access.roleArn ? { from: await this.management() } : {};
    const credentials = await assumeRole({ roleArn: `arn:${this.access.partition}:iam::${accountId}:role/${roleName}`, ...from });
    return new CloudFormationStacks({ credentials, region });
  }

  private async management(): Promise<AwsCredentialIdentity> {
    const { roleArn, externalId } = this.access;
    if (!roleArn) throw new Error('there is no access role to enter');
    try {
      return await assumeRole({ roleArn, ...(externalId && { externalId }) });
    } catch (error) {
      throw isAccessDenied(error) ? cannotEnter(this.access, error) : error;
    }
  }

  private async may<T>(action: string, call: () => Promise<T>, hint?: string): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw isAccessDenied(error) || isNamed(error, 'AWSOrganizationsNotInUseException') ? mayNot(this.access, action, error, hint) : error;
    }
  }

  private async collect<Page, Item>(action: string, pages: AsyncIterable<Page>, items: (page: Page) => readonly Item[]): Promise<readonly Item[]> {
    return this.may(action, async () => {
      const all: Item[] = [];
      for await (const page of pages) all.push(...items(page));
      return all;
    });
  }
}

async function unlessNamed<T>(name: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isNamed(error, name)) return undefined;
    throw error;
  }
}

function tagList(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
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

/** `Status` was retired in favour of `State`; it is what an older endpoint still answers. */
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
