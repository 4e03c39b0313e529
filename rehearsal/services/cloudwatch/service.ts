import * as v from 'valibot';
import { Identifiers } from '../../core/identifiers';
import { everywhere, on, regionalArn, textOf } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import { Regional } from '../../core/regional';
import { AwsError } from '../../core/service';
import type {
  Call,
  Environment,
  Operation,
  Provisioned,
  ResourceContext,
  ResourceType,
  Service,
} from '../../core/service';

const STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const;
export type AlarmState = typeof STATES[number];

export interface Alarm {
  readonly name: string;
  readonly arn: string;
  readonly state: AlarmState;
  readonly reason: string;
  readonly updatedAt: number;
}

const Properties = v.object({ AlarmName: v.optional(v.string()) });
const StateInput = v.object({ AlarmName: v.string(), StateValue: v.picklist(STATES), StateReason: v.string() });
const NamesInput = v.object({ AlarmNames: v.optional(v.array(v.string())) });

/** AWS CloudWatch: alarms whose state is set by `SetAlarmState`; there are no metrics. */
export class CloudWatch implements Service {
  public readonly name = 'monitoring';
  public readonly protocol = 'query';
  public readonly namespace = 'http://monitoring.amazonaws.com/doc/2010-08-01/';
  public readonly operations: Record<string, Operation> = {
    SetAlarmState: async call => {
      const { AlarmName: name, StateValue: state, StateReason: reason } = read(StateInput, call.input);
      this.setState(call.caller.accountId, call.region, name, state, reason);
    },
    DescribeAlarms: async call => this.describe(call),
  };
  public readonly permissions = {
    ...on(['SetAlarmState'], call => regionalArn(call, `alarm:${textOf(call, 'AlarmName')}`)),
    ...everywhere(['DescribeAlarms']),
  };
  public readonly resourceTypes: Record<string, ResourceType> = {
    'AWS::CloudWatch::Alarm': this.alarmType(),
    'AWS::CloudWatch::CompositeAlarm': this.alarmType(),
  };
  private readonly identifiers = new Identifiers('cloudwatch');
  private readonly alarms = new Regional(() => new Map<string, Alarm>());

  public constructor(private readonly environment: Environment) {}

  public alarm(accountId: string, region: string, name: string): Alarm | undefined {
    return this.alarms.of(accountId, region).get(name);
  }

  public setState(accountId: string, region: string, name: string, state: AlarmState, reason: string): void {
    const known = this.alarm(accountId, region, name);
    if (known === undefined) {
      throw new AwsError(
        'ResourceNotFound',
        `The alarm ${name} does not exist in account ${accountId}, region ${region}`,
        404,
      );
    }
    this.alarms.of(accountId, region).set(name, { ...known, state, reason, updatedAt: this.environment.clock.now() });
  }

  private describe(call: Call): unknown {
    const { AlarmNames: names } = read(NamesInput, call.input);
    const found = [...this.alarms.of(call.caller.accountId, call.region).values()].filter(
      ({ name }) => names?.includes(name) ?? true,
    );
    return {
      MetricAlarms: found.map(({ name, arn, state, reason, updatedAt }) => ({
        AlarmName: name,
        AlarmArn: arn,
        StateValue: state,
        StateReason: reason,
        StateUpdatedTimestamp: new Date(updatedAt),
      })),
    };
  }

  private alarmType(): ResourceType {
    const put = (name: string, { accountId, region }: ResourceContext): Provisioned => {
      const arn = `arn:${this.environment.partition}:cloudwatch:${region}:${accountId}:alarm:${name}`;
      const fresh: Alarm = {
        name,
        arn,
        state: 'OK',
        reason: 'no state was set',
        updatedAt: this.environment.clock.now(),
      };
      this.alarms.of(accountId, region).set(name, this.alarm(accountId, region, name) ?? fresh);
      return { id: name, attributes: { Arn: arn } };
    };
    const create = async (input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> =>
      put(read(Properties, input).AlarmName ?? this.identifiers.physicalName(context, 255), context);
    return {
      create,
      update: async (id, input, before, context) =>
        input.AlarmName === before.AlarmName ? put(id, context) : create(input, context),
      remove: async (id, _properties, { accountId, region }) => {
        this.alarms.of(accountId, region).delete(id);
      },
    };
  }
}
