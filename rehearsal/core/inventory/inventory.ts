import * as v from 'valibot';
import { arnOf, isGlobalType } from './arns';
import { Tags, tagRecord } from '../protocol/read';
import type { Caller, Environment, ExistingResource, Place, ResourceContext, ResourceType, Service } from '../service';

/** A resource of an account. */
export interface InventoryItem extends Place {
  readonly type: string;
  readonly id: string;
  readonly arn: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly tags: Readonly<Record<string, string>>;
  /** In milliseconds since 1970. */
  readonly createdAt: number;
  readonly deletedAt?: number;
}

/** A resource that its type has created. */
interface Made {
  readonly type: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly context: ResourceContext;
}

interface Known extends Made {
  readonly createdAt: number;
  deletedAt?: number;
}

/** A change of a resource by its type. */
export interface ResourceChange extends Place {
  readonly type: string;
  readonly id: string;
  readonly action: 'create' | 'update' | 'delete';
  /** ARN of the identity for which the resource was changed. */
  readonly caller: string;
  readonly at: number;
}

type Lister = NonNullable<Service['existing']>[string];

/** What is no resource of its own on AWS. */
const NO_RESOURCE = /^(Custom::|AWS::CDK::|AWS::CloudFormation::)/;

/** The region in which the tagging API and the events of global services are. */
const MAIN_REGIONS: Readonly<Record<string, string>> = {
  'aws-cn': 'cn-north-1', 'aws-us-gov': 'us-gov-west-1', 'aws-eusc': 'eusc-de-east-1',
};

export function mainRegionOf(partition: string): string {
  return MAIN_REGIONS[partition] ?? 'us-east-1';
}

/** The resources of all accounts: those of stacks, also retained ones, and those that calls have created. */
export class Inventory {
  private readonly known = new Map<string, Known>();
  private readonly listers = new Map<string, Lister>();
  private readonly used = new Set<string>();
  private readonly changeListeners: ((change: ResourceChange) => void)[] = [];

  public constructor(
    private readonly environment: Environment,
    private readonly typeOf: (name: string) => ResourceType,
  ) {}

  /** Uses what a service says about its resources. */
  public register({ existing = {} }: Service): void {
    for (const [type, lister] of Object.entries(existing)) this.listers.set(type, lister);
  }

  /** Calls the listener after each change of a resource by its type. */
  public onChange(listener: (change: ResourceChange) => void): void {
    this.changeListeners.push(listener);
  }

  /** Types of which there are or were resources. */
  public get types(): readonly string[] {
    return [...this.used];
  }

  /** Records a resource that its type has created or updated. */
  public made(made: Made): void {
    if (NO_RESOURCE.test(made.type)) return;
    this.used.add(made.type);
    const key = keyOf(made.type, made.id, made.context);
    const before = this.known.get(key);
    const isUpdate = before !== undefined && before.deletedAt === undefined;
    this.known.set(key, { ...made, createdAt: isUpdate ? before.createdAt : this.now() });
    this.notify(made.type, made.id, isUpdate ? 'update' : 'create', made.context);
  }

  /** Records that a resource was deleted. */
  public removed(type: string, id: string, context: ResourceContext): void {
    if (NO_RESOURCE.test(type)) return;
    const found = this.known.get(keyOf(type, id, context));
    if (found) found.deletedAt ??= this.now();
    this.notify(type, id, 'delete', context);
  }

  /** The resources of a type; for a type of a global service, those of the account. */
  public list(type: string, place: Place): readonly InventoryItem[] {
    const known = [...this.known.values()].filter(one => one.type === type && isIn(one, place));
    const lister = this.listers.get(type);
    if (!lister) return known.filter(({ deletedAt }) => deletedAt === undefined).map(one => this.itemOf(one));
    const listed = lister(place);
    const ids = new Set(listed.map(({ id }) => id));
    for (const one of known) if (!ids.has(one.id)) one.deletedAt ??= this.now();
    return listed.map(one => this.listedItem(type, place, one));
  }

  public find(type: string, id: string, place: Place): InventoryItem | undefined {
    return this.list(type, place).find(one => one.id === id);
  }

