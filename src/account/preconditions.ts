import { CfnResource, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { DefinedBranch, NewBranch, PreconditionsRequest, PreconditionsResult } from './contract';
import { Branch } from '../branch/branch';
import type { IOrganization } from '../organization/organization-interface';
import { OrganizationalUnit } from '../organization/organizational-unit';
import { containsResource } from '../private/contains-resource';
import { RESOURCE_TYPES } from '../private/contract';
import { lazy } from '../private/lazy';
import { ManagedResource } from '../private/managed-resource';

const ID = 'OrgEnvironmentsPreconditions';

interface Needs {
  /** Absent: the account belongs to a pool. */
  readonly email?: string;
  readonly organizationalUnit?: string;
}

/**
 * Checks that everything exists that the environments of a stack need, before the first of its accounts is created: an
 * account remains when the deployment fails. The request has only what is known at synth and is not defined by the app.
 */
export class Preconditions extends Construct {
  /** Returns the preconditions of the stack of a construct. */
  public static of(scope: Construct, organization: IOrganization): Preconditions {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(ID);
    return existing instanceof Preconditions ? existing : new Preconditions(stack, organization);
  }

  private readonly needs: Needs[] = [];
  private readonly resource: CfnResource;

  private constructor(stack: Stack, organization: IOrganization) {
    super(stack, ID);
    const { resource } = new ManagedResource<PreconditionsRequest, PreconditionsResult>(this, 'Resource', {
      organization,
      resourceType: RESOURCE_TYPES.preconditions,
      request: {
        kind: 'preconditions',
        region: stack.region,
        emails: lazy(() => known(this.needs.flatMap(({ email }) => email ?? []))),
        organizationalUnits: lazy(() => this.organizationalUnits()),
        newBranches: lazy(() => this.newBranches()),
        definedBranches: lazy(() => this.definedBranches()),
      },
    });
    this.resource = resource.node.defaultChild as CfnResource;
    this.node.addValidation({ validate: () => this.unitProblems() });
  }

  /** Makes an account depend on the check, and adds what it needs. */
  public beforeAccount(account: CfnResource, needs: Needs): void {
    this.needs.push(needs);
    account.addResourceDependency(this.resource);
  }

  private organizationalUnits(): string[] {
    // the stack may define the unit of a path
    if (containsResource(Stack.of(this), 'AWS::Organizations::OrganizationalUnit')) return [];
    return known(this.needs.flatMap(({ organizationalUnit }) => organizationalUnit ?? []));
  }

  /** A path does not make an account wait for the unit that the stack defines. */
  private unitProblems(): string[] {
    const units = Stack.of(this).node.findAll().filter(child => child instanceof OrganizationalUnit);
    const defined = new Map(units.map(unit => [unit._knownPath, unit.node.path]));
    return this.needs.flatMap(({ organizationalUnit: path = '' }) => defined.has(path)
      ? [`the organizational unit '${path}' of an account is defined by '${defined.get(path)}': pass its `
        + 'organizationalUnitId, so that it is created before the account']
      : []);
  }

  private newBranches(): NewBranch[] {
    return this.branches().flatMap(branch => branch._newBranch() ?? []);
  }

  private definedBranches(): DefinedBranch[] | undefined {
    const others = this.branches().flatMap(branch => branch._definedBranch() ?? []);
    return others.length === 0 ? undefined : others;
  }

  private branches(): Branch[] {
    const stack = Stack.of(this);
    return stack.node.findAll().filter(child => child instanceof Branch).filter(branch => Stack.of(branch) === stack);
  }
}

/** Distinct values that are known at synth. */
function known(values: readonly string[]): string[] {
  return [...new Set(values.filter(value => !Token.isUnresolved(value)))];
}
