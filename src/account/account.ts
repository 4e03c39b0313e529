import {
  ArnFormat, CfnResource, ITaggable, RemovalPolicy, Resource, Stack, TagManager, TagType,
} from 'aws-cdk-lib';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { AccountAttributes, IAccount } from './account-interface';
import { AlternateContacts, checkedContacts } from './alternate-contacts';
import type { AccountResult, VendedAccountRequest } from './contract';
import { throttleCreation } from './creation-throttle';
import { ExistingAccount } from './existing-account';
import { requireSameOrganization, setAccountIdIn } from './internals';
import { NamedAccount } from './named-account';
import { Preconditions } from './preconditions';
import { preparation } from './preparation';
import type { AccountBaseline } from '../baseline/account-baseline';
import { internalsOf } from '../organization/internals';
import type { IOrganization } from '../organization/organization-interface';
import type { IAccountPool } from '../pool/account-pool-interface';
import type { PooledAccountRequest, PooledAccountResult } from '../pool/contract';
import { checkAccountSource, pooledRequest } from '../pool/pooled-account';
import { RESOURCE_TYPES } from '../private/contract';
import { lazy } from '../private/lazy';
import { ManagedResource } from '../private/managed-resource';
import { rejectRemovalPolicy } from '../private/reject';
import { UniqueClaims } from '../private/unique-claims';
import { tagProblems, validate } from '../private/validate';

/** What to do when the organization already has an account with the e-mail address. */
export enum OnExistingAccount {
  /** Adopts the account if it is active. Its name, tags and organizational unit become those of the construct. */
  ADOPT = 'adopt',
  /** Fails the deployment with an error that names the account. */
  FAIL = 'fail',
}

/** What happens to an account when its construct is removed. Only `CLOSE` does not keep the account. */
export enum AccountRemoval {
  /** The registry keeps the account as available: an `Account` with the same e-mail address uses it again. */
  RELEASE = 'release',
  /** The registry forgets the account. Its tag remains: an `Account` with the same e-mail address uses it again. */
  RETAIN = 'retain',
  /**
   * AWS closes the account, with all that is in it. For 90 days AWS Support can reopen it; its e-mail address cannot be
   * used again. A closure that AWS does not allow now is made later, and listed by `org-environments status`. An update
   * or a creation that is rolled back closes no account. Needs `OrganizationFeature.CLOSE_ACCOUNTS`.
   *
   * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_close.html
   */
  CLOSE = 'close',
}

type Request = VendedAccountRequest | PooledAccountRequest;
type Result = AccountResult & PooledAccountResult;

/** Properties of `Account`. */
export interface AccountProps {
  /** The organization in which the account is created. */
  readonly organization: IOrganization;

  /**
   * The pool from which the account is leased. When this construct is removed, the account is cleaned and returns to
   * the pool. A construct with another id is another lease, of another account.
   *
   * @default - the account is created with the `email`
   */
  readonly pool?: IAccountPool;

  /**
   * Name of the account: 1 to 50 printable ASCII characters. It can be changed.
   *
   * @default - required with an `email`; with a `pool`, the name that the pool gives
   * @see https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html
   */
  readonly accountName?: string;

  /**
   * E-mail address of the account's root user: 6 to 64 characters, unique among all AWS accounts, closed ones
   * included. Before it is changed here, it must be changed in AWS:
   * `org-environments change-account-email <account> --email <address>`. Plus addresses (`aws+shop-test@example.com`)
   * are possible if the mailbox accepts them.
   *
   * @default - required, unless there is a `pool`
   */
  readonly email?: string;

  /**
   * Organizational unit of the account: an id (`ou-ab12-cdefgh34`), or a path of names below the root
   * (`Workloads/Test`) that exists, or the `organizationalUnitId` of an `OrganizationalUnit`. When it changes, the
   * account is moved.
   *
   * @default - the account is not moved; AWS creates accounts in the root. With a `pool`: its waiting unit
   */
  readonly organizationalUnit?: string;

  /**
   * Tags of the account in AWS Organizations: at most 49, because AWS allows 50 and this library sets one.
   * `Tags.of()` can add, change and remove them. Tags that were set by others are kept.
   *
   * @default - no tags, except the tag of this library
   */
  readonly accountTags?: { [key: string]: string };

  /**
   * What to do when the organization already has an account with this e-mail address.
   *
   * @default OnExistingAccount.FAIL
   */
  readonly onExisting?: OnExistingAccount;

