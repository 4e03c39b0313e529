import * as v from 'valibot';
import { Flag } from '../../core/protocol/read';

const Seconds = v.optional(v.pipe(v.union([v.number(), v.string()]), v.transform(Number)));
const Names = v.optional(v.array(v.string()), []);

const FunctionAssociation = v.object({ EventType: v.string(), FunctionARN: v.string() });

const Behavior = v.object({
  TargetOriginId: v.string(),
  CachePolicyId: v.optional(v.string()),
  FunctionAssociations: v.optional(v.array(FunctionAssociation), []),
});

const Origin = v.object({
  Id: v.string(),
  DomainName: v.string(),
  OriginPath: v.optional(v.string(), ''),
  OriginAccessControlId: v.optional(v.string(), ''),
  OriginCustomHeaders: v.optional(v.array(v.object({ HeaderName: v.string(), HeaderValue: v.string() })), []),
});
export type Origin = v.InferOutput<typeof Origin>;

/** The first member answers; the second is for errors, which do not occur here. */
const OriginGroup = v.object({
  Id: v.string(),
  Members: v.object({ Items: v.pipe(v.array(v.object({ OriginId: v.string() })), v.minLength(1)) }),
});

/** The older form of the only origin. */
const OlderOrigin = v.optional(v.object({ DNSName: v.string() }));

const DistributionConfig = v.pipe(
  v.object({
    Enabled: Flag,
    Origins: v.optional(v.array(Origin)),
    S3Origin: OlderOrigin,
    CustomOrigin: OlderOrigin,
    OriginGroups: v.optional(v.object({ Items: v.optional(v.array(OriginGroup), []) }), {}),
    DefaultCacheBehavior: Behavior,
    CacheBehaviors: v.optional(v.array(v.object({ ...Behavior.entries, PathPattern: v.string() })), []),
  }),
  v.transform(({ Origins, S3Origin, CustomOrigin, ...config }) => {
    const older = S3Origin ?? CustomOrigin;
    const { TargetOriginId: Id } = config.DefaultCacheBehavior;
    const origin = older && { Id, DomainName: older.DNSName };
    const only = origin && { ...origin, OriginPath: '', OriginAccessControlId: '', OriginCustomHeaders: [] };
    return { ...config, Origins: Origins ?? (only ? [only] : []) };
  }),
);
export type DistributionConfig = v.InferOutput<typeof DistributionConfig>;
export type Behavior = DistributionConfig['DefaultCacheBehavior'];

export const DistributionProperties = v.object({ DistributionConfig });

export const FunctionProperties = v.object({
  Name: v.string(),
  FunctionCode: v.string(),
  FunctionConfig: v.object({
    Runtime: v.picklist(['cloudfront-js-1.0', 'cloudfront-js-2.0']),
    KeyValueStoreAssociations: v.optional(v.array(v.object({ KeyValueStoreARN: v.string() })), []),
  }),
});
export type FunctionProperties = v.InferOutput<typeof FunctionProperties>;

export const StoreProperties = v.object({
  Name: v.string(),
  ImportSource: v.optional(v.object({ SourceArn: v.string(), SourceType: v.literal('S3') })),
});

/** The file from which a key value store is filled. */
export const ImportedKeys = v.object({ data: v.array(v.object({ key: v.string(), value: v.string() })) });

export const CachePolicyProperties = v.object({
  CachePolicyConfig: v.object({
    Name: v.string(),
    DefaultTTL: Seconds,
    MinTTL: Seconds,
    MaxTTL: Seconds,
    ParametersInCacheKeyAndForwardedToOrigin: v.object({
      HeadersConfig: v.object({ HeaderBehavior: v.string(), Headers: Names }),
      CookiesConfig: v.object({ CookieBehavior: v.string(), Cookies: Names }),
      QueryStringsConfig: v.object({ QueryStringBehavior: v.string(), QueryStrings: Names }),
    }),
  }),
});
export type CachePolicyProperties = v.InferOutput<typeof CachePolicyProperties>;
