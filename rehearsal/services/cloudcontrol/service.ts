import * as v from 'valibot';
import { json, patched } from './json-patch';
import { permissions } from './permissions';
import { Requests } from './requests';
import type { Inventory, InventoryItem } from '../../core/inventory/inventory';
import { isRecord } from '../../core/protocol/json';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Environment, Operation, Permissions, Place, Service } from '../../core/service';
import type { TypeRegistry } from '../cloudformation/type-registry';

const TypeInput = v.object({ TypeName: v.string() });
const ListInput = v.object({
  TypeName: v.string(),
  ResourceModel: v.optional(v.string()),
  MaxResults: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(100)), 20),
  NextToken: v.optional(v.string(), '0'),
});
const ResourceInput = v.object({ TypeName: v.string(), Identifier: v.string() });
const CreateInput = v.object({
  TypeName: v.string(), DesiredState: v.string(), ClientToken: v.optional(v.string()),
});
const UpdateInput = v.object({
  ...ResourceInput.entries, PatchDocument: v.string(), ClientToken: v.optional(v.string()),
});
const DeleteInput = v.object({ ...ResourceInput.entries, ClientToken: v.optional(v.string()) });
const RequestInput = v.object({ RequestToken: v.string() });

/** What the schemas of types say. */
interface Schemas {
  /** Returns the violations of the schema of a type. */
  violationsIn(type: string, properties: Readonly<Record<string, unknown>>): string[];
}

/** AWS Cloud Control: lists, creates, changes and deletes resources of all types, asynchronously. */
export class CloudControl implements Service {
  public readonly name = 'cloudcontrolapi';
  public readonly protocol = 'json';
  public readonly namespace = 'CloudApiService';
  public readonly operations: Record<string, Operation> = {
    ListResources: async call => this.list(call),
    GetResource: async call => this.get(call),
    CreateResource: async call => this.create(call),
    UpdateResource: async call => this.update(call),
    DeleteResource: async call => this.remove(call),
    GetResourceRequestStatus: async call => {
      const { RequestToken: token } = read(RequestInput, call.input);
      return { ProgressEvent: this.requests.status(call.caller.accountId, call.region, token) };
    },
  };
  public readonly permissions: Record<string, Permissions> = permissions;
  private readonly requests: Requests;

  public constructor(
    environment: Environment,
    private readonly inventory: Inventory,
    private readonly registry: TypeRegistry,
    private readonly schemas: Schemas,
  ) {
    this.requests = new Requests(environment.clock);
  }

  private list(call: Call): unknown {
    const { TypeName: type, ResourceModel: model, MaxResults: size, NextToken: start } = read(ListInput, call.input);
    this.assertKnown(type);
    if (!this.registry.canList(type)) throw unsupported(type, 'LIST');
    const wanted = model === undefined ? {} : json(model, 'ResourceModel');
    const property = this.registry.listedBy(type);
    if (property !== undefined && !(property in wanted)) {
      throw new AwsError(
        'InvalidRequestException',
        `Missing or invalid ResourceModel property in ${type} list handler request input. `
          + `Required property: [${property}]`,
      );
    }
    const found = this.inventory.list(type, placeOf(call))
      .filter(({ properties }) => property === undefined || isSame(properties[property], wanted[property]));
    const end = Number(start) + size;
    return {
      TypeName: type,
      ResourceDescriptions: found.slice(Number(start), end).map(described),
      NextToken: end < found.length ? String(end) : undefined,
    };
  }

  private get(call: Call): unknown {
    const { TypeName: type } = read(ResourceInput, call.input);
    return { TypeName: type, ResourceDescription: described(this.resourceOf(call)) };
  }

  private create(call: Call): unknown {
    const { TypeName: type, DesiredState: state, ClientToken: token } = read(CreateInput, call.input);
    this.assertKnown(type);
    const properties = json(state, 'DesiredState');
    assertValid(this.schemas.violationsIn(type, properties));
    const request = { ...placeOf(call), type, operation: 'CREATE' as const, token };
    const progress = this.requests.start(request, async () =>
      this.inventory.create(type, properties, placeOf(call), call.caller));
    return { ProgressEvent: progress };
  }

  private update(call: Call): unknown {
    const { TypeName: type, PatchDocument: document, ClientToken: token } = read(UpdateInput, call.input);
    const item = this.resourceOf(call);
    const properties = patched(item.properties, document);
    // not all properties of a resource are known that a call of its service has created
    const known = this.schemas.violationsIn(type, item.properties);
    assertValid(this.schemas.violationsIn(type, properties).filter(violation => !known.includes(violation)));
    const request = { ...placeOf(call), type, operation: 'UPDATE' as const, token, id: item.id };
    const progress = this.requests.start(request, async () => {
      await this.inventory.update(item, properties, call.caller);
      return item.id;
    });
    return { ProgressEvent: progress };
  }

  private remove(call: Call): unknown {
    const { TypeName: type, Identifier: id, ClientToken: token } = read(DeleteInput, call.input);
    this.assertKnown(type);
    const request = { ...placeOf(call), type, operation: 'DELETE' as const, token, id };
    const progress = this.requests.start(request, async () => {
      const item = this.inventory.find(type, id, placeOf(call));
      if (!item) throw notFound(type, id, 'NotFound');
      await this.inventory.remove(item, call.caller);
      return id;
    });
    return { ProgressEvent: progress };
  }

  private resourceOf(call: Call): InventoryItem {
    const { TypeName: type, Identifier: id } = read(ResourceInput, call.input);
    this.assertKnown(type);
    const found = this.inventory.find(type, id, placeOf(call));
    if (found) return found;
    throw notFound(type, id, 'ResourceNotFoundException');
  }

  private assertKnown(type: string): void {
    read(TypeInput, { TypeName: type });
    if (this.registry.isProvisionable(type)) return;
    throw this.registry.isLegacy(type)
      ? unsupported(type, 'any')
      : new AwsError('TypeNotFoundException', `The type '${type}' cannot be found.`);
  }
}

function assertValid(violations: readonly string[]): void {
  if (violations.length === 0) return;
  throw new AwsError('ValidationException', `Model validation failed (${violations.join('\n')})`);
}

function placeOf({ caller: { accountId }, region }: Call): Place {
  return { accountId, region };
}

function described({ id, arn, properties, tags }: InventoryItem): Record<string, unknown> {
  const own = Object.entries(tags).filter(([key]) => !key.startsWith('aws:'));
  const model = {
    ...properties,
    Arn: arn,
    ...(own.length > 0 && !isRecord(properties.Tags) && { Tags: own.map(([Key, Value]) => ({ Key, Value })) }),
  };
  return { Identifier: id, Properties: JSON.stringify(model) };
}

/** A parent may be named by its name or its ARN. */
function isSame(one: unknown, other: unknown): boolean {
  const nameOf = (value: unknown): string => String(value).split(/[:/]/).at(-1) ?? '';
  return one === other || nameOf(one) === nameOf(other);
}

function unsupported(type: string, action: string): AwsError {
  return new AwsError('UnsupportedActionException', `Resource type ${type} does not support ${action} action`);
}

function notFound(type: string, id: string, code: string): AwsError {
  return new AwsError(code, `Resource of type '${type}' with identifier '${id}' was not found.`);
}
