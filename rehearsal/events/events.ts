import * as v from 'valibot';
import { on, regionalArn } from '../iam/permission';
import { Identifiers } from '../identifiers';
import { isRecord, parseJsonObject } from '../protocol/json';
import { read } from '../protocol/read';
import { Regional } from '../regional';
import { AwsError } from '../service';
import type { Call, Environment, Operation, Provisioned, ResourceContext, ResourceType, Service } from '../service';
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

/** Brings an event to a function in the name of a rule. */
type Deliver = (functionArn: string, event: unknown, ruleArn: string) => Promise<void>;

/** The default event bus of every account, with functions as targets; schedules never fire. */
export class Events implements Service {
  public readonly name = 'events';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation> = { PutEvents: async call => this.putEvents(call) };
  public readonly permissions = on(['PutEvents'], call => regionalArn(call, 'event-bus/default'));
  public readonly resourceTypes: Record<string, ResourceType> = { 'AWS::Events::Rule': this.ruleType() };
  private readonly identifiers = new Identifiers('events');
  private readonly rules = new Regional(() => new Map<string, Rule>());

  public constructor(private readonly environment: Environment, private readonly deliver: Deliver) {}

  /** Sends an event to every target whose rule it fits; delivery is not waited for. */
  public emit(accountId: string, region: string, event: EmittedEvent): void {
    const envelope = {
      version: '0', id: this.identifiers.uuid(), account: accountId, time: new Date(this.environment.clock.now()).toISOString().replace(/\.\d+/, ''), region, ...event,
    };
    for (const [name, rule] of this.rules.of(accountId, region)) {
      if (rule.State !== 'DISABLED' && rule.EventBusName === 'default' && rule.EventPattern !== undefined && matches(rule.EventPattern, envelope)) {
        for (const target of rule.Targets) void this.send(target, envelope, this.ruleArn(name, accountId, region));
      }
    }
  }

  private async send(target: v.InferOutput<typeof Target>, event: Record<string, unknown>, ruleArn: string): Promise<void> {
    if (!target.Arn.includes(':lambda:')) return;
    // EventBridge tells nobody when a delivery fails, so that only the terminal can.
    await this.deliver(target.Arn, inputOf(target, event), ruleArn).catch((error: unknown) => { console.error(error); });
  }

  private ruleArn(name: string, accountId: string, region: string): string {
    return `arn:${this.environment.partition}:events:${region}:${accountId}:rule/${name}`;
  }

  private putEvents(call: Call): unknown {
    const entries = read(PutEventsInput, call.input).Entries;
    for (const entry of entries.filter(({ EventBusName: bus }) => bus === 'default' || bus.endsWith('/default'))) {
      const detail = parseJsonObject(Buffer.from(entry.Detail));
      this.emit(call.caller.accountId, call.region, { 'source': entry.Source, 'detail-type': entry.DetailType, 'resources': entry.Resources, detail });
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

function inputOf(target: v.InferOutput<typeof Target>, event: Record<string, unknown>): unknown {
  if (target.Input !== undefined) return JSON.parse(target.Input);
  if (target.InputPath !== undefined) return valueAt(event, target.InputPath);
  return target.InputTransformer === undefined ? event : transformed(event, target.InputTransformer);
}

function assertPattern(pattern: Record<string, unknown>): void {
  const sample = (member: unknown): unknown => isRecord(member) ? Object.fromEntries(Object.entries(member).map(([name, inner]) => [name, sample(inner)])) : 'sample';
  matches(pattern, Object.fromEntries(Object.entries(pattern).map(([name, member]) => [name, sample(member)])));
}
