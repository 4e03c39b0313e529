import * as v from 'valibot';
import { describedAccount } from './accounts';
import { read, tagRecord, Tags } from '../../../core/protocol/read';
import { AwsError } from '../../../core/service';
import type { Call, Operation } from '../../../core/service';
import { requiredAccount } from '../organization';
import type { Organization } from '../organization';
import { page } from '../paging';
import { unitNotFound } from '../tree';
import type { OrganizationTree, Unit } from '../tree';

const ParentInput = v.object({ ParentId: v.string() });
const ChildInput = v.object({ ChildId: v.string() });
const UnitInput = v.object({ OrganizationalUnitId: v.string() });
const CreateUnitInput = v.object({
  ParentId: v.string(),
  Name: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  Tags,
});
const UpdateUnitInput = v.object({ OrganizationalUnitId: v.string(), Name: v.optional(v.string()) });

/** API operations for the root and organizational units. */
export class UnitOperations {
  public readonly operations: Record<string, Operation> = {
    DescribeOrganization: async () => ({ Organization: describedOrganization(this.organizations) }),
    ListRoots: async () => ({ Roots: [this.root()] }),
    ListParents: async call => this.parentsOf(call),
    ListAccountsForParent: async call => {
      const { items, ...rest } = page(this.tree.accountsIn(this.parentOf(call)), call.input);
      return { Accounts: items.map(describedAccount), ...rest };
    },
    ListOrganizationalUnitsForParent: async call => {
      const { items, ...rest } = page(this.tree.unitsIn(this.parentOf(call)), call.input);
      return { OrganizationalUnits: items.map(describedUnit), ...rest };
    },
    DescribeOrganizationalUnit: async call => ({ OrganizationalUnit: describedUnit(this.unitOf(call)) }),
    CreateOrganizationalUnit: async call => {
      const { ParentId: parentId, Name: name, Tags: tags } = read(CreateUnitInput, call.input);
      return { OrganizationalUnit: describedUnit(this.tree.createUnit(parentId, name, tagRecord(tags))) };
    },
    UpdateOrganizationalUnit: async call => {
      const { OrganizationalUnitId: id, Name: name } = read(UpdateUnitInput, call.input);
      return { OrganizationalUnit: describedUnit(this.tree.updateUnit(id, name === undefined ? {} : { name })) };
    },
    DeleteOrganizationalUnit: async call => this.tree.removeUnit(this.unitOf(call).id),
  };

  public constructor(private readonly organizations: Organization) {}

  private get tree(): OrganizationTree {
    return this.organizations.tree;
  }

  private root(): unknown {
    const { organizationId, rootId } = this.tree;
    return { Id: rootId, Name: 'Root', Arn: this.tree.arn(`root/${organizationId}/${rootId}`), PolicyTypes: [] };
  }

  private parentOf(call: Call): string {
    const { ParentId: parentId } = read(ParentInput, call.input);
    if (!this.tree.hasParent(parentId)) {
      throw new AwsError('ParentNotFoundException', "You specified parent that doesn't exist.");
    }
    return parentId;
  }

  private parentsOf(call: Call): unknown {
    const { ChildId: childId } = read(ChildInput, call.input);
    const child = this.tree.account(childId) ?? this.tree.unit(childId);
    if (child === undefined) throw new AwsError('ChildNotFoundException', "You specified a child that doesn't exist.");
    return {
      Parents: [{ Id: child.parentId, Type: child.parentId === this.tree.rootId ? 'ROOT' : 'ORGANIZATIONAL_UNIT' }],
    };
  }

  private unitOf(call: Call): Unit {
    const unit = this.tree.unit(read(UnitInput, call.input).OrganizationalUnitId);
    if (unit === undefined) throw unitNotFound();
    return unit;
  }
}

function describedOrganization(organizations: Organization): Record<string, unknown> {
  const { tree, options: { managementAccountId } } = organizations;
  const management = requiredAccount(organizations, managementAccountId);
  return {
    Id: tree.organizationId,
    Arn: tree.arn(`organization/${tree.organizationId}`),
    FeatureSet: 'ALL',
    MasterAccountArn: management.arn,
    MasterAccountId: managementAccountId,
    MasterAccountEmail: management.email,
  };
}

function describedUnit(unit: Unit): Record<string, unknown> {
  return { Id: unit.id, Arn: unit.arn, Name: unit.name };
}
