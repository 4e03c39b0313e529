import type { Stack } from '../rehearsal/cloudformation/stack';
import type { Simulation } from '../rehearsal/simulation';

export interface Leftovers {
  /** Accounts that were created: they cannot be un-created. */
  readonly accounts: readonly { readonly accountId: string; readonly name: string; readonly email: string }[];
  /** Resources that their templates want to be kept. */
  readonly resources: readonly { readonly accountId: string; readonly name: string; readonly type: string }[];
  /** Stacks that are there; after a destruction they are what it has left. */
  readonly stacks: readonly { readonly accountId: string; readonly name: string }[];
}

/** What a destruction leaves: what it has left, if there was one, else what the templates say. */
export function leftoversOf({ organizations, cloudformation }: Simulation): Leftovers {
  return {
    accounts: organizations.accounts.filter(({ joined, state }) => joined === 'CREATED' && state !== 'CLOSED' && state !== 'PENDING_CLOSURE')
      .map(({ accountId, name, email }) => ({ accountId, name, email })),
    resources: cloudformation.all.flatMap(stack => stack.deleted ? keptBy(stack) : toBeKeptBy(stack)),
    stacks: cloudformation.all.filter(({ deleted }) => !deleted).map(({ accountId, name }) => ({ accountId, name })),
  };
}

function keptBy({ events, accountId, name }: Stack): Leftovers['resources'][number][] {
  return events.filter(({ status }) => status === 'DELETE_SKIPPED')
    .map(({ logicalId, path, type }) => ({ accountId, type, name: path ?? `${name}/${logicalId}` }));
}

function toBeKeptBy({ resources, accountId, name }: Stack): Leftovers['resources'][number][] {
  return [...resources.values()].filter(({ deletionPolicy }) => deletionPolicy !== 'Delete')
    .map(({ logicalId, path, type }) => ({ accountId, type, name: path ?? `${name}/${logicalId}` }));
}
