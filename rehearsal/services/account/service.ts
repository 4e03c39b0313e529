import * as v from 'valibot';
import { permissions } from './permissions';
import { enabledRegions } from './regions';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Operation, Permissions, Service } from '../../core/service';
import type { Organizations, SimulatedAccount } from '../organizations/service';

const TargetInput = v.object({ AccountId: v.optional(v.string()) });
const RegionsInput = v.object({
  MaxResults: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(50)), 50),
  NextToken: v.optional(v.string(), '0'),
  RegionOptStatusContains: v.optional(v.array(v.string())),
});
const NameInput = v.object({ AccountName: v.pipe(v.string(), v.minLength(1), v.maxLength(50)) });

/** AWS Account Management: the name of an account, and its regions: those that are enabled by default. */
export class Account implements Service {
  public readonly name = 'account';
  public readonly protocol = 'rest-json';
  public readonly routes = {
    PutAccountName: 'POST /putAccountName',
    GetAccountInformation: 'POST /getAccountInformation',
    ListRegions: 'POST /listRegions',
  };
  public readonly permissions: Record<string, Permissions>;
  public readonly operations: Record<string, Operation> = {
    PutAccountName: async call => {
      this.organizations.tree.putAccount({ ...this.target(call), name: read(NameInput, call.input).AccountName });
    },
    GetAccountInformation: async call => {
      const account = this.target(call);
      const { accountId, name, joinedAt, state } = account;
      return {
        AccountId: accountId,
        AccountName: name,
        AccountCreatedDate: new Date(joinedAt).toISOString(),
        AccountState: state,
      };
    },
    ListRegions: async call => this.listRegions(call),
  };

  /** @param partition the partition of all accounts */
  public constructor(private readonly organizations: Organizations, private readonly partition: string) {
    this.permissions = permissions(organizations);
  }

  private listRegions(call: Call): unknown {
    this.target(call);
    const { MaxResults: size, NextToken: start, RegionOptStatusContains: wanted } = read(RegionsInput, call.input);
    const status = 'ENABLED_BY_DEFAULT';
    const found = wanted === undefined || wanted.includes(status) ? enabledRegions(this.partition) : [];
    const end = Number(start) + size;
    return {
      Regions: found.slice(Number(start), end).map(RegionName => ({ RegionName, RegionOptStatus: status })),
      NextToken: end < found.length ? String(end) : undefined,
    };
  }

  /**
   * Returns the caller's own account, or a member if the management account calls. The management account cannot name
   * itself.
   */
  private target(call: Call): SimulatedAccount {
    const { AccountId: accountId = call.caller.accountId } = read(TargetInput, call.input);
    const isOwn = accountId === call.caller.accountId;
    const { managementAccountId } = this.organizations.options;
    if (!isOwn && call.caller.accountId !== managementAccountId) throw denied(call);
    if (isOwn && call.input.AccountId !== undefined && accountId === managementAccountId) throw denied(call);
    const account = this.organizations.account(accountId);
    if (account === undefined) {
      throw new AwsError('ResourceNotFoundException', `account ${accountId} was not found`, 404);
    }
    return account;
  }
}

function denied(call: Call): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `User: ${call.caller.arn} is not authorized to perform: account:${call.operation}`,
    403,
  );
}
