import type { Rate } from '../../core/token-buckets';

/**
 * Rate limits of Account Management, for each caller or for each account that is named.
 *
 * @see https://docs.aws.amazon.com/accounts/latest/reference/quotas.html
 */
export const RATES: Readonly<Record<string, Rate & { readonly of: 'caller' | 'account' }>> = {
  AcceptPrimaryEmailUpdate: { perSecond: 1, burst: 1, of: 'caller' },
  EnableRegion: { perSecond: 1, burst: 1, of: 'account' },
  GetAccountInformation: { perSecond: 3, burst: 3, of: 'caller' },
  GetAlternateContact: { perSecond: 10, burst: 15, of: 'account' },
  GetRegionOptStatus: { perSecond: 5, burst: 5, of: 'account' },
  PutAccountName: { perSecond: 1, burst: 1, of: 'caller' },
  PutAlternateContact: { perSecond: 5, burst: 8, of: 'account' },
  StartPrimaryEmailUpdate: { perSecond: 1, burst: 1, of: 'caller' },
};
