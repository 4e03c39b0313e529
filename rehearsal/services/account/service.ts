import * as v from 'valibot';
import { contactOperations } from './operations/contacts';
import { emailOperations } from './operations/email';
import type { EmailChanges } from './operations/email';
import { permissions } from './permissions';
import { RATES } from './quotas';
import { OptInRegions } from './regions';
import type { Clock } from '../../core/clock';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Operation, Permissions, Service } from '../../core/service';
import { TokenBuckets } from '../../core/token-buckets';
import type { Organizations, SimulatedAccount } from '../organizations/service';

const TargetInput = v.object({ AccountId: v.optional(v.string()) });
const RegionInput = v.object({ RegionName: v.pipe(v.string(), v.minLength(1), v.maxLength(50)) });
const RegionsInput = v.object({
  MaxResults: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(50)), 50),
  NextToken: v.optional(v.string(), '0'),
  RegionOptStatusContains: v.optional(v.array(v.string())),
});
const NameInput = v.object({ AccountName: v.pipe(v.string(), v.minLength(1), v.maxLength(50)) });

/** AWS Account Management: name, contacts, regions and root user's e-mail of an account. */
export class Account implements Service {
  public readonly name = 'account';
  public readonly protocol = 'rest-json';
  public readonly routes = {
    PutAccountName: 'POST /putAccountName',
    GetAccountInformation: 'POST /getAccountInformation',
    GetAlternateContact: 'POST /getAlternateContact',
    PutAlternateContact: 'POST /putAlternateContact',
    GetRegionOptStatus: 'POST /getRegionOptStatus',
    EnableRegion: 'POST /enableRegion',
    StartPrimaryEmailUpdate: 'POST /startPrimaryEmailUpdate',
    AcceptPrimaryEmailUpdate: 'POST /acceptPrimaryEmailUpdate',
    ListRegions: 'POST /listRegions',
  };
  public readonly regions: OptInRegions;
  public readonly emailChanges: EmailChanges = new Map();
  public readonly permissions: Record<string, Permissions>;
  public readonly operations: Record<string, Operation>;
  private readonly buckets: TokenBuckets;
  private readonly nameAndRegions: Record<string, Operation> = {
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
    GetRegionOptStatus: async call => {
      const { RegionName } = read(RegionInput, call.input);
      return { RegionName, RegionOptStatus: this.regions.status(this.target(call).accountId, RegionName) };
    },
    EnableRegion: async call => {
      this.regions.enable(this.target(call).accountId, read(RegionInput, call.input).RegionName);
    },
    ListRegions: async call => this.listRegions(call),
  };

  public constructor(
    private readonly organizations: Organizations,
    clock: Clock,
    private readonly partition: string,
  ) {
    this.permissions = permissions(organizations);
    this.regions = new OptInRegions(clock);
    this.buckets = new TokenBuckets(clock);
    const target = (call: Call): SimulatedAccount => this.target(call);
    this.operations = this.throttled({
      ...this.nameAndRegions,
      ...contactOperations(target),
      ...emailOperations(organizations, target, this.emailChanges),
    });
  }

  private throttled(operations: Record<string, Operation>): Record<string, Operation> {
    return Object.fromEntries(Object.entries(operations).map(([name, operation]) => [name, async (call: Call) => {
      const rate = RATES[name];
      const { accountId } = this.target(call);
      const key = rate?.of === 'caller' ? call.caller.accountId : accountId;
      if (rate && !this.buckets.take(`${name}/${key}`, rate)) {
        throw new AwsError('TooManyRequestsException', 'Too many requests', 429);
      }
      return operation(call);
    }]));
  }

  private listRegions(call: Call): unknown {
    const { accountId } = this.target(call);
    const { MaxResults: size, NextToken: start, RegionOptStatusContains: wanted } = read(RegionsInput, call.input);
    const found = this.regions.list(accountId, this.partition)
      .filter(({ status }) => wanted === undefined || wanted.includes(status));
    const end = Number(start) + size;
    return {
      Regions: found.slice(Number(start), end)
        .map(({ name, status }) => ({ RegionName: name, RegionOptStatus: status })),
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
