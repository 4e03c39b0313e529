import type { Construct } from 'constructs';
import type { IOrganization } from '../organization/organization';
import { fail } from '../private/validate';

/** What the constructs of this library need of an organization and its users do not. */
export interface Wiring {
  /** The service token of all custom resources. */
  readonly serviceToken: string;
  /** Patterns of the names of the repositories that may be used; undefined: not known in this app. */
  readonly repositoryNames?: readonly string[];
}

const WIRING = Symbol.for('cdk-org-environments.wiring');

type Wired = { [WIRING]?: Wiring };

export function setWiring(organization: IOrganization & Wired, wiring: Wiring): void {
  organization[WIRING] = wiring;
}

export function wiringOf(scope: Construct, organization: IOrganization & Wired): Wiring {
  return organization[WIRING] ?? fail(scope, "the 'organization' must be made by 'new Organization' or imported by "
    + `'Organization.fromParameterName', got another implementation of IOrganization at '${organization.node.path}'`);
}
