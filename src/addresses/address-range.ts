import { createHash } from 'node:crypto';
import { Resource } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { IAddressRange } from './address-range-interface';
import type { AddressRangeRequest, AddressRangeResult } from './contract';
import type { IOrganization } from '../organization/organization-interface';
import { RESOURCE_TYPES } from '../private/contract';
import { ManagedResource } from '../private/managed-resource';

interface AddressRangeProps {
  readonly organization: IOrganization;
  readonly spaceId: string;
  /** Identifies the space at synth. */
  readonly spaceKey: string;
  readonly prefixLength: number;
  readonly region: string;
  /** The range, if it is in use already. */
  readonly cidr?: string;
}

/** A range of an address space, which the deployment gives. */
export class AddressRange extends Resource implements IAddressRange {
  public readonly cidr: string;
  public readonly prefixLength: number;
  public readonly region: string;

  public constructor(scope: Construct, id: string, props: AddressRangeProps) {
    super(scope, id);
    const { prefixLength, region, cidr } = props;
    this.prefixLength = prefixLength;
    this.region = region;
    const range = new ManagedResource<AddressRangeRequest, AddressRangeResult>(this, `Resource${identityOf(props)}`, {
      organization: props.organization,
      resourceType: RESOURCE_TYPES.addressRange,
      request: {
        kind: 'range',
        spaceId: props.spaceId,
        name: this.node.path,
        prefixLength: String(prefixLength),
        region,
        cidr,
      },
    });
    this.cidr = range.result('cidr');
  }
}

/** Part of the logical id: a range with another size or space is another resource, and the old one is released last. */
function identityOf({ spaceKey, prefixLength, cidr = '' }: AddressRangeProps): string {
  return createHash('sha256').update(`${spaceKey} ${prefixLength} ${cidr}`).digest('hex').slice(0, 8);
}
