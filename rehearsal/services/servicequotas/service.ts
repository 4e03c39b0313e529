import * as v from 'valibot';
import { own, textOf } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Environment, Operation, Permissions, Service } from '../../core/service';
import type { Organizations } from '../organizations/service';

const QuotaInput = v.object({ ServiceCode: v.string(), QuotaCode: v.string() });

/** Quota 'Default maximum number of accounts' of Organizations. */
const ACCOUNTS = { serviceCode: 'organizations', quotaCode: 'L-E619E033', name: 'Default maximum number of accounts' };

/** AWS Service Quotas: only the quota of accounts in an organization. */
export class ServiceQuotas implements Service {
  public readonly name = 'servicequotas';
  public readonly protocol = 'json';
  public readonly namespace = 'ServiceQuotasV20190624';
  public readonly operations: Record<string, Operation> = { GetServiceQuota: async call => this.quotaOf(call) };
  public readonly permissions: Record<string, Permissions> = {
    GetServiceQuota: call => [own(call, this.arn(call, textOf(call, 'ServiceCode'), textOf(call, 'QuotaCode')))],
  };

  public constructor(
    private readonly environment: Environment,
    private readonly organizations: Organizations,
  ) {}

  private quotaOf(call: Call): unknown {
    const { ServiceCode: serviceCode, QuotaCode: quotaCode } = read(QuotaInput, call.input);
    const isOfManagement = call.caller.accountId === this.organizations.options.managementAccountId;
    if (serviceCode !== ACCOUNTS.serviceCode || quotaCode !== ACCOUNTS.quotaCode || !isOfManagement) {
      const message =
        `The request failed because the specified service quota does not exist: ${serviceCode}/${quotaCode}`;
      throw new AwsError('NoSuchResourceException', message);
    }
    return {
      Quota: {
        ServiceCode: serviceCode,
        ServiceName: 'AWS Organizations',
        QuotaArn: this.arn(call, serviceCode, quotaCode),
        QuotaCode: quotaCode,
        QuotaName: ACCOUNTS.name,
        Value: this.organizations.creation.limit,
        Unit: 'None',
        Adjustable: true,
        GlobalQuota: true,
      },
    };
  }

  private arn({ region, caller: { accountId } }: Call, serviceCode: string, quotaCode: string): string {
    return `arn:${this.environment.partition}:servicequotas:${region}:${accountId}:${serviceCode}/${quotaCode}`;
  }
}
