import { CloudFormationClient, paginateListTypes } from '@aws-sdk/client-cloudformation';
import type { AwsCredentialIdentity } from '@smithy/types';
import { CloudControl } from './cloud-control';
import type { Api } from '../../shared/api/api';
import { clientDefaults } from '../../shared/clients';
import type { CleanableType, Cleaner, Cleaners } from '../ports';
import { BucketCleaner } from '../table/bucket-cleaner';
import { CHILD_TYPES, isGlobalType } from '../table/cloud-control-types';
import { TableCleaner } from '../table/table-cleaner';
import { TYPE_SPECS } from '../table/types';
import { ZoneCleaner } from '../table/zone-cleaner';

/** Cloud Control can delete a type that is one of these. */
const PROVISIONABLE = ['FULLY_MUTABLE', 'IMMUTABLE'] as const;

/** Parts of their parents, and settings of the account: there is nothing to list. */
const NO_RESOURCE = /^AWS::(CloudFormation::|ApiGateway::Account$|IAM::(RolePolicy|UserPolicy|GroupPolicy)$)/;

/** Cloud Control, and the cleaners of this library for what it does not know. */
export class AwsCleaners implements Cleaners {
  private readonly cloudControl: CloudControl;
  private readonly own: readonly (TableCleaner | BucketCleaner | ZoneCleaner)[];
  private known?: Promise<readonly CleanableType[]>;

  public constructor(
    api: Api,
    accountId: string,
    private readonly mainRegion: string,
    private readonly credentials: () => Promise<AwsCredentialIdentity>,
    private readonly others: readonly (Cleaner & { types(): readonly CleanableType[] })[] = [],
  ) {
    this.cloudControl = new CloudControl(api);
    this.own = [new TableCleaner(TYPE_SPECS, api, accountId), new BucketCleaner(api), new ZoneCleaner(api)];
  }

  public async types(): Promise<readonly CleanableType[]> {
    this.known ??= this.readTypes();
    return this.known;
  }

  public named(name: string): Cleaner | undefined {
    return [this.cloudControl, ...this.own, ...this.others].find(cleaner => cleaner.name === name);
  }

  /** Sorted, because a list continues at an index. */
  private async readTypes(): Promise<readonly CleanableType[]> {
    const own = [...this.own, ...this.others].flatMap(cleaner => cleaner.types());
    const taken = new Set(own.map(({ type }) => type));
    const names = (await this.provisionable()).filter(type => !taken.has(type) && !NO_RESOURCE.test(type));
    const all = [...own, ...names.map(type => typeOf(type))];
    return all.sort((a, b) => (a.type < b.type ? -1 : 1));
  }

  private async provisionable(): Promise<readonly string[]> {
    const client = new CloudFormationClient({
      ...clientDefaults(), region: this.mainRegion, credentials: this.credentials,
    });
    const names = new Set<string>();
    for (const ProvisioningType of PROVISIONABLE) {
      const filter = { Visibility: 'PUBLIC', Type: 'RESOURCE', Filters: { Category: 'AWS_TYPES' } } as const;
      for await (const { TypeSummaries = [] } of paginateListTypes({ client }, { ...filter, ProvisioningType })) {
        for (const { TypeName } of TypeSummaries) if (TypeName !== undefined) names.add(TypeName);
      }
    }
    return [...names];
  }
}

function typeOf(type: string): CleanableType {
  const parent = CHILD_TYPES[type]?.parent;
  return { type, cleaner: 'cloudcontrol', isGlobal: isGlobalType(type), ...(parent !== undefined && { parent }) };
}
