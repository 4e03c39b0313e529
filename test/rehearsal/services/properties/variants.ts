import { withReferences, type Resources } from './references';
import { organizationIn, RESOURCES } from './resources';
import { samplesOf, specsOf } from './samples';
import { VALUES } from './values';
import type { Stack } from '../../../../rehearsal/services/cloudformation/stack';
import { ACCOUNT, MANAGEMENT, SchemaWorld } from '../cloudformation/schema-world';

/** A resource with one property more, or with another value of a property. */
export interface Variant {
  readonly property: string;
  /** The property, and the one in its object if that is what differs. */
  readonly path: string;
  /** Whether the value is only of the right type, and not one like the valid one of `before`. */
  readonly isSample: boolean;
  readonly before: Resources;
  readonly after: Resources;
}

/** The simulated types that are in `resources.ts`. */
export const TYPES = [...new Set(
  Object.values({ ...RESOURCES, ...organizationIn('r-1') }).map(({ Type }) => Type),
)].sort();

/** Stacks with a resource of each simulated type. Values are of the right type only, so constraints are not checked. */
export class VariantWorld {
  public static async start(): Promise<VariantWorld> {
    return new VariantWorld(await SchemaWorld.start({ uncheckedTypes: TYPES }));
  }

  private readonly resources: Resources;
  private readonly organization: Resources;
  private stacks = 0;

  private constructor(public readonly world: SchemaWorld) {
    this.organization = organizationIn(world.simulation.organizations.tree.rootId);
    this.resources = { ...RESOURCES, ...this.organization };
  }

  /** The logical id of the first resource of a type. */
  public idOf(type: string): string {
    const found = Object.keys(this.resources).find(id => this.resources[id].Type === type);
    if (found === undefined) throw new Error(`resources.ts has no resource of ${type}`);
    return found;
  }

  public variantsOf(type: string): Variant[] {
    const logicalId = this.idOf(type);
    const before = withReferences(logicalId, this.resources);
    const { [logicalId]: resource } = before;
    const given = resource.Properties ?? {};
    return Object.entries(specsOf(type)).flatMap(([property, spec]) => {
      const known = VALUES[`${type}.${property}`]?.map(value => ({ path: property, value }));
      const samples = known ?? samplesOf(property, spec, given[property]);
      const others = samples.filter(({ value }) => JSON.stringify(value) !== JSON.stringify(given[property]));
      return others.map(({ path, value }) => ({
        property,
        path,
        before,
        isSample: known === undefined && path === property && property in given,
        after: { ...before, [logicalId]: { ...resource, Properties: { ...given, [property]: value } } },
      }));
    });
  }

  /** A name that no stack has. */
  public stackName(): string {
    this.stacks++;
    return `s${this.stacks}`;
  }

  public async deploy(name: string, type: string, resources: Resources): Promise<Stack> {
    const accountId = this.idOf(type) in this.organization ? MANAGEMENT : ACCOUNT;
    return this.world.deploy(name, resources, {}, accountId);
  }

  public async stop(): Promise<void> {
    await this.world.stop();
  }
}
