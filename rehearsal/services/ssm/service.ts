import * as v from 'valibot';
import { tagOperations } from './operations/tags';
import type { Parameter, Tier } from './parameter';
import { parameterArn, permissions } from './permissions';
import { publicParameter } from './public-parameters';
import { Identifiers } from '../../core/identifiers';
import { read, Text } from '../../core/protocol/read';
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

const STANDARD_SIZE = 4096;
const ADVANCED_SIZE = 8192;

const TierInput = v.optional(v.picklist(['Standard', 'Advanced', 'Intelligent-Tiering']));
const NameInput = v.object({ Name: v.string() });
const NamesInput = v.object({ Names: v.array(v.string()) });
const PathInput = v.object({
  Path: v.string(),
  Recursive: v.optional(v.boolean(), false),
  MaxResults: v.optional(v.number(), 10),
  NextToken: v.optional(v.string()),
});
const PutInput = v.object({
  Name: v.pipe(v.string(), v.regex(/^[\w./-]+$/, 'a parameter name has letters, digits and ._-/')),
  Value: v.string(),
  Type: v.optional(v.string(), 'String'),
  Tier: TierInput,
  Overwrite: v.optional(v.boolean(), false),
});
const Properties = v.object({
  Name: v.optional(v.string()),
  Value: Text,
  Type: v.optional(v.string(), 'String'),
  Tier: TierInput,
});

interface ParameterOptions {
  readonly type?: string;
  readonly tier?: v.InferOutput<typeof TierInput>;
}

/** AWS Systems Manager Parameter Store. */
export class Ssm implements Service {
  public readonly name = 'ssm';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation> = {
    GetParameter: async call => ({
      Parameter: this.described(call, this.required(call, read(NameInput, call.input).Name)),
    }),
    GetParameters: async call => this.getParameters(call),
    GetParametersByPath: async call => this.getParametersByPath(call),
    PutParameter: async call => this.putParameter(call),
    DeleteParameter: async call => this.deleteParameter(call),
    DeleteParameters: async call => this.deleteParameters(call),
    ...tagOperations(call => this.storeOf(call)),
  };
  public readonly permissions = permissions;
  public readonly resourceTypes: Record<string, ResourceType> = { 'AWS::SSM::Parameter': this.parameterType() };
  public readonly existing: Service['existing'] = {
    'AWS::SSM::Parameter': ({ accountId, region }) => [...this.parameters.of(accountId, region).values()]
      .map(({ name: id, tags }) => ({ id, ...(Object.keys(tags).length > 0 && { tags }) })),
  };
  private readonly identifiers = new Identifiers('ssm');
  private readonly parameters = new Regional(() => new Map<string, Parameter>());
  private readonly earlier = new Regional(() => new Map<string, Parameter>());

  public constructor(private readonly environment: Environment) {}

  public value(accountId: string, region: string, name: string): string | undefined {
    return this.parameters.of(accountId, region).get(name)?.value ?? publicParameter(region, name);
  }

  public put(
    accountId: string,
    region: string,
    name: string,
    value: string,
    options: ParameterOptions = {},
  ): Parameter {
    const parameters = this.parameters.of(accountId, region);
    const known = parameters.get(name);
    const { version = 0, tags = {}, tier: before } = known ?? {};
    if (known) this.earlier.of(accountId, region).set(`${name}:${version}`, known);
    const tier = tierOf(value, options.tier, before);
    const parameter = {
      name,
      value,
      type: options.type ?? 'String',
      tier,
      version: version + 1,
      modifiedAt: this.environment.clock.now(),
      tags,
    };
    parameters.set(name, parameter);
    return parameter;
  }

  /** Returns whether the parameter existed. */
  public remove(accountId: string, region: string, name: string): boolean {
    return this.parameters.of(accountId, region).delete(name);
  }

  private required(call: Call, name: string): Parameter {
    const parameter = this.find(call, name) ?? this.versionOf(call, name);
    if (parameter === undefined) throw new AwsError('ParameterNotFound', `parameter ${name} not found`);
    return parameter;
  }

  /** The version that a name with a selector names, like `/shop/active:3`. */
  private versionOf(call: Call, selected: string): Parameter | undefined {
    const [name = '', version] = selected.split(':');
    const current = this.storeOf(call).get(name);
    if (version === undefined || current === undefined || !/^\d+$/.test(version)) return undefined;
    const { accountId } = call.caller;
    const found = [current, this.earlier.of(accountId, call.region).get(selected)].find(
      parameter => parameter?.version === Number(version),
    );
    if (found !== undefined) return found;
    throw new AwsError('ParameterVersionNotFound', `Systems Manager could not find version ${version} of ${name}`);
  }

