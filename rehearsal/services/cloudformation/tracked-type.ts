import type { Inventory } from '../../core/inventory/inventory';
import type { Provisioned, ResourceContext, ResourceType } from '../../core/service';

/** Resource type whose resources are in the inventory, also after a stack has retained them. */
export class TrackedType implements ResourceType {
  public constructor(
    private readonly name: string,
    private readonly type: ResourceType,
    private readonly inventory: Inventory,
  ) {}

  public async create(properties: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    return this.track(await this.type.create(properties, context), properties, context);
  }

  public async update(
    id: string,
    properties: Record<string, unknown>,
    before: Record<string, unknown>,
    context: ResourceContext,
  ): Promise<Provisioned> {
    return this.track(await this.type.update(id, properties, before, context), properties, context);
  }

  public async remove(id: string, properties: Record<string, unknown>, context: ResourceContext): Promise<void> {
    await this.type.remove(id, properties, context);
    this.inventory.removed(this.name, id, context);
  }

  private track(
    { id, attributes }: Provisioned, properties: Record<string, unknown>, context: ResourceContext,
  ): Provisioned {
    this.inventory.made({ type: this.name, id, attributes, properties, context });
    return { id, attributes };
  }
}
