import type { Construct, IConstruct } from 'constructs';
import { doOverlap } from './cidr';
import type { Cidr } from './cidr';
import type { AddressSpaceRequest, AddressSpaceResult } from './contract';
import type { IOrganization } from '../organization/organization-interface';
import { RESOURCE_TYPES } from '../private/contract';
import { ManagedResource } from '../private/managed-resource';
import { UniqueClaims } from '../private/unique-claims';
import { fail } from '../private/validate';

/** The custom resource of an address space. */
export function spaceResource(
  scope: Construct, organization: IOrganization, request: AddressSpaceRequest,
): ManagedResource<AddressSpaceRequest, AddressSpaceResult> {
  return new ManagedResource<AddressSpaceRequest, AddressSpaceResult>(scope, 'Resource', {
    organization, resourceType: RESOURCE_TYPES.addressSpace, request,
  });
}

export function checkedName(scope: Construct, spaceName = scope.node.path.slice(-64)): string {
  if (!/^[\x20-\x7e]{1,64}$/.test(spaceName)) {
    fail(scope, `'spaceName' must be 1 to 64 printable ASCII characters, got '${spaceName}'`);
  }
  UniqueClaims.of(scope).claim(scope, 'address space', spaceName, 'every AddressSpace needs its own spaceName');
  return spaceName;
}

const SPACES = Symbol.for('cdk-org-environments.address-spaces');

interface KnownSpace extends Cidr {
  readonly scope: IConstruct;
  readonly text: string;
}

/** The address spaces of an app with their addresses. */
export class SpaceOverlaps {
  public static of(scope: IConstruct): SpaceOverlaps {
    const root: IConstruct & { [SPACES]?: SpaceOverlaps } = scope.node.root;
    return (root[SPACES] ??= new SpaceOverlaps());
  }

  private readonly spaces: KnownSpace[] = [];

  /** @throws if another space of the app overlaps it */
  public add(scope: IConstruct, text: string, cidr: Cidr): void {
    const other = this.spaces.find(space => doOverlap(space, cidr));
    if (other) {
      fail(scope, `the address space '${text}' overlaps '${other.text}' of '${other.scope.node.path}', so networks of `
        + "both could not be connected: use another 'cidr', or ranges of that space");
    }
    this.spaces.push({ ...cidr, scope, text });
  }
}
