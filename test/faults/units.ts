import { DECLARED_UNIT } from './apps';
import type { UnitKind, World } from './damage';
import { unitKey } from '../../lambda/registry/unit';
import type { Unit } from '../../rehearsal/services/organizations/tree';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';

const [PARENT, NAME] = DECLARED_UNIT.split('/');
const RENAMED = `${NAME}-renamed`;

/** The organizational unit that an app declares: damages it as AWS allows, which moves no units. */
export class DeclaredUnit {
  public constructor(private readonly world: World) {}

  /** Returns whether there was something to damage. */
  public damage(kind: UnitKind): boolean {
    if (kind === 'unit record deleted') return this.deleteRecord();
    const unit = this.named(NAME);
    if (!unit) return false;
    switch (kind) {
      case 'unit renamed':
        this.tree.updateUnit(unit.id, { name: RENAMED });
        return true;
      case 'unit emptied':
        return this.empty(unit);
      case 'unit deleted':
        // AWS deletes only empty units
        this.empty(unit);
        this.tree.removeUnit(unit.id);
        return true;
      case 'unit replaced':
        this.empty(unit);
        this.tree.removeUnit(unit.id);
        this.tree.createUnit(unit.parentId, NAME);
        return true;
    }
  }

  /** Names it as before, as the check advises, unless a deployment has created it again. */
  public repairByHand(): void {
    const renamed = this.named(RENAMED);
    if (renamed && !this.named(NAME)) this.tree.updateUnit(renamed.id, { name: NAME });
  }

  public differences(): string[] {
    const isRecorded = this.world.registry.some(({ pk }) => pk === KEY);
    return [
      ...this.named(NAME) ? [] : [`organizational unit '${DECLARED_UNIT}' does not exist`],
      ...isRecorded ? [] : [`the registry has no record of organizational unit '${DECLARED_UNIT}'`],
    ];
  }

  private get tree() {
    return this.world.simulation.organizations.tree;
  }

  private named(name: string): Unit | undefined {
    const parent = this.tree.unitsIn(this.tree.rootId).find(unit => unit.name === PARENT);
    return parent && this.tree.unitsIn(parent.id).find(unit => unit.name === name);
  }

  private empty({ id }: Unit): boolean {
    const accounts = this.tree.accountsIn(id);
    for (const account of accounts) this.tree.putAccount({ ...account, parentId: this.tree.rootId });
    return accounts.length > 0;
  }

  private deleteRecord(): boolean {
    const { tableName, registry, simulation: { tables } } = this.world;
    if (tableName === undefined || !registry.some(({ pk }) => pk === KEY)) return false;
    const kept = tables.items(CICD_ACCOUNT, REGION, tableName).filter(({ pk }) => pk !== KEY);
    tables.restore(CICD_ACCOUNT, REGION, tableName, kept);
    return true;
  }
}

const KEY = unitKey({ kind: 'unit', parent: PARENT, unitName: NAME, onRemoval: 'delete' });
