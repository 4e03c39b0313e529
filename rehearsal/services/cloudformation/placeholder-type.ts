import { shapedAttributes, shapedRef, type Place } from './placeholder-shapes';
import { assertUnprotected } from './protections';
import { text, type Fields } from './values';
import { Identifiers } from '../../core/identifiers';
import type { Environment, Provisioned, ResourceContext, ResourceType } from '../../core/service';
import { AwsError } from '../../core/service';

/** Types whose `Ref` is the ARN. For all others it is the name. */
const REF_IS_ARN = new Set([
  'AWS::CertificateManager::Certificate',
  'AWS::CodeConnections::Connection',
  'AWS::CodeStarConnections::Connection',
  'AWS::ECS::TaskDefinition',
  'AWS::SNS::Topic',
  'AWS::SNS::Subscription',
  'AWS::StepFunctions::Activity',
]);

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
    const given = this.givenName(properties);
    const name = given ?? this.identifiers.physicalName(context, 64);
    const key = this.key(name, context);
    if (given !== undefined && this.taken.has(key)) {
      throw new AwsError('AlreadyExists', `Resource of type '${this.type}' with identifier '${name}' already exists.`);
    }
    if (given !== undefined) this.taken.add(key);
    return this.provision(this.ref(name, properties, context), properties, context);
  }

  public async update(
    id: string,
    properties: Record<string, unknown>,
    before: Record<string, unknown>,
    context: ResourceContext,
  ): Promise<Provisioned> {
    if (this.givenName(properties) !== this.givenName(before)) return this.create(properties, context);
    return this.provision(id, properties, context);
  }

  public async remove(id: string, properties: Record<string, unknown>, context: ResourceContext): Promise<void> {
    assertUnprotected(this.type, id, properties);
    const given = this.givenName(properties);
    if (given !== undefined) this.taken.delete(this.key(given, context));
  }

  /** Returns the property with the unique name, for example `LogGroupName` of a LogGroup. */
  private givenName(properties: Fields): string | undefined {
    const kind = this.type.slice(this.type.lastIndexOf(':') + 1);
    const name = properties[`${kind}Name`] ?? (this.type === 'AWS::CodeBuild::Project' ? properties.Name : undefined);
    return name === undefined ? undefined : text(name);
  }

  private key(name: string, { accountId, region }: ResourceContext): string {
    return `${accountId}/${region}/${name}`;
  }

  private ref(name: string, properties: Fields, context: ResourceContext): string {
    const { partition } = this.environment;
    const shaped = shapedRef(this.type, name, properties, partition, context);
    return shaped ?? (REF_IS_ARN.has(this.type) ? plausibleArn(this.type, name, partition, context) : name);
  }

  private provision(id: string, properties: Fields, context: ResourceContext): Provisioned {
    return { id: this.asPlaceholder(id), attributes: shapedAttributes(this.type, id, properties, context) };
  }
}

/** Guesses an attribute: an ARN if its name suggests one, otherwise text that contains the name of the resource. */
export function plausibleAttribute(
  attribute: string, resource: { readonly id: string; readonly type: string }, partition: string, place: Place,
): string {
  if (/Arn$/i.test(attribute)) {
    return resource.id.startsWith('arn:') ? resource.id : plausibleArn(resource.type, resource.id, partition, place);
  }
  if (/Name$/.test(attribute) && resource.id.startsWith('arn:')) {
    return resource.id.slice(resource.id.search(/[^:/]*$/));
  }
  if (/(^|\.)(Id|Name|.*Id|.*Name)$/.test(attribute)) return resource.id;
  return `${resource.id}-${attribute.toLowerCase()}`;
}

function plausibleArn(type: string, name: string, partition: string, place: Place): string {
  const [, service, kind] = type.toLowerCase().split('::');
  const prefix = `arn:${partition}:${service}:${place.region}:${place.accountId}`;
  if (type === 'AWS::SNS::Topic' || type === 'AWS::SQS::Queue') return `${prefix}:${name}`;
  if (type === 'AWS::Logs::LogGroup') return `${prefix}:log-group:${name}:*`;
  return `${prefix}:${kind}/${name}`;
}
