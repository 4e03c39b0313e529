import { createHash } from 'node:crypto';
import type { AssignedBaseline } from './assigned';
import { assignedBaseline } from './assigned';
import { applySettingsOf, problemsOf } from './settings';
import type { SettingsPlace } from './settings';
import type { Contacts } from '../../../src/account/contract';
import type { Drift } from '../../../src/operations/contract';
import { NAMES } from '../../../src/private/contract';
import { repairable, stackDrifts } from '../../cloudformation/check';
import type { StackDefinition, Stacks } from '../../cloudformation/stack-deployer';
import { deployStack } from '../../cloudformation/stack-deployer';
import type { AccountRecord } from '../../registry/account';
import type { Progress } from '../../shared/lifecycle';
import { done, IN_PROGRESS } from '../../shared/lifecycle';
import { updateRecord } from '../context';
import type { AccountContext, ManagedAccount } from '../context';
import { nameOf } from '../record';
import { applyContacts } from '../settings';

interface Place {
  readonly accountId: string;
  readonly stacks: Stacks;
}

/**
 * Takes one step to give an account its baseline. Returns what to record.
 *
 * @param given the baseline. @default - the one that the registry has for the account
 */
export async function applyBaseline(
  context: AccountContext, account: ManagedAccount, { accountId, stacks }: Place,
  given?: AssignedBaseline,
): Promise<Progress<AccountRecord['baseline']>> {
  const { record, key, request } = account;
  const baseline = given ?? await assignedBaseline(context, record);
  const known = record.baseline;
  if (!baseline) return done(known);
  const isApplied = known?.fingerprint === baseline.fingerprint;
  if (isApplied && known.attempt >= record.attempt) return done(known);
  if (known && !isApplied) {
    // a rollback then finds the account, also if this update does not end
    await updateRecord(context, account, { baseline: undefined });
    return IN_PROGRESS;
  }
  const attempt = Math.max(record.attempt, baseline.attempt);
  const progress = await deployStack(stacks, await definitionOf(context, baseline), {
    place: `account ${accountId} (${request.region})`,
    token: `${createHash('sha256').update(`${key}/${baseline.fingerprint}`).digest('hex').slice(0, 32)}-${attempt}`,
    applied: isApplied,
  });
  if (!progress.done) return progress;
  const { settings } = baseline.request;
  await applyContacts(context, missingContacts(account, settings.alternateContacts), accountId);
  await applySettingsOf(placeOf(context, account, accountId), settings);
  return done({ fingerprint: baseline.fingerprint, attempt });
}

/** What differs between an account and its baseline. `kept` is what cannot be repaired, and prevents nothing else. */
export async function baselineDrifts(
  context: AccountContext, account: ManagedAccount, { accountId, stacks }: Place,
): Promise<{ readonly drifts: readonly Drift[]; readonly kept: readonly Drift[] }> {
  const { record, request } = account;
  const baseline = await assignedBaseline(context, record);
  // the resource of the baseline reports accounts that do not have it
  if (!baseline || record.baseline?.fingerprint !== baseline.fingerprint) return { drifts: [], kept: [] };
  const stackName = NAMES.accountBaselineStack;
  const place = { accountId, region: request.region, stackName };
  const { parameters, settings } = baseline.request;
  const problems = await problemsOf(placeOf(context, account, accountId), settings);
  const named = problems.map(({ what, isRepairable }) => ({ what: `${nameOf(request)}: ${what}`, isRepairable }));
  return {
    drifts: [
      ...stackDrifts(place, { parameters }, await stacks.describe(stackName)),
      ...named.filter(({ isRepairable }) => isRepairable)
        .map(({ what }) => repairable(what, 'the baseline is applied again')),
    ],
    kept: named.filter(({ isRepairable }) => !isRepairable).map(problem => ({
      ...problem, remedy: "delete what is in it, or omit 'removeDefaultVpcs' from the baseline, then reconcile again",
    })),
  };
}

async function definitionOf(
  { baselines }: AccountContext, { request: { templateBucket, templateKey, parameters } }: AssignedBaseline,
): Promise<StackDefinition> {
  return {
    stackName: NAMES.accountBaselineStack,
    template: { body: await baselines.template(templateBucket, templateKey) },
    parameters,
    tags: {},
    capabilities: ['CAPABILITY_NAMED_IAM'],
  };
}

function placeOf({ baselines }: AccountContext, { request }: ManagedAccount, accountId: string): SettingsPlace {
  return { accountId, region: request.region, api: baselines.apiIn(accountId, request.accessRoleName) };
}

/** The contacts of the baseline that the account does not declare itself. */
function missingContacts({ request }: ManagedAccount, { billing, operations, security }: Contacts = {}): Contacts {
  const own = request.kind === 'vended' ? request.alternateContacts : undefined;
  return {
    ...(billing && !own?.billing && { billing }),
    ...(operations && !own?.operations && { operations }),
    ...(security && !own?.security && { security }),
  };
}
