import * as v from 'valibot';
import { read } from '../../../core/protocol/read';
import { AwsError, type Operation } from '../../../core/service';
import type { OrganizationTree } from '../tree';

const PrincipalInput = v.object({ ServicePrincipal: v.string() });
const DelegateInput = v.object({ AccountId: v.string(), ServicePrincipal: v.string() });

/** API operations for trusted access and delegated administrators. */
export function trustOperations(tree: OrganizationTree): Record<string, Operation> {
  const trusted = new Map<string, Date>();
  const delegates = new Map<string, Set<string>>();
  const delegated = (accountId: string): Set<string> => delegates.get(accountId) ?? new Set();

  return {
    EnableAWSServiceAccess: async ({ input }) => {
      trusted.set(read(PrincipalInput, input).ServicePrincipal, new Date(0));
    },
    DisableAWSServiceAccess: async ({ input }) => {
      trusted.delete(read(PrincipalInput, input).ServicePrincipal);
    },
    ListAWSServiceAccessForOrganization: async () => ({
      EnabledServicePrincipals: [...trusted].map(([ServicePrincipal, DateEnabled]) => ({
        ServicePrincipal,
        DateEnabled,
      })),
    }),
    RegisterDelegatedAdministrator: async ({ input }) => {
      const { AccountId: accountId, ServicePrincipal: principal } = read(DelegateInput, input);
      if (!tree.account(accountId)) {
        throw new AwsError('AccountNotFoundException', "You specified an account that doesn't exist.");
      }
      if (delegated(accountId).has(principal)) {
        throw new AwsError(
          'AccountAlreadyRegisteredException',
          'The specified account is already a delegated administrator for this AWS service.',
        );
      }
      delegates.set(accountId, delegated(accountId).add(principal));
    },
    DeregisterDelegatedAdministrator: async ({ input }) => {
      const { AccountId: accountId, ServicePrincipal: principal } = read(DelegateInput, input);
      if (delegates.get(accountId)?.delete(principal)) return;
      throw new AwsError(
        'AccountNotRegisteredException',
        'The specified account is not a delegated administrator for this AWS service.',
      );
    },
    ListDelegatedAdministrators: async () => ({
      DelegatedAdministrators: [...delegates].filter(([, principals]) => principals.size > 0).map(([Id]) => ({ Id })),
    }),
  };
}