  private find(call: Call, name: string): Parameter | undefined {
    const stored = this.storeOf(call).get(name);
    const value = publicParameter(call.region, name);
    if (stored !== undefined || value === undefined) return stored;
    return {
      name,
      value,
      type: 'String',
      tier: 'Standard',
      version: 1,
      modifiedAt: this.environment.clock.now(),
      tags: {},
    };
  }

  private getParameters(call: Call): unknown {
    const { Names: names } = read(NamesInput, call.input);
    const found = names.flatMap(name => this.find(call, name) ?? []);
    const known = new Set(found.map(({ name }) => name));
    return {
      Parameters: found.map(parameter => this.described(call, parameter)),
      InvalidParameters: names.filter(name => !known.has(name)),
    };
  }

  private getParametersByPath(call: Call): unknown {
    const { Path: path, Recursive: recursive, MaxResults: size, NextToken: token = '0' } = read(PathInput, call.input);
    const prefix = path.endsWith('/') ? path : `${path}/`;
    const below = [...this.storeOf(call).values()].filter(
      ({ name }) => name.startsWith(prefix) && (recursive || !name.slice(prefix.length).includes('/')),
    );
    const end = Number(token) + size;
    const page = below.sort((one, other) => (one.name < other.name ? -1 : 1)).slice(Number(token), end);
    return {
      Parameters: page.map(parameter => this.described(call, parameter)),
      NextToken: end < below.length ? String(end) : undefined,
    };
  }

  private putParameter(call: Call): unknown {
    const input = read(PutInput, call.input);
    if (!input.Overwrite && this.storeOf(call).has(input.Name)) {
      throw new AwsError(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    }
    const options = { type: input.Type, tier: input.Tier };
    const { version, tier } = this.put(call.caller.accountId, call.region, input.Name, input.Value, options);
    return { Version: version, Tier: tier };
  }

  private deleteParameter(call: Call): unknown {
    this.storeOf(call).delete(this.required(call, read(NameInput, call.input).Name).name);
    return {};
  }

  private deleteParameters(call: Call): unknown {
    const { Names: names } = read(NamesInput, call.input);
    const deleted = names.filter(name => this.storeOf(call).delete(name));
    return { DeletedParameters: deleted, InvalidParameters: names.filter(name => !deleted.includes(name)) };
  }

  private storeOf(call: Call): Map<string, Parameter> {
    return this.parameters.of(call.caller.accountId, call.region);
  }

  private described(call: Call, parameter: Parameter): Record<string, unknown> {
    return {
      Name: parameter.name,
      Value: parameter.value,
      Type: parameter.type,
      Version: parameter.version,
      DataType: 'text',
      LastModifiedDate: new Date(parameter.modifiedAt),
      ARN: parameterArn(call, parameter.name),
    };
  }

  private parameterType(): ResourceType {
    const create = async (input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> => {
      const {
        Name: name = `CFN-${this.identifiers.physicalName(context, 120)}`,
        Value: value,
        Type: type,
        Tier: tier,
      } = read(Properties, input);
      if (this.value(context.accountId, context.region, name) !== undefined) {
        throw new AwsError('AlreadyExists', `${name} already exists`, 409);
      }
      this.put(context.accountId, context.region, name, value, { type, tier });
      return { id: name, attributes: { Type: type, Value: value } };
    };
    return {
      create,
      update: async (id, input, before, context) => {
        if (input.Name !== before.Name) return create(input, context);
        const { Value: value, Type: type, Tier: tier } = read(Properties, input);
        this.put(context.accountId, context.region, id, value, { type, tier });
        return { id, attributes: { Type: type, Value: value } };
      },
      remove: async (id, _properties, context) => {
        this.remove(context.accountId, context.region, id);
      },
    };
  }
}

/** An advanced parameter stays advanced unless changed; for `Intelligent-Tiering` the length decides. */
function tierOf(value: string, requested: ParameterOptions['tier'], before: Tier = 'Standard'): Tier {
  const chosen = requested === 'Intelligent-Tiering' && value.length > STANDARD_SIZE ? 'Advanced' : requested;
  const tier = chosen === undefined || chosen === 'Intelligent-Tiering' ? before : chosen;
  const maximum = tier === 'Standard' ? STANDARD_SIZE : ADVANCED_SIZE;
  if (value.length <= maximum) return tier;
  const refusal = `${tier} tier parameters support a maximum parameter value of ${maximum} characters.`;
  const advice = ' To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.';
  throw new AwsError('ValidationException', tier === 'Standard' ? refusal + advice : refusal);
}
