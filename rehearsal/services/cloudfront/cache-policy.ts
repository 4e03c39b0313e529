import type { CachePolicyProperties } from './configuration';
import type { FunctionRequest } from './function-code';

const DAY = 86_400;
const YEAR = 31_536_000;

/** Which of several names are part of the cache key. */
type Selection = 'none' | 'all' | { readonly only: readonly string[] } | { readonly except: readonly string[] };

/** What is part of the cache key besides host and path, and how long an answer is cached. */
export interface CachePolicy {
  readonly seconds: { readonly minimum: number; readonly default: number; readonly maximum: number };
  readonly headers: Selection;
  readonly cookies: Selection;
  readonly query: Selection;
}

const OPTIMIZED: CachePolicy = {
  seconds: { minimum: 1, default: DAY, maximum: YEAR },
  headers: 'none',
  cookies: 'none',
  query: 'none',
};
const ORIGIN: CachePolicy = {
  seconds: { minimum: 0, default: 0, maximum: YEAR },
  headers: { only: ['host', 'origin', 'x-http-method', 'x-http-method-override', 'x-method-override'] },
  cookies: 'all',
  query: 'none',
};

const WITHOUT_POLICY: CachePolicy = { ...OPTIMIZED, seconds: { ...OPTIMIZED.seconds, minimum: 0 } };

/** Policies of AWS by id. */
const MANAGED: Readonly<Record<string, CachePolicy>> = {
  // CachingDisabled
  '4135ea2d-6df8-44a3-9df3-86b5a84be39a': { ...OPTIMIZED, seconds: { minimum: 0, default: 0, maximum: 0 } },
  // CachingOptimized
  '658327ea-f89d-4fab-a63d-7e88639e58f6': OPTIMIZED,
  // CachingOptimizedForUncompressedObjects
  'b2884449-e4de-46a7-ac36-70bc7f1ddd6d': OPTIMIZED,
  // Elemental-MediaPackage
  '08627262-05a9-4f76-9ded-b50ca2e3a84f': { ...OPTIMIZED, headers: { only: ['origin'] }, query: 'all' },
  // Amplify
  '2e54312d-136d-493c-8eb9-b001f22f67d2': {
    seconds: { minimum: 2, default: 2, maximum: 600 },
    headers: { only: ['authorization', 'cloudfront-viewer-country', 'host'] },
    cookies: 'all',
    query: 'all',
  },
  // UseOriginCacheControlHeaders
  '83da9c7e-98b4-4e11-a168-04f0df8e2c65': ORIGIN,
  // UseOriginCacheControlHeaders-QueryStrings
  '4cc15a8a-d715-48a4-82b8-cc0b614638fe': { ...ORIGIN, query: 'all' },
};

/** Cache policies of templates and of AWS. */
export class CachePolicies {
  private readonly own = new Map<string, CachePolicy>();

  /** Returns the policy with an id; without one, the defaults of CloudFront. */
  public get(id: string | undefined): CachePolicy | undefined {
    return id === undefined ? WITHOUT_POLICY : this.own.get(id) ?? MANAGED[id];
  }

  public put(id: string, { CachePolicyConfig: config }: CachePolicyProperties): void {
    const { HeadersConfig, CookiesConfig, QueryStringsConfig } = config.ParametersInCacheKeyAndForwardedToOrigin;
    this.own.set(id, {
      seconds: { minimum: config.MinTTL ?? 0, default: config.DefaultTTL ?? DAY, maximum: config.MaxTTL ?? YEAR },
      headers: selection(HeadersConfig.HeaderBehavior, HeadersConfig.Headers),
      cookies: selection(CookiesConfig.CookieBehavior, CookiesConfig.Cookies),
      query: selection(QueryStringsConfig.QueryStringBehavior, QueryStringsConfig.QueryStrings),
    });
  }

  public remove(id: string): void {
    this.own.delete(id);
  }
}

function selection(behavior: string, names: readonly string[]): Selection {
  if (behavior === 'none' || behavior === 'all') return behavior;
  return behavior === 'allExcept' ? { except: names } : { only: names };
}

/** Returns the key of a request. The origin is not part of it. */
export function cacheKey(policy: CachePolicy, request: FunctionRequest): string {
  const parts = [
    [policy.headers, request.headers],
    [policy.cookies, request.cookies],
    [policy.query, request.querystring],
  ] as const;
  const chosen = parts.map(([selected, values]) =>
    Object.entries(values)
      .filter(([name]) => isSelected(selected, name))
      .map(([name, { value }]) => [name, value])
      .sort(([one], [other]) => one < other ? -1 : 1),
  );
  return JSON.stringify([request.uri, ...chosen]);
}

function isSelected(selected: Selection, name: string): boolean {
  if (selected === 'none' || selected === 'all') return selected === 'all';
  const has = (names: readonly string[]): boolean => names.some(other => other.toLowerCase() === name.toLowerCase());
  return 'only' in selected ? has(selected.only) : !has(selected.except);
}

/** Returns the seconds that an answer is cached. */
export function cacheSeconds({ seconds }: CachePolicy, cacheControl: string | undefined): number {
  if (/no-store|private|no-cache/.test(cacheControl ?? '')) return seconds.minimum;
  const given = /s-maxage=(\d+)/.exec(cacheControl ?? '') ?? /max-age=(\d+)/.exec(cacheControl ?? '');
  const wanted = given === null ? seconds.default : Number(given[1]);
  return Math.max(seconds.minimum, Math.min(seconds.maximum, wanted));
}
