import * as v from 'valibot';
import { actionsOf, alarmMessages, AlarmProperties, STATES, type AlarmActions, type AlarmState } from './alarm-actions';
import { dashboardPermissions, Dashboards } from './dashboards';
import { Identifiers } from '../../core/identifiers';
import { everywhere, on, regionalArn, textOf } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import type { Publication } from '../../core/publication';
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

export type { AlarmState } from './alarm-actions';

export interface Alarm {
  readonly name: string;
  readonly arn: string;
  readonly state: AlarmState;
  readonly reason: string;
  readonly updatedAt: number;
  readonly actions: AlarmActions;
}

/** Performs an action of an alarm whose state has changed. */
type PerformAction = (message: Publication, alarmArn: string) => void;

const StateInput = v.object({ AlarmName: v.string(), StateValue: v.picklist(STATES), StateReason: v.string() });
const NamesInput = v.object({ AlarmNames: v.optional(v.array(v.string())) });

/** AWS CloudWatch: dashboards, and alarms whose state is set by `SetAlarmState`; there are no metrics. */
export class CloudWatch implements Service {
  public readonly name = 'monitoring';
  public readonly protocol = 'query';
  public readonly namespace = 'http://monitoring.amazonaws.com/doc/2010-08-01/';
  public readonly dashboards = new Dashboards();
  public readonly operations: Record<string, Operation> = {
    SetAlarmState: async call => {
      const { AlarmName: name, StateValue: state, StateReason: reason } = read(StateInput, call.input);
      this.setState(call.caller.accountId, call.region, name, state, reason);
    },
    DescribeAlarms: async call => this.describe(call),
    ...this.dashboards.operations,
  };
  public readonly permissions = {
    ...dashboardPermissions,
    ...on(['SetAlarmState'], call => regionalArn(call, `alarm:${textOf(call, 'AlarmName')}`)),
    ...everywhere(['DescribeAlarms']),
  };
  public readonly resourceTypes: Record<string, ResourceType> = {
    'AWS::CloudWatch::Alarm': this.alarmType(),
    'AWS::CloudWatch::CompositeAlarm': this.alarmType(),
    'AWS::CloudWatch::Dashboard': this.dashboards.type(),
  };
  /** Receives the messages of alarms to topics. */
  public onAction?: PerformAction;
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
    const now = this.environment.clock.now();
    const changed = { ...known, state, reason, updatedAt: now };
    this.alarms.of(accountId, region).set(name, changed);
    if (state === known.state) return;
    for (const message of alarmMessages(changed, known.state)) this.onAction?.(message, known.arn);
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
    const put = (name: string, input: Record<string, unknown>, context: ResourceContext): Provisioned => {
      const { accountId, region } = context;
      const actions = actionsOf(read(AlarmProperties, input));
      const arn = `arn:${this.environment.partition}:cloudwatch:${region}:${accountId}:alarm:${name}`;
      const fresh: Alarm = {
        name,
        arn,
        state: 'OK',
        reason: 'no state was set',
        updatedAt: this.environment.clock.now(),
        actions,
      };
      this.alarms.of(accountId, region).set(name, { ...this.alarm(accountId, region, name) ?? fresh, actions });
      return { id: name, attributes: { Arn: arn } };
    };
    const create = async (input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> =>
      put(read(AlarmProperties, input).AlarmName ?? this.identifiers.physicalName(context, 255), input, context);
    return {
      create,
      update: async (id, input, before, context) =>
        input.AlarmName === before.AlarmName ? put(id, input, context) : create(input, context),
      remove: async (id, _properties, { accountId, region }) => {
        this.alarms.of(accountId, region).delete(id);
      },
    };
  }
}
