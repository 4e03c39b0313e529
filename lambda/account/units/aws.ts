import {
  CreateOrganizationalUnitCommand,
  DeleteOrganizationalUnitCommand,
  DescribeOrganizationalUnitCommand,
  ListParentsCommand,
} from '@aws-sdk/client-organizations';
import { featureHint } from '../access';
import type { ManagementAccount } from '../management';
import { tagList, unlessNamed } from '../management';

/** Creates and deletes organizational units. */
export interface Units {
  /** Returns the id of the unit. */
  create(parentId: string, name: string, tags: Readonly<Record<string, string>>): Promise<string>;
  /** Fails if accounts or other units are in it. */
  delete(unitId: string): Promise<void>;
  /** Name and parent of a unit; undefined: it does not exist. */
  describe(unitId: string): Promise<{ readonly name: string; readonly parentId: string } | undefined>;
}

const HINT = featureHint('ORGANIZATIONAL_UNITS');

/** The units through the AWS SDK. */
export class AwsUnits implements Units {
  public constructor(private readonly management: ManagementAccount) {}

  public async create(parentId: string, name: string, tags: Readonly<Record<string, string>>): Promise<string> {
    const command = new CreateOrganizationalUnitCommand({ ParentId: parentId, Name: name, Tags: tagList(tags) });
    const { OrganizationalUnit: unit } = await this.management.withAccessErrors(
      'organizations:CreateOrganizationalUnit', () => this.client.send(command), HINT,
    );
    return unit?.Id ?? '';
  }

  public async delete(unitId: string): Promise<void> {
    const command = new DeleteOrganizationalUnitCommand({ OrganizationalUnitId: unitId });
    await unlessNamed('OrganizationalUnitNotFoundException', () => this.management.withAccessErrors(
      'organizations:DeleteOrganizationalUnit', () => this.client.send(command), HINT,
    ));
  }

  public async describe(unitId: string) {
    return unlessNamed('OrganizationalUnitNotFoundException', () => this.management.withAccessErrors(
      'organizations:DescribeOrganizationalUnit',
      async () => {
        const command = new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: unitId });
        const { OrganizationalUnit: unit } = await this.client.send(command);
        const { Parents } = await this.client.send(new ListParentsCommand({ ChildId: unitId }));
        return { name: unit?.Name ?? '', parentId: Parents?.[0]?.Id ?? '' };
      },
      HINT,
    ));
  }

  private get client() {
    return this.management.clients.organizations;
  }
}
