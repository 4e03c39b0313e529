import * as v from 'valibot';
import { LogGroups, type LogGroup } from './groups';
import { ResourcePolicies } from './resource-policies';
import { logGroupType } from './resource-types';
import { everywhere, on, regionalArn, textOf } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import type { Call, Environment, Operation, Permissions, Place, ResourceType, Service } from '../../core/service';
import type { Identities } from '../iam/identities';

const Named = v.object({ logGroupName: v.string() });
const Retention = v.object({ logGroupName: v.string(), retentionInDays: v.number() });
const DescribeInput = v.object({ logGroupNamePrefix: v.optional(v.string(), '') });

/** Amazon CloudWatch Logs: groups, their retention, and resource policies. Events are in the log of the rehearsal. */
export class Logs implements Service {
  public readonly name = 'logs';
  public readonly protocol = 'json';
  public readonly namespace = 'Logs_20140328';
  public readonly operations: Record<string, Operation>;
  public readonly permissions: Record<string, Permissions>;
  public readonly resourceTypes: Record<string, ResourceType>;
  public readonly existing: Service['existing'] = {
    'AWS::Logs::LogGroup': place => this.groups.list(place).map(({ name: id, arn }) => ({ id, arn })),
  };
  private readonly groups: LogGroups;

  public constructor(environment: Environment, iam: Identities) {
    this.groups = new LogGroups(environment);
    const policies = new ResourcePolicies(iam, environment);
    const ofGroups = this.groupOperations();
    this.operations = { ...ofGroups, ...policies.operations };
    this.permissions = {
      // as in the messages of AWS: a policy names a group with `:*`
      ...on(Object.keys(ofGroups), call => regionalArn(call, `log-group:${textOf(call, 'logGroupName')}:log-stream:`)),
      ...everywhere(Object.keys(policies.operations)),
    };
    this.resourceTypes = { 'AWS::Logs::LogGroup': logGroupType(this.groups), ...policies.resourceTypes };
  }

  private groupOperations(): Record<string, Operation> {
    const { groups } = this;
    const named = (call: Call): LogGroup => groups.required(placeOf(call), read(Named, call.input).logGroupName);
    return {
      CreateLogGroup: async call => {
        groups.create(placeOf(call), read(Named, call.input).logGroupName);
        return {};
      },
      DeleteLogGroup: async call => {
        groups.remove(placeOf(call), named(call));
        return {};
      },
      DescribeLogGroups: async call => {
        const { logGroupNamePrefix: prefix } = read(DescribeInput, call.input);
        const found = groups.list(placeOf(call)).filter(({ name }) => name.startsWith(prefix));
        return { logGroups: found.map(described) };
      },
      PutRetentionPolicy: async call => {
        groups.setRetention(named(call), read(Retention, call.input).retentionInDays);
        return {};
      },
      DeleteRetentionPolicy: async call => {
        groups.setRetention(named(call), undefined);
        return {};
      },
    };
  }
}

function placeOf({ caller: { accountId }, region }: Call): Place {
  return { accountId, region };
}

function described({ name, arn, createdAt, retentionInDays }: LogGroup): Record<string, unknown> {
  return {
    logGroupName: name,
    arn: `${arn}:*`,
    logGroupArn: arn,
    creationTime: createdAt,
    storedBytes: 0,
    ...retentionInDays !== undefined && { retentionInDays },
  };
}
