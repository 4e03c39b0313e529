import { IResource, Resource, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AddressRange } from './address-range';
import type { IAddressRange } from './address-range-interface';
import type {
  AddressRangeOptions, AdoptedRangeOptions, ComparedNetwork, IpamAddressSpaceProps, TableAddressSpaceProps,
} from './address-space-props';
import { addressTable } from './address-table';
import { doOverlap, isInside, parsedCidr } from './cidr';
import type { Cidr } from './cidr';
import type { ComparedNetworkRequest } from './contract';
import { checkedName, SpaceOverlaps, spaceResource } from './space-resource';
import { preparedAccountId } from '../account/internals';
import type { IOrganization } from '../organization/organization-interface';
import { checkKnown } from '../private/known-number';
import { fail } from '../private/validate';

/** Addresses of which networks get ranges that do not overlap. */
export interface IAddressSpace extends IResource {
  /**
   * ARN of its table, or id of its pool of VPC IPAM.
   *
   * @attribute
   */
  readonly spaceId: string;

  /**
   * Gives a free range. It stays the same until the construct is removed; then it is released.
   *
   * @param scope scope of the range
   * @param id id of the range in the scope
   * @param options its size and region
   */
  addRange(scope: Construct, id: string, options: AddressRangeOptions): IAddressRange;

  /**
   * Declares a range that is in use, for example that of a VPC that exists. No other range overlaps it.
   *
   * @param scope scope of the range
   * @param id id of the range in the scope
   * @param options the range
   */
  adoptRange(scope: Construct, id: string, options: AdoptedRangeOptions): IAddressRange;
}

/** Attributes of an address space of another app, for `AddressSpace.fromAddressSpaceAttributes`. */
export interface AddressSpaceAttributes {
  /** The organization whose provider gives the ranges. */
  readonly organization: IOrganization;
  /** ARN of the table, or id of the pool of VPC IPAM. */
  readonly spaceId: string;
}

/** What a range needs to know of its space. */
interface Known {
  /** @default - known only to its app, or to IPAM */
  readonly cidr?: Cidr;
  /** @default - as `cidr` */
  readonly text?: string;
  /**
   * The only region in which ranges can be used.
   *
   * @default - all regions
   */
  readonly region?: string;
}

abstract class AddressSpaceBase extends Resource implements IAddressSpace {
  public abstract readonly spaceId: string;
  /** @internal */
  protected abstract readonly _organization: IOrganization;
  /** @internal */
  protected abstract readonly _known: Known;
  private readonly ranges: AddressRange[] = [];
  private readonly adopted: AddressRange[] = [];

  public addRange(scope: Construct, id: string, options: AddressRangeOptions): IAddressRange {
    const { prefixLength } = options;
    const range = this.newRange(scope, id, options.region, prefixLength);
    const { cidr, text } = this._known;
    checkKnown(range, 'prefixLength', prefixLength);
    if (!Number.isInteger(prefixLength) || prefixLength < 8 || prefixLength > 28) {
      fail(range, `'prefixLength' must be a whole number from 8 to 28, got ${prefixLength}`);
    }
    if (cidr && prefixLength < cidr.prefixLength) {
      fail(range, `a range of /${prefixLength} is larger than its address space '${text}': use a 'prefixLength' from `
        + `${cidr.prefixLength} to 28`);
    }
    this.ranges.push(range);
    if (this.adopted.length > 0) range.node.addDependency(...this.adopted);
    return range;
  }

  public adoptRange(scope: Construct, id: string, options: AdoptedRangeOptions): IAddressRange {
    const given = parsedCidr(scope, 'cidr', options.cidr);
    const range = this.newRange(scope, id, options.region, given.prefixLength, options.cidr);
    const { cidr, text } = this._known;
    if (cidr && !isInside(cidr, given)) {
      fail(range, `'${options.cidr}' is outside of its address space '${text}': adopt only ranges inside of it, `
        + 'because no other one can collide');
    }
    this.adopted.push(range);
    // no new range takes its place in the same deployment
    for (const other of this.ranges) other.node.addDependency(range);
    return range;
  }

  private newRange(
    scope: Construct, id: string, region: string | undefined, prefixLength: number, cidr?: string,
  ): AddressRange {
    const range = new AddressRange(scope, id, {
      organization: this._organization,
      spaceId: this.spaceId,
      spaceKey: this.node.addr,
      prefixLength,
      region: region ?? Stack.of(scope).region,
      cidr,
    });
    const { region: locale } = this._known;
    if (locale !== undefined && range.region !== locale && !Token.isUnresolved(range.region)) {
      fail(range, `the pool of the address space '${this.node.path}' has the locale '${locale}', so it has no ranges `
        + `for the region '${range.region}': use an AddressSpace of that region`);
    }
    return range;
  }
}

