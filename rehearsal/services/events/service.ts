import * as v from 'valibot';
import { Buses } from './buses';
import { matches } from './pattern';
import { RuleProperties, ruleOperations, rulePermissions, type Rule, type Target } from './rules';
import { transformed, valueAt } from './transform';
import { Identifiers } from '../../core/identifiers';
import { regionalArn } from '../../core/permissions';
import { isRecord, parseJsonObject } from '../../core/protocol/json';
import { read } from '../../core/protocol/read';
import type { Publication } from '../../core/publication';
import { Regional } from '../../core/regional';
import { AwsError } from '../../core/service';
import type {
  Call,
  Environment,
  Operation,
  OwnedPolicy,
  Permission,
  Provisioned,
  ResourceContext,
  ResourceType,
  Service,
} from '../../core/service';
import type { Identities } from '../iam/identities';

export interface EmittedEvent {
  readonly 'source': string;
  readonly 'detail-type': string;
  readonly 'resources': readonly string[];
  readonly 'detail': Readonly<Record<string, unknown>>;
}

const PutEventsInput = v.object({
  Entries: v.array(v.object({
    Source: v.string(),
    DetailType: v.string(),
    Detail: v.string(),
    Resources: v.optional(v.array(v.string()), []),
    EventBusName: v.optional(v.string(), 'default'),
  })),
});

type Envelope = EmittedEvent & { readonly account: string; readonly region: string };

/** What EventBridge does for a rule in other services. All throw if the permission is missing. */
interface Delivery {
  /** Delivers an event to a function. */
  invoke(functionArn: string, event: unknown, ruleArn: string): Promise<void>;
  /** Checks a permission of the role of a target. */
  demand(roleArn: string, ruleArn: string, permission: Permission): void;
  /** Publishes a message with the role, or else with the permission of the policy of the topic. */
  publish(message: Publication, ruleArn: string, roleArn?: string): void;
}

/** A message that a rule has published. */
interface Published {
  readonly topicArn: string;
  readonly message: unknown;
}

/**
 * Amazon EventBridge: event buses with rules, whose targets are functions, topics and other buses. Schedules never run.
 */
export class Events implements Service {
  public readonly name = 'events';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation> = {
    PutEvents: async call => this.putEvents(call),
    ...ruleOperations(({ caller: { accountId }, region }) => this.rules.of(accountId, region), (call, name, rule) =>
      this.ruleArn(name, rule, { accountId: call.caller.accountId, region: call.region })),
  };
  public readonly permissions = { ...rulePermissions, PutEvents: (call: Call) => this.putPermissions(call) };
  public readonly existing: Service['existing'] = {
    'AWS::Events::Rule': place => [...this.rules.of(place.accountId, place.region)]
      .map(([id, rule]) => ({ id, arn: this.ruleArn(id, rule, place) })),
  };
  public readonly resourceTypes: Record<string, ResourceType>;
  /** Messages to topics. */
  public readonly published: Published[] = [];
  /** EventBridge does not report failed deliveries, so they are logged here. */
  public onUndelivered?: (error: unknown) => void;
  private readonly identifiers = new Identifiers('events');
  private readonly rules = new Regional(() => new Map<string, Rule>());
  private readonly buses: Buses;

  public constructor(
    private readonly environment: Environment,
    iam: Identities,
    private readonly delivery: Delivery,
  ) {
    this.buses = new Buses(environment, iam);
    this.resourceTypes = { 'AWS::Events::Rule': this.ruleType(), ...this.buses.resourceTypes };
  }

  public resourcePolicy(arn: string): OwnedPolicy | undefined {
    return arn.includes(':event-bus/') ? this.buses.policyOf(arn) : undefined;
  }

  /** Delivers an event to the targets of all matching rules, asynchronously. */
  public emit(accountId: string, region: string, event: EmittedEvent, bus = 'default'): void {
    const time = new Date(this.environment.clock.now()).toISOString().replace(/\.\d+/, '');
    const envelope = { version: '0', id: this.identifiers.uuid(), account: accountId, time, region, ...event };
    this.arrive(this.buses.arn({ accountId, region }, bus), envelope);
  }

  /** @param forwarded whether the event comes from another bus: AWS does not forward it again */
  private arrive(busArn: string, envelope: Envelope, forwarded = false): void {
    const [, , , region, accountId] = busArn.split(':');
    for (const [name, rule] of this.rules.of(accountId, region)) {
      const listens = rule.State !== 'DISABLED' && this.buses.arn({ accountId, region }, rule.EventBusName) === busArn;
      if (listens && rule.EventPattern !== undefined && matches(rule.EventPattern, { ...envelope })) {
        for (const target of rule.Targets) {
          void this.send(target, envelope, this.ruleArn(name, rule, { accountId, region }), forwarded);
        }
      }
    }
  }

