import * as v from 'valibot';
import { on, regionalArn } from '../iam/permission';
import { Identifiers } from '../identifiers';
import { isRecord, parseJsonObject } from '../protocol/json';
import { read } from '../protocol/read';
import { Regional } from '../regional';
import { AwsError } from '../service';
import type { Call, Environment, Operation, OwnedPolicy, Provisioned, ResourceContext, ResourceType, Service } from '../service';
import { Buses } from './buses';
import { matches } from './pattern';
import { transformed, valueAt } from './transform';

export interface EmittedEvent {
  readonly 'source': string;
  readonly 'detail-type': string;
  readonly 'resources': readonly string[];
  readonly 'detail': Readonly<Record<string, unknown>>;
}

const Target = v.object({
  Id: v.string(),
  Arn: v.string(),
  RoleArn: v.optional(v.string()),
  Input: v.optional(v.string()),
  InputPath: v.optional(v.string()),
  InputTransformer: v.optional(v.object({ InputPathsMap: v.optional(v.record(v.string(), v.string())), InputTemplate: v.string() })),
});
const RuleProperties = v.object({
  Name: v.optional(v.string()),
  EventBusName: v.optional(v.string(), 'default'),
  EventPattern: v.optional(v.record(v.string(), v.unknown())),
  ScheduleExpression: v.optional(v.string()),
  State: v.optional(v.string(), 'ENABLED'),
  Targets: v.optional(v.array(Target), []),
});
const PutEventsInput = v.object({
  Entries: v.array(v.object({
    Source: v.string(),
    DetailType: v.string(),
    Detail: v.string(),
    Resources: v.optional(v.array(v.string()), []),
    EventBusName: v.optional(v.string(), 'default'),
  })),
});

type Rule = v.InferOutput<typeof RuleProperties>;

/** How events leave a bus. */
export interface Delivery {
  /** Brings an event to a function in the name of a rule. */
  invoke(functionArn: string, event: unknown, ruleArn: string): Promise<void>;
  /** Throws where a rule may not put events on a bus of another account, with its role or without one. */
  demandPut(busArn: string, ruleArn: string, roleArn: string | undefined): void;
}

/** The event buses of every account, with functions and other buses as targets; schedules never fire. */
export class Events implements Service {
  public readonly name = 'events';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation> = { PutEvents: async call => this.putEvents(call) };
  public readonly permissions = on(['PutEvents'], call => regionalArn(call, 'event-bus/default'));
  public readonly resourceTypes: Record<string, ResourceType>;
  private readonly identifiers = new Identifiers('events');
  private readonly rules = new Regional(() => new Map<string, Rule>());

  private readonly buses: Buses;

  public constructor(private readonly environment: Environment, private readonly delivery: Delivery) {
    this.buses = new Buses(environment);
    this.resourceTypes = { 'AWS::Events::Rule': this.ruleType(), ...this.buses.resourceTypes };
  }

  public resourcePolicy(arn: string): OwnedPolicy | undefined {
    return this.buses.policyOf(arn);
  }

  /** Sends an event to every target whose rule it fits; delivery is not waited for. */
  public emit(accountId: string, region: string, event: EmittedEvent, busName = 'default'): void {
    const envelope = {
      version: '0', id: this.identifiers.uuid(), account: accountId, time: new Date(this.environment.clock.now()).toISOString().replace(/\.\d+/, ''), region, ...event,
    };
    this.dispatch(accountId, region, busName, envelope);
  }

  /** @param forwarded the event has come from another bus: it goes to no third one */
  private dispatch(accountId: string, region: string, busName: string, envelope: Record<string, unknown>, forwarded = false): void {
    for (const [name, rule] of this.rules.of(accountId, region)) {
      const isOnBus = busNameOf(rule.EventBusName) === busName;
      if (!isOnBus || rule.State === 'DISABLED' || rule.EventPattern === undefined || !matches(rule.EventPattern, envelope)) continue;
      for (const target of rule.Targets) void this.send(target, envelope, this.ruleArn(name, accountId, region), forwarded);
    }
  }

  private async send(target: v.InferOutput<typeof Target>, event: Record<string, unknown>, ruleArn: string, forwarded: boolean): Promise<void> {
    try {
      if (target.Arn.includes(':event-bus/') && !forwarded) this.forward(target, event, ruleArn);
      if (target.Arn.includes(':lambda:')) await this.delivery.invoke(target.Arn, inputOf(target, event), ruleArn);
    } catch (error) {
      // EventBridge tells nobody when a delivery fails, so that only the terminal can.
      console.error(error);
    }
  }

  private forward(target: v.InferOutput<typeof Target>, event: Record<string, unknown>, ruleArn: string): void {
    if (!this.buses.exists(target.Arn)) throw new AwsError('ResourceNotFoundException', `Event bus ${target.Arn}, a target of ${ruleArn}, does not exist`);
    this.delivery.demandPut(target.Arn, ruleArn, target.RoleArn);
    const [, , , region, accountId] = target.Arn.split(':');
    this.dispatch(accountId, region, busNameOf(target.Arn), event, true);
  }

  private ruleArn(name: string, accountId: string, region: string): string {
    return `arn:${this.environment.partition}:events:${region}:${accountId}:rule/${name}`;
  }

  private putEvents(call: Call): unknown {
    const entries = read(PutEventsInput, call.input).Entries;
    for (const { Source: source, DetailType, Resources: resources, Detail, EventBusName } of entries) {
      const event = { source, 'detail-type': DetailType, resources, 'detail': parseJsonObject(Buffer.from(Detail)) };
      this.emit(call.caller.accountId, call.region, event, busNameOf(EventBusName));
    }
    return { FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: this.identifiers.uuid() })) };
  }

  private ruleType(): ResourceType {
    const put = (name: string, input: Record<string, unknown>, context: ResourceContext): Provisioned => {
      const rule = read(RuleProperties, input);
      // A filter that is not known must stop the deployment, not the first event.
      if (rule.EventPattern !== undefined) assertPattern(rule.EventPattern);
      this.rules.of(context.accountId, context.region).set(name, rule);
      return { id: name, attributes: { Arn: this.ruleArn(name, context.accountId, context.region) } };
    };
    const create = async (input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> => {
      const name = read(RuleProperties, input).Name ?? this.identifiers.physicalName(context, 64);
      if (this.rules.of(context.accountId, context.region).has(name)) throw new AwsError('AlreadyExists', `rule ${name} already exists`);
      return put(name, input, context);
    };
    return {
      create,
      update: async (id, input, before, context) => input.Name === before.Name ? put(id, input, context) : create(input, context),
      remove: async (id, _properties, context) => { this.rules.of(context.accountId, context.region).delete(id); },
    };
  }
}

/** A bus is named by its name or by its ARN. */
function busNameOf(given: string): string {
  return given.slice(given.lastIndexOf('/') + 1);
}

function inputOf(target: v.InferOutput<typeof Target>, event: Record<string, unknown>): unknown {
  if (target.Input !== undefined) return JSON.parse(target.Input);
  if (target.InputPath !== undefined) return valueAt(event, target.InputPath);
  return target.InputTransformer === undefined ? event : transformed(event, target.InputTransformer);
}

function assertPattern(pattern: Record<string, unknown>): void {
  const sample = (member: unknown): unknown => isRecord(member) ? Object.fromEntries(Object.entries(member).map(([name, inner]) => [name, sample(inner)])) : 'sample';
  matches(pattern, Object.fromEntries(Object.entries(pattern).map(([name, member]) => [name, sample(member)])));
}