  /**
   * What happens to the account when this construct is removed.
   *
   * @default AccountRemoval.RELEASE
   */
  readonly onRemoval?: AccountRemoval;

  /**
   * Name of the role that AWS creates in the account and that the management account assumes. It cannot be changed.
   *
   * @default 'OrganizationAccountAccessRole'
   */
  readonly accessRoleName?: string;

  /**
   * Whom AWS contacts besides the root user. Needs `OrganizationFeature.ALTERNATE_CONTACTS`.
   *
   * @default - the contacts stay as they are; a new account has none
   */
  readonly alternateContacts?: AlternateContacts;

  /**
   * Alias of the account in the address of its sign-in page: 3 to 63 lower-case letters, digits and hyphens, unique
   * among all AWS accounts. It replaces the alias that the account has.
   *
   * @default - the alias stays as it is; a new account has none
   */
  readonly accountAlias?: string;

  /**
   * Whether IAM users and roles of the account can be given access to billing. AWS sets it when it creates an account,
   * so a later change fails before anything is changed.
   *
   * @default true
   */
  readonly iamUserAccessToBilling?: boolean;

  /**
   * Regions to enable in the account, for example `eu-south-2`: regions launched after 2019 are disabled in new
   * accounts. The deployment waits until AWS has enabled them, which takes minutes to hours; after 40 minutes it fails,
   * and the next one continues. A region that is no longer declared stays enabled. Needs
   * `OrganizationFeature.OPT_IN_REGIONS`.
   *
   * @default - the regions stay as they are
   */
  readonly optInRegions?: string[];

  /**
   * Managed policies of the role with which CloudFormation deploys stacks in the account, and so of every pipeline that
   * deploys there.
   *
   * @default - the policy `org-environments-execution`, which allows the services that applications use, but not IAM
   * users, AWS Organizations, or changes to the roles of this library
   */
  readonly executionPolicies?: IManagedPolicy[];

  /**
   * Whether applications may create roles and users only with the permissions boundary
   * `org-environments-boundary-<region>`, and may neither remove it nor change trails of CloudTrail. Then a role of an
   * application cannot change the pipeline, even with all permissions. Add the boundary to the roles of the application
   * first, for example with the context `@aws-cdk/core:permissionsBoundary` in its `cdk.json`:
   * `{ "name": "org-environments-boundary-${AWS::Region}" }`. Roles and users that exist already keep their
   * permissions.
   *
   * @default false
   */
  readonly requireBoundary?: boolean;

  /**
   * What this account gets and keeps, instead of the baseline of the organization. It may be given to several accounts.
   *
   * @default - the baseline of the organization, if it has one
   */
  readonly accountBaseline?: AccountBaseline;
}

/**
 * An AWS account that the deployment creates. It is moved to its organizational unit, tagged, and bootstrapped for
 * CDK with trust in the CICD account; the deployment waits until it is usable.
 *
 * AWS creates at most five accounts at a time, so others wait. Repeating a deployment that failed never creates a
 * second account.
 *
 * @example
 * const account = new Account(this, 'TestAccount', {
 *   organization,
 *   accountName: 'shop-test',
 *   email: 'aws+shop-test@example.com',
 *   organizationalUnit: 'Workloads/Test',
 * });
 * Tags.of(account).add('cost-center', '42');
 */
export class Account extends Resource implements IAccount, ITaggable {
  /**
   * Imports an account of the organization by its id. It is bootstrapped when an environment or a stack uses it. Its
   * name, its organizational unit and its tags are not changed: `Tags.of(account).add()` fails at synthesis, and the
   * tags of its stack or app are not applied to it.
   *
   * @param accountId twelve digits
   */
  public static fromAccountId(scope: Construct, id: string, accountId: string): IAccount {
    return new ExistingAccount(scope, id, { accountId });
  }

  /**
   * Imports an account of the organization that has an access role with another name, as invited accounts do. As
   * with `fromAccountId`, its name, its organizational unit and its tags are not changed.
   *
   * @param attrs the id and the access role of the account
   */
  public static fromAccountAttributes(scope: Construct, id: string, attrs: AccountAttributes): IAccount {
    return new ExistingAccount(scope, id, attrs);
  }

