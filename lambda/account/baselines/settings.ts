import { Logger } from '@aws-lambda-powertools/logger';
import { bucketAccess, passwordPolicy } from './account-settings';
import { defaultVpc } from './default-vpc';
import { instanceMetadata, snapshotSharing } from './region-settings';
import type { Setting } from './setting';
import type { BaselineSettings } from '../../../src/baseline/contract';
import type { Api } from '../../shared/api/api';
import { itemsAt, textAt } from '../../shared/api/protocols';

const logger = new Logger({ serviceName: 'org-environments' });

/** An account whose settings are those of a baseline. */
export interface SettingsPlace {
  readonly api: Api;
  readonly accountId: string;
  /** Region of the baseline. */
  readonly region: string;
}

/** Sets what differs. What is set already costs only the calls that read it. */
export async function applySettingsOf(place: SettingsPlace, settings: BaselineSettings): Promise<void> {
  await inParallel(await settingsOf(place, settings), async setting => {
    if (await setting.isSet()) return;
    const kept = await setting.set();
    if (kept) logger.warn('a setting of the baseline was left as it is', { accountId: place.accountId, reason: kept });
  });
}

/** How a setting of an account differs from its baseline. */
export interface Problem {
  readonly what: string;
  /** Whether it can be set without anything being done before. */
  readonly isRepairable: boolean;
}

/** The problems of an account whose settings differ from those of its baseline. */
export async function problemsOf(place: SettingsPlace, settings: BaselineSettings): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  await inParallel(await settingsOf(place, settings), async setting => {
    if (await setting.isSet()) return;
    const obstacle = await setting.obstacle?.();
    problems.push({ what: obstacle ?? setting.problem, isRepairable: obstacle === undefined });
  });
  return problems.sort((one, other) => one.what.localeCompare(other.what));
}

/** The settings, in groups that are independent of each other. */
async function settingsOf(
  { api, accountId, region }: SettingsPlace, settings: BaselineSettings,
): Promise<readonly Setting[][]> {
  const { bucketAccess: buckets, passwordPolicy: passwords } = settings;
  const ofAccount = [
    ...(buckets ? [bucketAccess(api, accountId, region)] : []),
    ...(passwords ? [passwordPolicy(api, region, passwords)] : []),
  ];
  const ofRegion = (name: string) => [
    ...(settings.snapshotSharing ? [snapshotSharing(api, name)] : []),
    ...(settings.instanceMetadata ? [instanceMetadata(api, name)] : []),
    ...(settings.defaultVpcs ? [defaultVpc(api, name)] : []),
  ];
  if (ofRegion(region).length === 0) return [ofAccount];
  const found = await api.call({ service: 'ec2', region, operation: 'DescribeRegions', input: {} });
  const regions = itemsAt(found, 'regionInfo.item').flatMap(item => textAt(item, 'regionName') ?? []);
  return [ofAccount, ...regions.map(ofRegion)];
}

/** Works on all groups at the same time. Ends when all have ended. @throws the first error */
async function inParallel(
  groups: readonly Setting[][], action: (setting: Setting) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(groups.map(async group => {
    for (const setting of group) await action(setting);
  }));
  const failed = results.find(result => result.status === 'rejected');
  if (failed) throw failed.reason;
}
