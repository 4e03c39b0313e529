import {
  ArnFormat, CfnResource, ITaggable, RemovalPolicy, Resource, Stack, TagManager, TagType,
} from 'aws-cdk-lib';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { AccountAttributes, IAccount } from './account-interface';
import type { AccountResult, VendedAccountRequest } from './contract';
import { throttleCreation } from './creation-throttle';
import { ExistingAccount } from './existing-account';
import { requireSameOrganization, setAccountIdIn } from './internals';
import { Preconditions } from './preconditions';
import { preparation } from './preparation';
import { internalsOf } from '../organization/internals';
import type { IOrganization } from '../organization/organization-interface';
import { RESOURCE_TYPES } from '../private/contract';
import { lazy } from '../private/lazy';
import { ManagedResource } from '../private/managed-resource';
import { rejectRemovalPolicy } from '../private/reject';
import { UniqueClaims } from '../private/unique-claims';
import { tagProblems, validate } from '../private/validate';

/** What to do when the organization has an account with the e-mail already. */
export enum OnExistingAccount {
  /** Take it over, if it is active: name, tags and organizational unit become those of the construct. */
  ADOPT = 'adopt',
  /** Fail, naming the account. */
  FAIL = 'fail',
}

/** What becomes of an account when its construct is removed. An account is never closed. */
export enum AccountRemoval {
  /** It is kept in the registry as available, with all that is in it. */
  RELEASE = 'release',
  /** It is kept, and forgotten by the registry. It still carries our tag: an `Account` with the same e-mail takes it back. */
  RETAIN = 'retain',
}

/** Properties of `Account`. */
export interface AccountProps {
  /** The organization that the account is to belong to. */
  readonly organization: IOrganization;

  /** Name of the account: 1 to 50 printable ASCII characters. It can be changed. */
  readonly accountName: string;

  /**
   * E-mail of the account's root user: 6 to 64 characters, unique among all accounts of AWS, also closed ones. It cannot be changed. Plus
   * addresses (`aws+shop-test@example.com`) do, if the mailbox takes them.
   */
  readonly email: string;

  /**
   * Organizational unit that the account is moved into: an id (`ou-ab12-cdefgh34`) or a path of names below the root (`Workloads/Test`).
   *
   * @default - the account stays where it is; new ones are in the root
   */
  readonly organizationalUnit?: string;

  /**
   * Tags of the account in the organization, at most 49. Tags of others are left alone.
   *
   * @default - no tags but our own
   */
  readonly accountTags?: { [key: string]: string };

  /**
   * What to do when the organization has an account with this e-mail already.
   *
   * @default OnExistingAccount.FAIL
   */
  readonly onExisting?: OnExistingAccount;

  /**
   * What becomes of the account when this construct is removed.
   *
   * @default AccountRemoval.RELEASE
   */
  readonly onRemoval?: AccountRemoval;

  /**
   * Name of the role that AWS makes in the account for the management account. It cannot be changed later.
   *
   * @default 'OrganizationAccountAccessRole'
   */
  readonly accessRoleName?: string;

  /**
   * What CloudFormation may do in the account, and so every pipeline that deploys there.
   *
   * @default - the policy `org-environments-execution`: what applications are made of, but neither IAM users, nor the organization, nor our own roles
   */
  readonly executionPolicies?: IManagedPolicy[];
}

/**
 * An account of the organization, created by the deployment: moved into its organizational unit, tagged, awaited until it is usable, and
 * bootstrapped for CDK with trust in the CICD account.
 *
 * Creations queue, because AWS allows five at a time. Deploying again, after whatever failure, never makes a second account.
 */
export class Account extends Resource implements IAccount, ITaggable {
  /** Associates an account of the organization that exists already. It is bootstrapped when something is to live in it. */
  public static fromAccountId(scope: Construct, id: string, accountId: string): IAccount {
    return new ExistingAccount(scope, id, { accountId });
  }

  /** Associates an account of the organization that exists already and is entered through a role of another name, like one that was invited. */
  public static fromAccountAttributes(scope: Construct, id: string, attrs: AccountAttributes): IAccount {
    return new ExistingAccount(scope, id, attrs);
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
   * Whether the account may have been there before, and hold what is somebody else's.
   *
   * @internal
   */
  public readonly _mayBeAdopted: boolean;

  public constructor(scope: Construct, id: string, props: AccountProps) {
    super(scope, id);
    validate.regionOfNewAccounts(this, this.env.region);
    const email = validate.email(this, props.email);
    UniqueClaims.of(this).claim(this, 'e-mail', email.toLowerCase(), 'every account has an e-mail of its own; plus addresses like aws+shop-test2@example.com help');

    this.email = email;
    this.accountName = validate.accountName(this, props.accountName);
    this.tags = new TagManager(TagType.MAP, RESOURCE_TYPES.account, validate.tags(this, props.accountTags ?? {}));
    this.node.addValidation({ validate: () => tagProblems(this.tags.tagValues()) });

    const account = new ManagedResource<VendedAccountRequest, AccountResult>(this, 'Resource', {
      organization: props.organization,
      resourceType: RESOURCE_TYPES.account,
      request: {
        kind: 'vended',
        accountName: this.accountName,
        email,
        organizationalUnit: props.organizationalUnit && validate.organizationalUnit(this, props.organizationalUnit),
        tags: lazy(() => this.tags.tagValues()),
        onExisting: props.onExisting ?? OnExistingAccount.FAIL,
        onRemoval: props.onRemoval ?? AccountRemoval.RELEASE,
        ...preparation(this, props.organization, props),
      },
    });
    const resource = account.resource.node.defaultChild as CfnResource;
    Preconditions.of(this, props.organization).beforeAccount(resource, props);
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
    rejectRemovalPolicy(this, policy, "set 'onRemoval' to AccountRemoval.RELEASE or AccountRemoval.RETAIN; "
      + 'an account is never closed');
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
