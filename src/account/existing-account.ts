import { Resource } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AccountAttributes, IAccount } from './account-interface';
import type { AccountResult, ExistingAccountRequest } from './contract';
import { preparation } from './preparation';
import type { IOrganization } from '../organization/organization-interface';
import { RESOURCE_TYPES } from '../private/contract';
import { ManagedResource } from '../private/managed-resource';
import { UniqueClaims } from '../private/unique-claims';
import { validate } from '../private/validate';

/** An account that is there already. Once something is to live in it, it is prepared like a vended one, in the organization that asks. */
export class ExistingAccount extends Resource implements IAccount {
  public readonly accountId: string;

  public constructor(scope: Construct, id: string, private readonly attributes: AccountAttributes) {
    super(scope, id, { account: attributes.accountId });
    this.accountId = validate.accountId(this, attributes.accountId);
    UniqueClaims.of(this).claim(this, 'account', attributes.accountId, 'pass that construct on instead of importing the account again');
  }

  public prepare(organization: IOrganization): string {
    const existing = this.node.tryFindChild('Preparation');
    if (existing instanceof ManagedResource) return existing.result('accountId');
    const resource = new ManagedResource<ExistingAccountRequest, AccountResult>(this, 'Preparation', {
      organization,
      resourceType: RESOURCE_TYPES.account,
      request: { kind: 'existing', accountId: this.accountId, ...preparation(this, organization, this.attributes) },
    });
    return resource.result('accountId');
  }
}

/** The id of an account, once it is ready to take stacks. */
export function preparedAccountId(account: IAccount, organization: IOrganization): string {
  return account instanceof ExistingAccount ? account.prepare(organization) : account.accountId;
}
