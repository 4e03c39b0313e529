import { resolve, resolveCondition, type OutputReference, type Scope } from './intrinsics';
import { isSecret } from './secrets';
import type { Stack, StackResource, Target } from './stack';
import type { StackContext } from './stack-context';
import { isFields, text, type Fields } from './values';
import { urlSuffixOf } from '../../core/partition';
import { AwsError } from '../../core/service';

/** Resolves the references of a template while an operation changes the stack to the target. */
export class StackScope implements Scope {
  public readonly imports = new Set<string>();
  private readonly conditions = new Map<string, boolean>();

  public constructor(
    private readonly context: StackContext,
    private readonly stack: Stack,
    private readonly target: Target,
    private readonly resources: ReadonlyMap<string, StackResource> = stack.resources,
  ) {}

  public get mappings(): Fields {
    return this.target.template.Mappings;
  }

  public resolve(value: unknown): unknown {
    return resolve(value, this);
  }

  /** Logical ids of resources whose condition is true. */
  public active(): string[] {
    return Object.entries(this.target.template.Resources)
      .filter(([, resource]) => resource.Condition === undefined || this.condition(resource.Condition))
      .map(([logicalId]) => logicalId);
  }

  public ref(name: string): unknown {
    const parameter = this.target.parameters[name];
    if (parameter) return parameter.value;
    if (name.startsWith('AWS::')) return this.pseudo(name);
    return this.resource(name).id;
  }

  public attribute(logicalId: string, name: string): unknown {
    const { type, attributes } = this.resource(logicalId);
    const found = name in attributes ? attributes[name] : byPath(attributes, name);
    if (found !== undefined) return found;
    if (isCustom(type)) {
      throw new AwsError(
        'ValidationError',
        `CustomResource attribute error: Vendor response doesn't contain ${name} attribute in object `
          + `${this.stack.id}|${logicalId}`,
      );
    }
    return this.context.guessAttribute(name, this.resource(logicalId), this.stack);
  }

  public condition(name: string): boolean {
    const known = this.conditions.get(name);
    if (known !== undefined) return known;
    if (!(name in this.target.template.Conditions)) {
      throw new AwsError('ValidationError', `Template format error: Unresolved condition dependency ${name}`);
    }
    const value = resolveCondition(this.target.template.Conditions[name], this);
    this.conditions.set(name, value);
    return value;
  }

  public importValue(name: string): unknown {
    const found = this.context.exported(this.stack.accountId, this.stack.region, name);
    if (!found) throw new AwsError('ValidationError', `No export named ${name} found. Rollback requested by user.`);
    this.imports.add(name);
    return found.value;
  }

  public stackOutput(reference: OutputReference): string {
    return this.context.output(reference, this.stack);
  }

  public dynamicReference(service: string, key: string): string {
    const reference = `{{resolve:${service}:${key}}}`;
    // the resource that uses the secret decides whether the reference is enough
    if (isSecret(service)) return reference;
    if (service !== 'ssm') {
      throw new AwsError(
        'ValidationError',
        `the rehearsal resolves dynamic references to 'ssm' only, got '${reference}'`,
      );
    }
    const name = key.replace(/:\d+$/, '');
    const value = this.context.parameter(this.stack.accountId, this.stack.region, name);
    if (value === undefined) throw new AwsError('ValidationError', `Parameters: [ssm:${key}] cannot be found.`);
    return value;
  }

  public guessedType(logicalId: string): string | undefined {
    const type = this.resources.get(logicalId)?.type;
    return type === undefined || this.context.isSimulated(type) ? undefined : type;
  }

  private resource(logicalId: string): StackResource {
    const found = this.resources.get(logicalId);
    if (!found) {
      throw new AwsError(
        'ValidationError',
        `Template error: instance of Ref or Fn::GetAtt references '${logicalId}', which is not created`,
      );
    }
    return found;
  }

  private pseudo(name: string): unknown {
    const values: Fields = {
      'AWS::AccountId': this.stack.accountId,
      'AWS::Region': this.stack.region,
      'AWS::StackId': this.stack.id,
      'AWS::StackName': this.stack.name,
      'AWS::Partition': this.context.environment.partition,
      'AWS::URLSuffix': urlSuffixOf(this.context.environment.partition),
      'AWS::NotificationARNs': [],
    };
    if (!(name in values)) {
      throw new AwsError('ValidationError', `Template format error: Unresolved resource dependencies [${name}]`);
    }
    return values[name];
  }
}

export function isCustom(type: string): boolean {
  return type === 'AWS::CloudFormation::CustomResource' || type.startsWith('Custom::');
}

function byPath(attributes: Fields, name: string): unknown {
  return name.split('.').reduce<unknown>((value, key) => isFields(value) ? value[key] : undefined, attributes);
}

/** Formats a value for an output. */
export function asText(value: unknown): string {
  return Array.isArray(value) ? value.map(text).join(',') : text(value);
}
