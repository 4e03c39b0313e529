import { baselineDrifts } from './baselines/apply';
import { bootstrapDefinition, bootstrapStackName } from './bootstrap';
import type { AccountContext, ManagedAccount } from './context';
import { resolveUnit, UnitNotFoundError } from './organizational-units';
import { wantedTags } from './placement';
import { baselineDefinition, stacksIn } from './preparation';
import { nameOf } from './record';
import { settingsDrifts } from './settings';
import { UnusableAccountError, unusableStateOf } from './unusable-state';
import type { VendedAccountRequest } from '../../src/account/contract';
import type { Drift } from '../../src/operations/contract';
import { byHand, deferredUpdate, repairable, stackDrifts } from '../cloudformation/check';

/** What differs between an account and its request. The registry says which account it is. */
export async function accountDrifts(
  context: AccountContext,
  account: ManagedAccount,
  accountId: string,
): Promise<readonly Drift[]> {
  const { request, record } = account;
  const seen = await context.organization.describeAccount(accountId);
  if (!seen) {
    return [byHand(`${nameOf(request)} is not in the organization any more: invite it again, then reconcile again`)];
  }
  const unusable = unusableStateOf(seen.state);
  if (unusable) {
    const what = `${nameOf(request)} cannot be used: account ${accountId} ${unusable.description}`;
    return [{ what, remedy: unusable.advice, isRepairable: false }];
  }
  const { drifts: prepared, kept } = await preparationDrifts(context, account, accountId);
  const canBeEntered = prepared.every(({ isRepairable }) => isRepairable);
  const drifts = [
    ...(request.kind === 'vended' ? await placementDrifts(context, account, request, seen) : []),
    ...prepared,
    ...(request.kind === 'vended' && canBeEntered ? await settingsDrifts(context, request, accountId) : []),
  ];
  const canBeReached = drifts.every(({ isRepairable }) => isRepairable);
  const { deferral } = record;
  const deferred = deferral && canBeReached ? [deferredUpdate(nameOf(request), deferral)] : [];
  return [...drifts, ...deferred, ...kept];
}

async function placementDrifts(
  context: AccountContext,
  { key }: ManagedAccount,
  request: VendedAccountRequest,
  seen: { readonly accountId: string; readonly accountName: string },
): Promise<readonly Drift[]> {
  const { organization } = context;
  const { accountId, accountName } = seen;
  const drifts: Drift[] = [];
  if (request.organizationalUnit) {
    drifts.push(...await unitDrifts(organization, request, request.organizationalUnit, accountId));
  }
  const present = await organization.tags(accountId);
  const missing = Object.entries(wantedTags(context, key, request)).filter(([name, value]) => present[name] !== value);
  if (missing.length > 0) {
    const what = `${nameOf(request)} does not have the declared tags ${missing.map(([name]) => name).join(', ')}`;
    drifts.push(repairable(what, 'it is tagged again'));
  }
  if (accountName !== request.accountName) {
    drifts.push(repairable(`${nameOf(request)} has the name '${accountName}'`, 'it is renamed'));
  }
  return drifts;
}

/** A unit that does not exist must not hide what else differs. */
async function unitDrifts(
  organization: AccountContext['organization'],
  request: VendedAccountRequest,
  unit: string,
  accountId: string,
): Promise<readonly Drift[]> {
  try {
    const parentId = await organization.parentOf(accountId);
    if (parentId === await resolveUnit(organization, unit)) return [];
    const unitId = await resolveUnit(organization, unit, true);
    if (parentId === unitId) return [];
    return [repairable(`${nameOf(request)} is in ${parentId}, not in ${unit} (${unitId})`, 'it is moved back')];
  } catch (error) {
    if (!(error instanceof UnitNotFoundError)) throw error;
    return [byHand(`the unit of ${nameOf(request)} was not found: ${error.message}`)];
  }
}

async function preparationDrifts(
  context: AccountContext,
  account: ManagedAccount,
  accountId: string,
): ReturnType<typeof baselineDrifts> {
  const { request } = account;
  try {
    const stacks = await stacksIn(context, account, accountId);
    const baseline = baselineDefinition(context, account);
    const stackName = bootstrapStackName(request.qualifier);
    const bootstrap = await stacks.describe(stackName);
    const place = { accountId, region: request.region };
    const { drifts, kept } = await baselineDrifts(context, account, { accountId, stacks });
    return {
      kept,
      drifts: [
        ...drifts,
        ...stackDrifts(
          { ...place, stackName: baseline.stackName }, baseline, await stacks.describe(baseline.stackName),
        ),
        ...stackDrifts(
          { ...place, stackName }, bootstrapDefinition(context, request, accountId, bootstrap), bootstrap,
        ),
      ],
    };
  } catch (error) {
    if (error instanceof UnusableAccountError) return { drifts: [byHand(error.message)], kept: [] };
    throw error;
  }
}
