import { Aspects, CfnResource, RemovalPolicy, Resource, Stack, Tag } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AccountAttributes, IAccount } from './account-interface';
import type { AccountResult, ExistingAccountRequest } from './contract';
import { requireSameOrganization, setAccountIdIn } from './internals';
import { preparation } from './preparation';
import { internalsOf } from '../organization/internals';
import type { IOrganization } from '../organization/organization-interface';
import { RESOURCE_TYPES } from '../private/contract';
import { ManagedResource } from '../private/managed-resource';
import { rejectRemovalPolicy } from '../private/reject';
import { UniqueClaims } from '../private/unique-claims';
import { fail, validate } from '../private/validate';

/** An account that exists. The first organization that uses it prepares it like a vended account. */
export class ExistingAccount extends Resource implements IAccount {
  public readonly accountId: string;
  private prepared?: { readonly organization: IOrganization; readonly accountId: string };

  public constructor(scope: Construct, id: string, private readonly attributes: AccountAttributes) {
    super(scope, id, { account: attributes.accountId });
    this.accountId = validate.accountId(this, attributes.accountId);
    UniqueClaims.of(this).claim(this, 'account', attributes.accountId,
      'use that construct instead of a second import of the account');
    this.node.addValidation({ validate: () => this.tagProblems() });
    setAccountIdIn(this, (user, organization) => this.prepare(user, organization));
  }

  /**
   * Not supported: the account is always kept.
   *
   * @param policy is rejected
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    rejectRemovalPolicy(this, policy, 'an account that exists is always kept, with all its contents');
  }

  /** Finds tags that were added to this account. Those of its stack or app are meant for other resources, too. */
  private tagProblems(): string[] {
    const keys = Aspects.of(this).all.flatMap(aspect => aspect instanceof Tag ? `'${aspect.key}'` : []);
    return keys.length === 0 ? [] : [
      `tags of an existing account are not changed: remove Tags.of(account).add() for ${keys.join(', ')}, and tag the `
        + 'account in AWS Organizations',
    ];
  }

  /** The provider rejects what is known only at deployment. */
  private rejectSpecialAccounts(scope: Construct, organization: IOrganization): void {
    const { managementAccountId } = internalsOf(scope, organization);
    const kinds = { 'CICD account': Stack.of(scope).account, 'management account': managementAccountId };
    for (const [kind, id] of Object.entries(kinds)) {
      if (id === this.accountId) {
        fail(this, `account ${id} is the ${kind}, which cannot be the account of an environment: use another account`);
      }
    }
  }

  private prepare(scope: Construct, organization: IOrganization): string {
    if (this.prepared) {
      requireSameOrganization(scope, this, this.prepared.organization, organization);
      return this.prepared.accountId;
    }
    this.rejectSpecialAccounts(scope, organization);
    const own = this.attributes.accountBaseline?._giveTo(this, organization);
    const account = new ManagedResource<ExistingAccountRequest, AccountResult>(this, 'Preparation', {
      organization,
      resourceType: RESOURCE_TYPES.account,
      request: {
        kind: 'existing',
        accountId: this.accountId,
        baseline: own?.target,
        ...preparation(this, organization, this.attributes),
      },
    });
    const resource = account.resource.node.defaultChild as CfnResource;
    if (own) resource.addResourceDependency(own.resource);
    this.prepared = { organization, accountId: account.result('accountId') };
    return this.prepared.accountId;
  }
}