  /** All resources of a region, also those that were deleted since then. Global services are in the main region. */
  public all(place: Place, deletedSince = Infinity): readonly InventoryItem[] {
    const isHere = (type: string): boolean =>
      !isGlobalType(type) || place.region === mainRegionOf(this.environment.partition);
    const types = [...new Set([...this.used, ...this.listers.keys()])].filter(isHere);
    const present = types.flatMap(type => this.list(type, place));
    const deleted = [...this.known.values()].filter(one =>
      isHere(one.type) && isIn(one, place) && one.deletedAt !== undefined && one.deletedAt >= deletedSince);
    return [...present, ...deleted.map(one => this.itemOf(one))];
  }

  /** All resources of an account that types have created, also deleted ones. */
  public history(accountId: string): readonly InventoryItem[] {
    return [...this.known.values()].filter(one => one.context.accountId === accountId).map(one => this.itemOf(one));
  }

  /** Creates a resource outside stacks, with the permissions of the actor. Returns its id. */
  public async create(type: string, properties: Record<string, unknown>, place: Place, actor: Caller): Promise<string> {
    const logicalId = type.slice(type.lastIndexOf(':') + 1);
    const context = { ...place, stackId: '', stackName: 'cloudcontrol', logicalId, tags: {}, actor };
    return (await this.typeOf(type).create(properties, context)).id;
  }

  public async update(item: InventoryItem, properties: Record<string, unknown>, actor: Caller): Promise<void> {
    const context = { ...this.contextOf(item), actor };
    await this.typeOf(item.type).update(item.id, properties, { ...item.properties }, context);
  }

  /** Deletes a resource with the permissions of the actor. @throws the error of its service */
  public async remove(item: InventoryItem, actor: Caller): Promise<void> {
    await this.typeOf(item.type).remove(item.id, { ...item.properties }, { ...this.contextOf(item), actor });
  }

  private contextOf({ type, id, accountId, region }: InventoryItem): ResourceContext {
    const known = this.known.get(keyOf(type, id, { accountId, region }));
    return known?.context ?? { accountId, region, stackId: '', stackName: '', logicalId: '', tags: {} };
  }

  private listedItem(type: string, place: Place, { id, arn, tags }: ExistingResource): InventoryItem {
    const key = keyOf(type, id, place);
    const found = this.known.get(key);
    // a call has created it, perhaps under the name of a resource that was deleted
    const isKnown = found !== undefined && found.deletedAt === undefined;
    const context = { ...place, stackId: '', stackName: '', logicalId: '', tags: {} };
    const known = isKnown ? found : { type, id, attributes: {}, properties: {}, context, createdAt: this.now() };
    if (!isKnown) this.known.set(key, known);
    return { ...this.itemOf(known), ...(arn !== undefined && { arn }), ...(tags && { tags }) };
  }

  private itemOf({ type, id, attributes, properties, context, createdAt, deletedAt }: Known): InventoryItem {
    const { accountId, region } = context;
    const { partition } = this.environment;
    return {
      type,
      id,
      accountId,
      region: isGlobalType(type) ? mainRegionOf(partition) : region,
      arn: arnOf({ type, id, attributes }, context, partition),
      properties,
      tags: tagsOf(properties, context),
      createdAt,
      ...(deletedAt !== undefined && { deletedAt }),
    };
  }

  private notify(
    type: string, id: string, action: ResourceChange['action'], { accountId, region, actor }: ResourceContext,
  ): void {
    const change = { type, id, action, accountId, region, caller: actor?.arn ?? '', at: this.now() };
    for (const listener of this.changeListeners) listener(change);
  }

  private now(): number {
    return this.environment.clock.now();
  }
}

function keyOf(type: string, id: string, { accountId, region }: Place): string {
  return `${accountId} ${isGlobalType(type) ? '' : region} ${type} ${id}`;
}

function isIn({ type, context }: Known, { accountId, region }: Place): boolean {
  return context.accountId === accountId && (context.region === region || isGlobalType(type));
}

/** Tags of the stack and of the properties, and those of CloudFormation. */
function tagsOf({ Tags: given }: Readonly<Record<string, unknown>>, context: ResourceContext): Record<string, string> {
  const { stackId, stackName, logicalId, tags } = context;
  const own = v.safeParse(Tags, given);
  const byMap = v.safeParse(v.record(v.string(), v.string()), given);
  return {
    ...(stackId !== '' && {
      'aws:cloudformation:stack-id': stackId,
      'aws:cloudformation:stack-name': stackName,
      'aws:cloudformation:logical-id': logicalId,
    }),
    ...tags,
    ...(own.success ? tagRecord(own.output) : {}),
    ...(byMap.success ? byMap.output : {}),
  };
}
