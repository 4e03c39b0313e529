import { shapedAttributes, shapedRef } from './placeholder-shapes';
import { assertUnprotected } from './protections';
import type { Place } from './schemas/formats';
import { arnOf, attributeOf, refOf } from './schemas/identifiers';
import { customName } from './schemas/replacement';
import { schemas } from './schemas/table';
import { canonical, text, type Fields } from './values';
import { Identifiers } from '../../core/identifiers';
import type { Environment, Provisioned, ResourceContext, ResourceType } from '../../core/service';
import { AwsError } from '../../core/service';

/** Types whose `Ref` is the ARN although the table calls it `Id`. */
const REF_IS_ARN = new Set(['AWS::CertificateManager::Certificate']);

/** Type without simulated behaviour: resources are recorded as declared, with guessed attributes. */
export class PlaceholderType implements ResourceType {
  private readonly identifiers: Identifiers;
  private readonly taken = new Set<string>();

  /** @param asPlaceholder registers a generated id */
  public constructor(
    private readonly type: string,
    private readonly environment: Environment,
    private readonly asPlaceholder: (id: string) => string,
  ) {
    this.identifiers = new Identifiers(type);
  }

  public async create(properties: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const key = this.key(properties, context);
    const given = this.givenName(properties);
    if (key !== undefined && this.taken.has(key)) {
      throw new AwsError('AlreadyExists', `Resource of type '${this.type}' with identifier '${given}' already exists.`);
    }
    if (key !== undefined) this.taken.add(key);
    const name = (key && given) ?? this.identifiers.physicalName(context, 64);
    return this.provision(this.ref(name, properties, context), properties, context);
  }

  public async update(
    id: string,
    properties: Record<string, unknown>,
    before: Record<string, unknown>,
    context: ResourceContext,
  ): Promise<Provisioned> {
    const [name, old] = [this.givenName(properties), this.givenName(before)];
    if (name === old) return this.provision(id, properties, context);
    // the table knows which names can be changed, and CloudFormation has replaced the others
    if (schemas.find(this.type) === undefined) return this.create(properties, context);
    this.release(before, context);
    const key = this.key(properties, context);
    if (key !== undefined) this.taken.add(key);
    return this.provision(id, properties, context);
  }

  public async remove(id: string, properties: Record<string, unknown>, context: ResourceContext): Promise<void> {
    assertUnprotected(this.type, id, properties);
    this.release(properties, context);
  }

  private release(properties: Fields, context: ResourceContext): void {
    const key = this.key(properties, context);
    if (key !== undefined) this.taken.delete(key);
  }

  /** Returns the unique name that the template gives, for example `LogGroupName` of a LogGroup. */
  private givenName(properties: Fields): string | undefined {
    const kind = this.type.slice(this.type.lastIndexOf(':') + 1);
    const name = customName({ type: this.type, properties }) ?? properties[`${kind}Name`];
    return name === undefined ? undefined : text(name);
  }

  /**
   * A name is unique among the resources whose other identifiers, for example that of a parent, are the same. Names
   * that can be changed, for example `AgentName` of an agent of DataSync, are not unique.
   */
  private key(properties: Fields, { accountId, region }: ResourceContext): string | undefined {
    const schema = schemas.find(this.type);
    const name = schema ? customName({ type: this.type, properties }) : this.givenName(properties);
    if (name === undefined) return undefined;
    const identifiers = schema?.identifiers ?? [];
    return [accountId, region, text(name), ...identifiers.map(one => canonical(properties[one]))].join('/');
  }

  private ref(name: string, properties: Fields, place: ResourceContext): string {
    const { partition } = this.environment;
    const shaped = shapedRef(this.type, name, properties, partition, place);
    if (shaped !== undefined) return shaped;
    const schema = schemas.find(this.type);
    const placed = { name, properties, partition, place };
    return (schema && (REF_IS_ARN.has(this.type) ? arnOf(schema, placed) : refOf(schema, placed))) ?? name;
  }

  private provision(id: string, properties: Fields, place: ResourceContext): Provisioned {
    const { partition } = this.environment;
    const schema = schemas.find(this.type);
    const arn = schema?.attributes.has('Arn')
      ? attributeOf(schema, 'Arn', id, { name: lastPart(id), properties, partition, place })
      : undefined;
    return {
      id: this.asPlaceholder(id),
      attributes: {
        ...arn !== undefined && { Arn: typeof arn === 'string' ? this.asPlaceholder(arn) : arn },
        ...shapedAttributes(this.type, id, properties, place),
      },
    };
  }
}

/** Guesses an attribute by the schema of the type; without one, text that contains the name of the resource. */
export function plausibleAttribute(
  attribute: string,
  { id, type, properties }: { readonly id: string; readonly type: string; readonly properties: Fields },
  partition: string,
  place: Place,
): unknown {
  const schema = schemas.find(type);
  if (schema) return attributeOf(schema, attribute, id, { name: lastPart(id), properties, partition, place });
  return /(^|\.)(Id|Name|.*Id|.*Name)$/.test(attribute) ? id : `${id}-${attribute.toLowerCase()}`;
}

/** The name in an ARN, a URL or an identifier of several parts. */
function lastPart(id: string): string {
  return /^(arn:|https?:)/.test(id) ? id.slice(id.search(/[^:/]*$/)) : id.slice(id.lastIndexOf('|') + 1);
}
