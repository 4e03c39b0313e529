import { ChangeSets } from './change-sets';
import { CustomResourceType, ResponseChannel } from './custom-resource';
import { secondsOf } from './durations';
import { GuardedType } from './guarded-type';
import { NestedStackType } from './nested-stack';
import { operations } from './operations';
import { permissions } from './permissions';
import { PlaceholderType, plausibleAttribute } from './placeholder-type';
import { violationsIn } from './schemas/check-properties';
import { isCustom } from './scope';
import type { Stack, StackEvent } from './stack';
import type { StackContext } from './stack-context';
import { StackOutputs } from './stack-outputs';
import { Stacks, type StackRequest } from './stacks';
import { TrackedType } from './tracked-type';
import { TypeRegistry } from './type-registry';
import type { Fields } from './values';
import { Inventory } from '../../core/inventory/inventory';
import type { Server } from '../../core/server';
import type { Environment, Operation, Permissions, ResourceType, Service } from '../../core/service';
import type { Access } from '../iam/access';
import type { Identities } from '../iam/identities';
import type { Lambda } from '../lambda/service';
import type { S3 } from '../s3/service';
import type { Ssm } from '../ssm/service';

interface CloudFormationParts {
  readonly server: Server;
  readonly iam: Identities;
  /** @default - CloudFormation is allowed to do everything */
  readonly access?: Access;
  readonly s3: S3;
  readonly ssm: Ssm;
  readonly lambda: Lambda;
  /** Types whose existence and properties are not checked. @default - all types of AWS are checked */
  readonly uncheckedTypes?: readonly string[];
}

/** Simulated types that only store a password, so its reference need not be resolved. */
const KEEPS_SECRETS = new Set(['AWS::RDS::DBCluster', 'AWS::RDS::DBInstance']);

/** AWS CloudFormation for every account and region. */
export class CloudFormation implements Service {
  public readonly name = 'cloudformation';
  public readonly protocol = 'query';
  public readonly namespace = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';
  public readonly operations: Record<string, Operation>;
  public readonly permissions: Record<string, Permissions>;
  /** The resources of all accounts. */
  public readonly inventory: Inventory;
  public readonly registry: TypeRegistry;
  private readonly stacks: Stacks;
  private readonly types = new Map<string, ResourceType>();
  /** The types without simulated behaviour. */
  private readonly placeholders = new Set<string>();
  private readonly listeners = new Set<(event: StackEvent) => void>();
  private readonly channel: ResponseChannel;

  public constructor(private readonly environment: Environment, private readonly parts: CloudFormationParts) {
    this.channel = new ResponseChannel(parts.server, environment.clock);
    this.inventory = new Inventory(environment, name => this.type(name));
    this.registry = new TypeRegistry(() => [...this.types.keys(), ...this.inventory.types]);
    this.stacks = new Stacks(environment, parts.iam, this.stackContext());
    this.operations = {
      ...operations(this.stacks, parts.s3, environment),
      ...new ChangeSets(this.stacks, parts.s3, environment).operations,
      ...this.registry.operations,
    };
    this.permissions = permissions(this.stacks);
    this.registerTypes({ 'AWS::CloudFormation::Stack': new NestedStackType(this.stacks, parts.s3) });
  }

  /** All stacks of all accounts, including deleted ones. */
  public get all(): readonly Stack[] {
    return this.stacks.list;
  }

  /** Registers simulated resource types. All others are placeholders. */
  public registerTypes(types: Readonly<Record<string, ResourceType>>): void {
    for (const [name, type] of Object.entries(types)) this.types.set(name, this.guarded(name, type));
  }

