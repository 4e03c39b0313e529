import { Aspects, Lazy, RemovalPolicy, Resource, Tag } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { IAccount } from './account-interface';
import type { AccountResult, NamedAccountRequest } from './contract';
import { requireSameOrganization, setAccountIdIn } from './internals';
import { preparation } from './preparation';
import type { IOrganization } from '../organization/organization-interface';
import { RESOURCE_TYPES } from '../private/contract';
import { ManagedResource } from '../private/managed-resource';
import { rejectRemovalPolicy } from '../private/reject';
import { UniqueClaims } from '../private/unique-claims';
import { fail, validate } from '../private/validate';

/** An account that exists and is found by its name. The first organization that uses it finds and prepares it. */
export class NamedAccount extends Resource implements IAccount {
  public readonly accountId: string;
  private prepared?: { readonly organization: IOrganization; readonly accountId: string };

  public constructor(scope: Construct, id: string, private readonly accountName: string) {
    super(scope, id);
    validate.accountName(this, accountName);
    UniqueClaims.of(this).claim(this, 'account name', accountName,
      'use that construct instead of a second import of the account');
    this.accountId = Lazy.string({ produce: () => this.prepared?.accountId ?? this.isUnknown() });
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

  private isUnknown(): never {
    return fail(this, `the id of account '${this.accountName}' is not known, because no environment and no stack uses `
      + 'the account: use it, or import the account with Account.fromAccountId()');
  }

  private tagProblems(): string[] {
    const keys = Aspects.of(this).all.flatMap(aspect => aspect instanceof Tag ? `'${aspect.key}'` : []);
    return keys.length === 0 ? [] : [
      `tags of an existing account are not changed: remove Tags.of(account).add() for ${keys.join(', ')}, and tag the `
        + 'account in AWS Organizations',
    ];
  }

  private prepare(scope: Construct, organization: IOrganization): string {
    if (this.prepared) {
      requireSameOrganization(scope, this, this.prepared.organization, organization);
      return this.prepared.accountId;
    }
    const resource = new ManagedResource<NamedAccountRequest, AccountResult>(this, 'Preparation', {
      organization,
      resourceType: RESOURCE_TYPES.account,
      request: { kind: 'named', accountName: this.accountName, ...preparation(this, organization, {}) },
    });
    this.prepared = { organization, accountId: resource.result('accountId') };
    return this.prepared.accountId;
  }
}
