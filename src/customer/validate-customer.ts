import type { Construct } from 'constructs';
import type { CustomerOrganizationProps } from './customer-props';
import type { EnvironmentOrganizationProps } from './environment-organization-props';
import { fail } from '../private/validate';

/** Properties of parts that a customer without these has no use for. */
const OF_NETWORKS = ['cidr', 'addressSpace', 'hub', 'network', 'sharedServicesNetwork'] as const;
const OF_SHARED_SERVICES = ['sharedServicesAccount', 'network', 'sharedServicesNetwork'] as const;

/** Rejects properties that exclude each other. */
export function checkCustomer(scope: Construct, props: CustomerOrganizationProps): void {
  const { addressSpace, cidr, hub, connected, organizationalUnit, parentUnit } = props;
  const reject = (part: 'networks' | 'sharedServices', names: readonly (keyof CustomerOrganizationProps)[]): void => {
    const useless = props[part] === false ? names.find(name => props[name] !== undefined) : undefined;
    if (useless !== undefined) fail(scope, `'${useless}' was given, but '${part}' is false: remove one of them`);
  };
  reject('networks', OF_NETWORKS);
  reject('sharedServices', OF_SHARED_SERVICES);
  if (organizationalUnit && parentUnit !== undefined) {
    fail(scope, "'organizationalUnit' and 'parentUnit' exclude each other: the unit that exists has its own parent");
  }
  if (addressSpace && cidr !== undefined) {
    fail(scope, "'cidr' and 'addressSpace' exclude each other: the address space has its own addresses");
  }
  if (hub && connected === false) fail(scope, "'hub' was given, but 'connected' is false: remove one of them");
  if (props.network && props.sharedServicesNetwork) {
    fail(scope, "'network' and 'sharedServicesNetwork' exclude each other: a network that exists has its own size");
  }
}

/** Rejects properties of an environment organization that exclude each other. */
export function checkEnvironments(scope: Construct, props: EnvironmentOrganizationProps): void {
  const { sharedServices, sharedServicesAccount, sharedServicesNetwork, database, existingDatabase } = props;
  const useless = Object.entries({ sharedServicesAccount, sharedServicesNetwork, database })
    .find(([, value]) => value !== undefined);
  if (sharedServices === false && useless) {
    fail(scope, `'${useless[0]}' was given, but 'sharedServices' is false: remove one of them`);
  }
  if (database && existingDatabase) {
    fail(scope, "'database' and 'existingDatabase' exclude each other: the first one creates a database");
  }
}