  public onEvent(listener: (event: StackEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  public find(accountId: string, region: string, nameOrId: string): Stack | undefined {
    return this.stacks.find(accountId, region, nameOrId);
  }

  /** Creates a stack that exists before the first deployment. */
  public async seed(request: StackRequest): Promise<void> {
    return this.stacks.seed(request);
  }

  /** Creates a stack and waits until the operation succeeds or fails. */
  public async create(request: StackRequest): Promise<Stack> {
    return settled(this.stacks.create(request));
  }

  public async update(request: StackRequest): Promise<Stack> {
    return settled(this.stacks.update(request));
  }

  /** Types with simulated behaviour. */
  public get simulatedTypes(): readonly string[] {
    return [...this.types.keys()].filter(type => !isCustom(type) && !this.placeholders.has(type)).sort();
  }

  /** Types of deployed resources that have no simulated behaviour. */
  public get placeholderTypes(): readonly string[] {
    const deployed = new Set(
      this.all.filter(({ isSeed }) => !isSeed).flatMap(({ events }) => events.map(({ type }) => type)),
    );
    return [...this.placeholders].filter(type => deployed.has(type) && type !== 'AWS::CDK::Metadata').sort();
  }

  public async remove(accountId: string, region: string, nameOrId: string): Promise<Stack | undefined> {
    const stack = this.stacks.remove(accountId, region, nameOrId);
    return stack && settled(stack);
  }

  public protect(accountId: string, region: string, nameOrId: string, terminationProtection: boolean): void {
    this.stacks.protect(accountId, region, nameOrId, terminationProtection);
  }

  /** Cancels an update in progress. */
  public cancelUpdate(accountId: string, region: string, nameOrId: string): void {
    this.stacks.cancelUpdate(accountId, region, nameOrId);
  }

  /** Continues a failed rollback and waits for its end. */
  public async continueRollback(
    accountId: string, region: string, nameOrId: string, skipped?: readonly string[],
  ): Promise<Stack> {
    return settled(this.stacks.continueRollback(accountId, region, nameOrId, { skipped }));
  }

  private stackContext(): StackContext {
    const { parts: { ssm, iam, access, uncheckedTypes }, environment } = this;
    return {
      environment,
      uncheckedTypes: new Set(uncheckedTypes),
      canAssume: roleArn => access === undefined || access.isServiceAllowed({
        service: 'cloudformation.amazonaws.com',
        action: 'sts:AssumeRole',
        resource: roleArn,
        sourceAccount: roleArn.split(':')[4],
      }),
      type: name => this.type(name),
      isSimulated: name =>
        isCustom(name) || (this.types.has(name) && !this.placeholders.has(name) && !KEEPS_SECRETS.has(name)),
      creationSeconds: secondsOf,
      guessAttribute: (attribute, resource, stack) =>
        this.guessed(plausibleAttribute(attribute, resource, environment.partition, stack)),
      isGuessed: value => this.isGuessed(value),
      parameter: (accountId, region, name) => ssm.value(accountId, region, name),
      exported: (accountId, region, name) => this.stacks.exported(accountId, region, name),
      output: (reference, reader) => new StackOutputs(this.stacks, iam, access).read(reference, reader),
      importers: (accountId, region, name) => this.stacks.importers(accountId, region, name),
      notify: event => this.listeners.forEach(listener => listener(event)),
    };
  }

  private type(name: string): ResourceType {
    const known = this.types.get(name);
    if (known) return known;
    const made = isCustom(name)
      ? new CustomResourceType(name, this.parts.lambda, this.channel)
      : new PlaceholderType(name, this.environment, id => this.asPlaceholder(id));
    if (made instanceof PlaceholderType) this.placeholders.add(name);
    this.registerTypes({ [name]: made });
    return this.guarded(name, made);
  }

  private guessed(value: unknown): unknown {
    return typeof value === 'string' ? this.asPlaceholder(value) : value;
  }

  /** Returns what the schema of a type says against the properties of a resource. */
  public violationsIn(type: string, properties: Fields): string[] {
    if (this.parts.uncheckedTypes?.includes(type) === true) return [];
    return violationsIn(type, properties, value => this.isGuessed(value));
  }

  /** Whether a value contains an id or attribute of a placeholder. */
  private isGuessed(value: string): boolean {
    return [...this.parts.iam.placeholders].some(text => value === text || text.length > 7 && value.includes(text));
  }

  private asPlaceholder(text: string): string {
    this.parts.iam.placeholders.add(text);
    return text;
  }

  private guarded(name: string, type: ResourceType): ResourceType {
    const { parts: { access, iam }, environment: { partition } } = this;
    const guarded = access === undefined ? type : new GuardedType(name, type, { access, iam, partition });
    return new TrackedType(name, guarded, this.inventory);
  }
}

async function settled(stack: Stack): Promise<Stack> {
  await stack.operation;
  return stack;
}
