import * as v from 'valibot';
import { checkDefinition, type Definition, type StateMachine } from './definition';
import { Identifiers } from '../../core/identifiers';
import { read } from '../../core/protocol/read';
import {
  AwsError,
  type Environment,
  type Provisioned,
  type ResourceContext,
  type ResourceType,
} from '../../core/service';

const StateMachineProperties = v.object({
  StateMachineName: v.optional(v.string()),
  RoleArn: v.string(),
  DefinitionString: v.optional(v.string()),
  Definition: v.optional(v.record(v.string(), v.unknown())),
  DefinitionSubstitutions: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])), {}),
});
type StateMachineProperties = v.InferOutput<typeof StateMachineProperties>;

/** AWS::StepFunctions::StateMachine. */
export class StateMachineType implements ResourceType {
  private readonly identifiers = new Identifiers('stepfunctions');

  public constructor(
    private readonly environment: Environment,
    private readonly machines: Map<string, StateMachine>,
  ) {}

  public async create(given: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const properties = read(StateMachineProperties, given);
    const name = properties.StateMachineName ?? this.identifiers.physicalName(context, 80);
    const arn = `arn:${this.environment.partition}:states:${context.region}:${context.accountId}:stateMachine:${name}`;
    if (this.machines.has(arn)) {
      throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    }
    return this.put(arn, name, properties);
  }

  public async update(
    id: string,
    given: Record<string, unknown>,
    _before: unknown,
    context: ResourceContext,
  ): Promise<Provisioned> {
    const properties = read(StateMachineProperties, given);
    const name = id.slice(id.lastIndexOf(':') + 1);
    if (properties.StateMachineName && properties.StateMachineName !== name) return this.create(given, context);
    return this.put(id, name, properties);
  }

  public async remove(id: string): Promise<void> {
    this.machines.delete(id);
  }

  private put(arn: string, name: string, properties: StateMachineProperties): Provisioned {
    this.machines.set(arn, { arn, name, roleArn: properties.RoleArn, definition: definitionOf(properties) });
    return { id: arn, attributes: { Arn: arn, Name: name } };
  }
}

function definitionOf(properties: StateMachineProperties): Definition {
  const text = properties.DefinitionString ?? JSON.stringify(properties.Definition ?? {});
  const substituted = text.replace(/\$\{([A-Za-z0-9_]+)\}/g, (whole, name: string) =>
    String(properties.DefinitionSubstitutions[name] ?? whole),
  );
  return checkDefinition(JSON.parse(substituted));
}