  /**
   * Imports an account of the organization by its name. It is found at its first deployment, which fails if several
   * accounts have the name; afterwards it is the same account, whatever its name becomes. As with `fromAccountId`, its
   * name, its organizational unit and its tags are not changed.
   *
   * @param accountName its name in AWS Organizations
   */
  public static fromAccountName(scope: Construct, id: string, accountName: string): IAccount {
    return new NamedAccount(scope, id, accountName);
  }

  public readonly accountId: string;

  /**
   * ARN of the account in AWS Organizations.
   *
   * @attribute
   */
  public readonly accountArn: string;

  /**
   * Name of the account.
   *
   * @attribute
   */
  public readonly accountName: string;

  /** E-mail address of the account's root user. */
  public readonly email: string;

  /** Tags of the account in AWS Organizations: the `accountTags`, and those of `Tags.of(account)`. */
  public readonly tags: TagManager;

  /**
   * Whether the account may have existed before, and may hold the resources of others.
   *
   * @internal
   */
  public readonly _mayBeAdopted: boolean;

  public constructor(scope: Construct, id: string, props: AccountProps) {
    super(scope, id);
    validate.regionOfNewAccounts(this, this.env.region);
    checkAccountSource(this, props);
    const { pool } = props;
    this.tags = new TagManager(TagType.MAP, RESOURCE_TYPES.account, validate.tags(this, props.accountTags ?? {}));
    this.node.addValidation({ validate: () => tagProblems(this.tags.tagValues(), pool ? 2 : 1) });
    const tags = lazy(() => this.tags.tagValues());
    const own = props.accountBaseline?._giveTo(this, props.organization);
    const account = new ManagedResource<Request, Result>(this, 'Resource', {
      organization: props.organization,
      resourceType: RESOURCE_TYPES.account,
      request: {
        ...pool ? pooledRequest(this, { ...props, pool }) : { ...this.vendedRequest(props), baseline: own?.target },
        tags,
      },
    });
    this.email = pool ? account.result('email') : props.email ?? '';
    this.accountName = props.accountName ?? account.result('accountName');
    const resource = account.resource.node.defaultChild as CfnResource;
    Preconditions.of(this, props.organization).beforeAccount(resource, props);
    const baseline = own?.resource ?? internalsOf(this, props.organization).baseline;
    if (baseline && (own || Stack.of(baseline) === Stack.of(this))) resource.addResourceDependency(baseline);
    throttleCreation(resource);
    this.accountId = account.result('accountId');
    this.accountArn = this.arn(props.organization);
    setAccountIdIn(this, (user, organization) => {
      requireSameOrganization(user, this, props.organization, organization);
      return this.accountId;
    });
    this._mayBeAdopted = props.onExisting === OnExistingAccount.ADOPT;
  }

  /**
   * Not supported: the property `onRemoval` says what happens to the account.
   *
   * @param policy is rejected
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    rejectRemovalPolicy(this, policy, "set 'onRemoval' to AccountRemoval.RELEASE or AccountRemoval.RETAIN, which keep "
      + 'the account, or to AccountRemoval.CLOSE');
  }

  private vendedRequest(props: AccountProps): Omit<VendedAccountRequest, 'tags'> {
    const { organizationalUnit } = props;
    const email = validate.email(this, props.email ?? '');
    UniqueClaims.of(this).claim(this, 'e-mail', email.toLowerCase(),
      'every account needs its own e-mail; use a plus address like aws+shop-test2@example.com');
    return {
      kind: 'vended',
      accountName: validate.accountName(this, props.accountName ?? ''),
      email,
      organizationalUnit: organizationalUnit && validate.organizationalUnit(this, organizationalUnit),
      onExisting: props.onExisting ?? OnExistingAccount.FAIL,
      onRemoval: props.onRemoval ?? AccountRemoval.RELEASE,
      alternateContacts: checkedContacts(this, props.alternateContacts),
      accountAlias: props.accountAlias && validate.accountAlias(this, props.accountAlias),
      iamUserAccessToBilling: props.iamUserAccessToBilling === false ? 'DENY' : undefined,
      optInRegions: props.optInRegions?.map(region => validate.optInRegion(this, region)),
      ...preparation(this, props.organization, props),
    };
  }

  private arn(organization: IOrganization): string {
    return Stack.of(this).formatArn({
      service: 'organizations',
      region: '',
      account: internalsOf(this, organization).managementAccountId,
      resource: 'account',
      resourceName: `${organization.organizationId}/${this.accountId}`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  }
}
