import { actionDenied, featureHint } from './access';
import type { Access } from './access';
import type { Api } from '../shared/api/api';
import { itemsAt, textAt, valueAt } from '../shared/api/protocols';
import { isAccessDenied, isNamed } from '../shared/errors';

/** The pages of a list end even if a service repeats its token. */
const MAX_PAGES = 100;
const NOT_ENABLED = /not enabled for cost explorer/i;

/**
 * The costs of all accounts in the current month, from Cost Explorer of the management account: one call for each page.
 *
 * @see https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html
 */
export async function costsOfMonth(
  api: Api, access: Access, region: string, now: number,
): Promise<Readonly<Record<string, string>>> {
  const [today, tomorrow] = [now, now + 24 * 3600_000].map(time => new Date(time).toISOString().slice(0, 10));
  const input = {
    TimePeriod: { Start: `${today?.slice(0, 7)}-01`, End: tomorrow },
    Granularity: 'MONTHLY',
    Metrics: ['UnblendedCost'],
    GroupBy: [{ Type: 'DIMENSION', Key: 'LINKED_ACCOUNT' }],
  };
  const costs = new Map<string, number>();
  let token: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const response = await explained(access, async () => api.call({
      service: 'ce', region, operation: 'GetCostAndUsage', input: { ...input, ...(token && { NextPageToken: token }) },
    }));
    for (const group of itemsAt(response, 'ResultsByTime').flatMap(time => itemsAt(time, 'Groups'))) {
      const [accountId = ''] = itemsAt(group, 'Keys').map(String);
      const amount = Number(valueAt(group, 'Metrics.UnblendedCost.Amount') ?? 0);
      // the last day of a month has a part of the next one
      costs.set(accountId, (costs.get(accountId) ?? 0) + amount);
    }
    token = textAt(response, 'NextPageToken');
    if (!token) break;
  }
  return Object.fromEntries([...costs].map(([accountId, amount]) => [accountId, amount.toFixed(2)]));
}

async function explained<T>(access: Access, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const isOff = isNamed(error, 'DataUnavailableException')
      || (error instanceof Error && NOT_ENABLED.test(error.message));
    if (isOff) {
      throw new Error(
        'Cost Explorer is not enabled: open Cost Explorer in the Billing and Cost Management console of the management '
          + 'account once, and try again after 24 hours',
        { cause: error },
      );
    }
    throw isAccessDenied(error)
      ? actionDenied(access, 'ce:GetCostAndUsage', error, featureHint('COSTS'))
      : error;
  }
}