  private async send(target: Target, event: Envelope, ruleArn: string, forwarded: boolean): Promise<void> {
    try {
      if (target.Arn.includes(':lambda:')) {
        await this.delivery.invoke(target.Arn, inputOf(target, { ...event }), ruleArn);
      }
      if (target.Arn.includes(':sns:')) this.publish(target, event, ruleArn);
      if (target.Arn.includes(':event-bus/') && !forwarded) this.forward(target, event, ruleArn);
    } catch (error) {
      (this.onUndelivered ?? console.error)(error);
    }
  }

  private publish(target: Target, event: Envelope, ruleArn: string): void {
    const { Arn: topicArn, RoleArn: roleArn } = target;
    const message = inputOf(target, { ...event });
    const body = typeof message === 'string' ? message : JSON.stringify(message);
    this.delivery.publish({ topicArn, body }, ruleArn, roleArn);
    this.published.push({ topicArn, message });
  }

  /** Forwards an event unchanged, including its account. */
  private forward({ Arn: busArn, RoleArn: roleArn }: Target, event: Envelope, ruleArn: string): void {
    if (roleArn === undefined) {
      throw new AwsError('ValidationException', `the target ${busArn} of ${ruleArn} has no role`);
    }
    this.delivery.demand(roleArn, ruleArn, {
      action: 'events:PutEvents',
      resource: busArn,
      context: contextOf(event.source, event['detail-type']),
    });
    this.arrive(busArn, event, true);
  }

  private ruleArn(
    name: string,
    { EventBusName: bus }: Rule,
    { accountId, region }: Pick<ResourceContext, 'accountId' | 'region'>,
  ): string {
    const path = bus === 'default' ? name : `${bus.slice(bus.lastIndexOf('/') + 1)}/${name}`;
    return `arn:${this.environment.partition}:events:${region}:${accountId}:rule/${path}`;
  }

  private putPermissions(call: Call): Permission[] {
    return read(PutEventsInput, call.input).Entries.map(({ EventBusName: bus, Source: source, DetailType: type }) => ({
      action: 'events:PutEvents',
      resource: bus.startsWith('arn:') ? bus : regionalArn(call, `event-bus/${bus}`),
      context: contextOf(source, type),
    }));
  }

  private putEvents(call: Call): unknown {
    const answers = read(PutEventsInput, call.input).Entries.map(entry => {
      if (entry.Source.startsWith('aws.')) {
        return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
      }
      const detail = parseJsonObject(Buffer.from(entry.Detail));
      const event = { 'source': entry.Source, 'detail-type': entry.DetailType, 'resources': entry.Resources, detail };
      this.emit(call.caller.accountId, call.region, event, entry.EventBusName);
      return { EventId: this.identifiers.uuid() };
    });
    return { FailedEntryCount: answers.filter(answer => 'ErrorCode' in answer).length, Entries: answers };
  }

  private ruleType(): ResourceType {
    const put = (name: string, input: Record<string, unknown>, context: ResourceContext): Provisioned => {
      const rule = read(RuleProperties, input);
      // An unsupported filter must fail the deployment and not the first event.
      if (rule.EventPattern !== undefined) assertPattern(rule.EventPattern);
      if (!this.buses.has(this.buses.arn(context, rule.EventBusName))) {
        throw new AwsError('ResourceNotFoundException', `Event bus ${rule.EventBusName} does not exist.`);
      }
      this.rules.of(context.accountId, context.region).set(name, rule);
      return { id: name, attributes: { Arn: this.ruleArn(name, rule, context) } };
    };
    const create = async (input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> => {
      const name = read(RuleProperties, input).Name ?? this.identifiers.physicalName(context, 64);
      if (this.rules.of(context.accountId, context.region).has(name)) {
        throw new AwsError('AlreadyExists', `rule ${name} already exists`);
      }
      return put(name, input, context);
    };
    return {
      create,
      update: async (id, input, before, context) =>
        input.Name === before.Name ? put(id, input, context) : create(input, context),
      remove: async (id, _properties, context) => {
        this.rules.of(context.accountId, context.region).delete(id);
      },
    };
  }
}

/** Condition keys of an event. */
function contextOf(source: string, detailType: string): NonNullable<Permission['context']> {
  return { 'events:source': [source], 'events:detail-type': detailType };
}

function inputOf(target: Target, event: Record<string, unknown>): unknown {
  if (target.Input !== undefined) return JSON.parse(target.Input);
  if (target.InputPath !== undefined) return valueAt(event, target.InputPath);
  return target.InputTransformer === undefined ? event : transformed(event, target.InputTransformer);
}

function assertPattern(pattern: Record<string, unknown>): void {
  const sample = (member: unknown): unknown =>
    isRecord(member)
      ? Object.fromEntries(Object.entries(member).map(([name, inner]) => [name, sample(inner)]))
      : 'sample';
  matches(pattern, Object.fromEntries(Object.entries(pattern).map(([name, member]) => [name, sample(member)])));
}
