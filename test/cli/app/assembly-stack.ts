import type { AssemblyStack } from '../../../rehearsal/assembly/manifest';

/** A stack of a cloud assembly, with a template that contains this object. */
export function assemblyStack(
  accountId: string, region: string, template: object = {}, displayName = 'Stack',
): AssemblyStack {
  return {
    name: displayName,
    displayName,
    accountId,
    region,
    hasNoAccount: false,
    dependsOn: [],
    template: JSON.stringify(template),
    paths: {},
    tags: {},
    parameters: {},
    terminationProtection: false,
    assets: [],
    images: [],
    bootstrap: { qualifier: 'hnb659fds', version: 0, isRequired: false },
  };
}

/** A template like that of the stack of an `Organization`. */
export const CICD_TEMPLATE = { RoleName: 'org-environments-account-provider' };
