import * as v from 'valibot';
import { read, tagRecord, Tags } from '../../../core/protocol/read';
import { AwsError } from '../../../core/service';
import type { Call, Operation } from '../../../core/service';
import type { CreationStatus } from '../creation';
import { assertAccountInput, requiredAccount } from '../organization';
import type { Organization } from '../organization';
import { page } from '../paging';
import type { SimulatedAccount } from '../tree';

const CreateAccountInput = v.object({
  AccountName: v.string(),
  Email: v.string(),
  RoleName: v.optional(v.string(), 'OrganizationAccountAccessRole'),
  IamUserAccessToBilling: v.optional(v.picklist(['ALLOW', 'DENY'])),
  Tags,
});
const StatusInput = v.object({ CreateAccountRequestId: v.string() });
const StatusesInput = v.object({ States: v.optional(v.array(v.string())) });
const AccountInput = v.object({ AccountId: v.string() });
const MoveInput = v.object({ AccountId: v.string(), SourceParentId: v.string(), DestinationParentId: v.string() });

/** API operations for accounts. */
export class AccountOperations {
  public readonly operations: Record<string, Operation> = {
    CreateAccount: async call => this.create(call),
    DescribeCreateAccountStatus: async call => this.describeStatus(call),
    ListCreateAccountStatus: async call => this.listStatuses(call),
    DescribeAccount: async call => ({ Account: describedAccount(this.accountOf(call)) }),
    ListAccounts: async call => {
      const { items, ...rest } = page(this.organizations.accounts, call.input);
      return { Accounts: items.map(describedAccount), ...rest };
    },
    MoveAccount: async call => this.move(call),
    CloseAccount: async call => this.organizations.closure.close(this.accountOf(call)),
  };

  public constructor(private readonly organizations: Organization) {}

  private accountOf(call: Call): SimulatedAccount {
    return requiredAccount(this.organizations, read(AccountInput, call.input).AccountId);
  }

  private create(call: Call): unknown {
    const input = read(CreateAccountInput, call.input);
    assertAccountInput(input.AccountName, input.Email);
    const request = {
      name: input.AccountName,
      email: input.Email,
      roleName: input.RoleName,
      iamUserAccessToBilling: input.IamUserAccessToBilling,
      tags: tagRecord(input.Tags),
    };
    return { CreateAccountStatus: describedStatus(this.organizations.creation.start(request)) };
  }

  private describeStatus(call: Call): unknown {
    const status = this.organizations.creation.status(read(StatusInput, call.input).CreateAccountRequestId);
    if (status === undefined) {
      throw new AwsError(
        'CreateAccountStatusNotFoundException',
        "You specified a create account request ID that doesn't exist.",
      );
    }
    return { CreateAccountStatus: describedStatus(status) };
  }

  private listStatuses(call: Call): unknown {
    const { States: states } = read(StatusesInput, call.input);
    const statuses = this.organizations.creation.all.filter(
      status => states === undefined || states.includes(status.state),
    );
    const { items, ...rest } = page(statuses, call.input);
    return { CreateAccountStatuses: items.map(describedStatus), ...rest };
  }

  private move(call: Call): void {
    const { tree } = this.organizations;
    const {
      AccountId: accountId,
      SourceParentId: source,
      DestinationParentId: destination,
    } = read(MoveInput, call.input);
    const account = requiredAccount(this.organizations, accountId);
    if (!tree.hasParent(source) || account.parentId !== source && account.parentId !== destination) {
      throw new AwsError(
        'SourceParentNotFoundException',
        "You specified a source parent that doesn't exist or doesn't contain the account.",
      );
    }
    if (!tree.hasParent(destination)) {
      throw new AwsError(
        'DestinationParentNotFoundException',
        "You specified a destination parent that doesn't exist.",
      );
    }
    if (account.parentId === destination) {
      throw new AwsError(
        'DuplicateAccountException',
        'The specified account is already present in the specified destination.',
      );
    }
    tree.putAccount({ ...account, parentId: destination });
  }
}

/** Omits `Status`, which AWS replaced by `State` in September 2026. */
export function describedAccount(account: SimulatedAccount): Record<string, unknown> {
  return {
    Id: account.accountId,
    Arn: account.arn,
    Name: account.name,
    Email: account.email,
    State: account.state,
    JoinedMethod: account.joined,
    JoinedTimestamp: new Date(account.joinedAt),
  };
}

function describedStatus(status: CreationStatus): Record<string, unknown> {
  return {
    Id: status.id,
    AccountName: status.name,
    State: status.state,
    RequestedTimestamp: new Date(status.requestedAt),
    CompletedTimestamp: status.completedAt === undefined ? undefined : new Date(status.completedAt),
    AccountId: status.accountId,
    FailureReason: status.failureReason,
  };
}
