import type { Harness } from './harness';
import { REGION } from '../fixtures/app';

type Way = (harness: Harness, accountId: string) => Promise<unknown> | void;

/** Ways in which an account becomes unusable, besides its suspension. */
export const WAYS: Readonly<Record<string, Way>> = {
  'was closed': ({ simulation: { organizations, clock } }, accountId) => {
    const account = organizations.account(accountId);
    if (account) organizations.tree.putAccount({ ...account, state: 'CLOSED', closedAt: clock.now() });
  },
  'has no access role': ({ simulation }, accountId) =>
    simulation.iam.removeRole(`arn:aws:iam::${accountId}:role/OrganizationAccountAccessRole`),
  'has no bootstrap': async (harness, accountId) => removeStack(harness, accountId, 'CDKToolkit'),
  'has no baseline': async (harness, accountId) => removeStack(harness, accountId, 'org-environments-baseline'),
};

async function removeStack({ simulation: { cloudformation } }: Harness, accountId: string, name: string) {
  const stack = cloudformation.find(accountId, REGION, name);
  if (!stack) throw new Error(`there is no stack '${name}'`);
  // an administrator uses another role
  stack.roleArn = undefined;
  await cloudformation.remove(accountId, REGION, name);
}
