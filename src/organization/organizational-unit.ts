import { IResource, RemovalPolicy, Resource } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { IOrganization } from './organization-interface';
import type { UnitRequest, UnitResult } from '../account/contract';
import { RESOURCE_TYPES } from '../private/contract';
import { lazy } from '../private/lazy';
import { ManagedResource } from '../private/managed-resource';
import { UniqueClaims } from '../private/unique-claims';
import { fail, validate } from '../private/validate';

/** An organizational unit of AWS Organizations. */
export interface IOrganizationalUnit extends IResource {
  /**
   * Id of the unit, for example `ou-ab12-cdefgh34`, for `organizationalUnit` of `Account`.
   *
   * @attribute
   */
  readonly organizationalUnitId: string;
}

/** Properties of `OrganizationalUnit`. */
export interface OrganizationalUnitProps {
  /** The organization in which the unit is created. */
  readonly organization: IOrganization;

  /** Name of the unit: 1 to 128 characters, without `/`. It cannot be changed. */
  readonly unitName: string;

  /**
   * The unit in which this one is created: an id (`ou-ab12-cdefgh34`), or a path of names below the root
   * (`Workloads`). It cannot be changed, because AWS moves no units.
   *
   * @default - the root of the organization
   */
  readonly parent?: string;
}

/**
 * An organizational unit. If the parent has a unit with the name, that is adopted.
 *
 * A unit that is removed from the app is deleted only if this library has created it and nothing is in it. Otherwise it
 * is kept, as with `RemovalPolicy.RETAIN`.
 *
 * @example
 * const workloads = new OrganizationalUnit(this, 'Workloads', { organization, unitName: 'Workloads' });
 * const test = new OrganizationalUnit(this, 'Test', {
 *   organization, unitName: 'Test', parent: workloads.organizationalUnitId,
 * });
 * new Account(this, 'TestAccount', {
 *   organization,
 *   accountName: 'shop-test',
 *   email: 'aws+shop-test@example.com',
 *   organizationalUnit: test.organizationalUnitId,
 * });
 */
export class OrganizationalUnit extends Resource implements IOrganizationalUnit {
  /**
   * Imports a unit that exists.
   *
   * @param organizationalUnitId for example `ou-ab12-cdefgh34`
   */
  public static fromOrganizationalUnitId(
    scope: Construct, id: string, organizationalUnitId: string,
  ): IOrganizationalUnit {
    class Import extends Resource implements IOrganizationalUnit {
      public readonly organizationalUnitId = validate.organizationalUnitId(this, organizationalUnitId);
    }
    return new Import(scope, id);
  }

  public readonly organizationalUnitId: string;

  /**
   * Names from the root to the unit, for example `Workloads/Test`. Known at deployment.
   *
   * @attribute
   */
  public readonly path: string;

  /**
   * The path, if the parent is the root or a path.
   *
   * @internal
   */
  public readonly _knownPath: string;

  private onRemoval: UnitRequest['onRemoval'] = 'delete';

  public constructor(scope: Construct, id: string, props: OrganizationalUnitProps) {
    super(scope, id);
    const { organization, unitName, parent } = props;
    validate.unitName(this, unitName);
    if (parent !== undefined) validate.organizationalUnit(this, parent);
    UniqueClaims.of(this).claim(this, 'organizational unit', `${parent ?? ''}/${unitName}`,
      'use the organizationalUnitId of that construct');
    const unit = new ManagedResource<UnitRequest, UnitResult>(this, 'Resource', {
      organization,
      resourceType: RESOURCE_TYPES.organizationalUnit,
      request: { kind: 'unit', unitName, parent, onRemoval: lazy(() => this.onRemoval) },
    });
    this.organizationalUnitId = unit.result('organizationalUnitId');
    this.path = unit.result('path');
    this._knownPath = parent === undefined ? unitName : `${parent}/${unitName}`;
  }

  /**
   * Says what happens to the unit when this construct is removed.
   *
   * @param policy `RemovalPolicy.DESTROY`, which deletes a unit that this library has created and that is empty, or
   * `RemovalPolicy.RETAIN`, which keeps it
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    if (policy !== RemovalPolicy.DESTROY && policy !== RemovalPolicy.RETAIN) {
      fail(this, `the removal policy '${policy}' is not supported: use RemovalPolicy.DESTROY or RemovalPolicy.RETAIN`);
    }
    this.onRemoval = policy === RemovalPolicy.RETAIN ? 'retain' : 'delete';
  }
}