/**
 * Addresses of which networks get ranges that do not overlap. A range is known at deployment, is released when its
 * construct is removed, and can be given again immediately.
 *
 * @example
 * const space = AddressSpace.table(this, 'Addresses', {
 *   organization,
 *   account,
 *   cidr: '10.0.0.0/12',
 *   reserved: [{ cidr: '10.0.0.0/20', reason: 'office network' }],
 * });
 * const range = space.addRange(this, 'Range', { prefixLength: 20 });
 */
export abstract class AddressSpace extends AddressSpaceBase {
  /**
   * A space whose ranges are kept in a DynamoDB table. It costs nearly nothing.
   *
   * @param props addresses, account and networks to compare
   */
  public static table(scope: Construct, id: string, props: TableAddressSpaceProps): AddressSpace {
    return new TableSpace(scope, id, props);
  }

  /**
   * A space that is a pool of VPC IPAM, which monitors all networks of the organization, and costs money for each
   * active address. A released range can be given again after 20 to 35 minutes.
   *
   * @param props the pool
   */
  public static ipam(scope: Construct, id: string, props: IpamAddressSpaceProps): AddressSpace {
    return new IpamSpace(scope, id, props);
  }

  /**
   * Imports an address space of another app of the same organization.
   *
   * @param attrs organization and id
   */
  public static fromAddressSpaceAttributes(
    scope: Construct, id: string, attrs: AddressSpaceAttributes,
  ): IAddressSpace {
    class Import extends AddressSpaceBase {
      public readonly spaceId = attrs.spaceId;
      /** @internal */
      protected readonly _organization = attrs.organization;
      /** @internal */
      protected readonly _known: Known = {};
    }
    return new Import(scope, id);
  }
}

class TableSpace extends AddressSpace {
  public readonly spaceId: string;
  /** @internal */
  protected readonly _organization: IOrganization;
  /** @internal */
  protected readonly _known: Known;

  public constructor(scope: Construct, id: string, props: TableAddressSpaceProps) {
    super(scope, id);
    const { organization } = props;
    const cidr = parsedCidr(this, 'cidr', props.cidr);
    if (cidr.prefixLength < 8 || cidr.prefixLength > 28) {
      fail(this, `'cidr' must have a prefix from /8 to /28, got '${props.cidr}'`);
    }
    this._organization = organization;
    this._known = { cidr, text: props.cidr };
    SpaceOverlaps.of(this).add(this, props.cidr, cidr);
    const reserved = this.checkedReserved(props, cidr);
    const space = spaceResource(this, organization, {
      kind: 'table',
      spaceName: checkedName(this, props.spaceName),
      tableArn: addressTable(this, props),
      cidr: props.cidr,
      reserved,
      compared: this.compared(props),
    });
    this.spaceId = space.result('spaceId');
  }

  private checkedReserved({ reserved = [], cidr: text }: TableAddressSpaceProps, cidr: Cidr) {
    for (const { cidr: given } of reserved) {
      const range = parsedCidr(this, 'reserved', given);
      if (isInside(cidr, range)) continue;
      const place = doOverlap(cidr, range) ? 'larger than' : 'outside of';
      fail(this, `the reserved range '${given}' is ${place} the address space '${text}': reserve only ranges inside of `
        + 'it');
    }
    return reserved.map(({ cidr: range, reason }) => ({ cidr: range, reason }));
  }

  private compared({ organization, compare = [] }: TableAddressSpaceProps): ComparedNetworkRequest[] {
    if (compare.length > 10) {
      fail(this, 'at most 10 networks can be compared, because each is read before a range is given, got '
        + `${compare.length}: compare the routes of a Transit Gateway, which has those of all its VPCs`);
    }
    return compare.map(({ account, region, transitGatewayRouteTableId }: ComparedNetwork) => ({
      accountId: preparedAccountId(this, account, organization),
      region: region ?? Stack.of(this).region,
      transitGatewayRouteTableId,
    }));
  }
}

class IpamSpace extends AddressSpace {
  public readonly spaceId: string;
  /** @internal */
  protected readonly _organization: IOrganization;
  /** @internal */
  protected readonly _known: Known;

  public constructor(scope: Construct, id: string, props: IpamAddressSpaceProps) {
    super(scope, id);
    const { organization, pool } = props;
    if (!Token.isUnresolved(pool) && !/^ipam-pool-[0-9a-f]+$/.test(pool)) {
      fail(this, `'pool' must be the id of a pool of VPC IPAM like 'ipam-pool-0123456789abcdef0', got '${pool}'`);
    }
    const region = props.region ?? Stack.of(this).region;
    this._organization = organization;
    this._known = { region };
    const space = spaceResource(this, organization, {
      kind: 'ipam', spaceName: checkedName(this, props.spaceName), poolId: pool, region,
    });
    this.spaceId = space.result('spaceId');
  }
}
