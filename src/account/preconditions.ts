import { CfnResource, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { BranchBeginning, PreconditionsRequest, PreconditionsResult } from './contract';
import { Branch } from '../branch/branch';
import type { IOrganization } from '../organization/organization-interface';
import { containsResource } from '../private/contains-resource';
import { RESOURCE_TYPES } from '../private/contract';
import { lazy } from '../private/lazy';
import { ManagedResource } from '../private/managed-resource';

const ID = 'OrgEnvironmentsPreconditions';

interface Needs {
  readonly email: string;
  readonly organizationalUnit?: string;
}

/**
 * Looks up what the environments of a stack need before the first of its accounts is created, because an account stays
 * when the deployment fails. It names only what the app itself does not make, and what is known at synth.
 */
export class Preconditions extends Construct {
  /** The preconditions of the stack around a construct. */
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
        emails: lazy(() => known(this.needs.map(({ email }) => email))),
        organizationalUnits: lazy(() => this.organizationalUnits()),
        beginnings: lazy(() => this.beginnings()),
      },
    });
    this.resource = resource.node.defaultChild as CfnResource;
  }

  /** Lets an account wait until all is looked up. */
  public beforeAccount(account: CfnResource, needs: Needs): void {
    this.needs.push(needs);
    account.addResourceDependency(this.resource);
  }

  private organizationalUnits(): string[] {
    // a path may be that of a unit which the stack makes first
    if (containsResource(Stack.of(this), 'AWS::Organizations::OrganizationalUnit')) return [];
    return known(this.needs.flatMap(({ organizationalUnit }) => organizationalUnit ?? []));
  }

  private beginnings(): BranchBeginning[] {
    const stack = Stack.of(this);
    const branches = stack.node.findAll().filter(child => child instanceof Branch && Stack.of(child) === stack);
    return branches.flatMap(branch => (branch instanceof Branch ? (branch._beginning() ?? []) : []));
  }
}

/** Without what is known only while the app is deployed, each once. */
function known(values: readonly string[]): string[] {
  return [...new Set(values.filter(value => !Token.isUnresolved(value)))];
}
