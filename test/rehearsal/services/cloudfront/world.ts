import { Agent } from 'node:http';
import type { LookupFunction } from 'node:net';
import { CloudFrontKeyValueStoreClient } from '@aws-sdk/client-cloudfront-keyvaluestore';
// registers the signature that key value stores require
import '@aws-sdk/signature-v4a';
import type { Distribution, Fetch, OriginRequest } from '../../../../rehearsal/services/cloudfront/distribution';
import type { KeyValueStore } from '../../../../rehearsal/services/cloudfront/key-value-store';
import { CICD, World } from '../world';

/** Resolves all names to this machine: the SDK puts the account in front of the host, and not of an address. */
const lookup: LookupFunction = (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);

export function storeClient(world: World, accountId = CICD, roleName = 'admin'): CloudFrontKeyValueStoreClient {
  const configuration = world.as(accountId, roleName);
  return new CloudFrontKeyValueStoreClient({
    ...configuration,
    endpoint: configuration.endpoint.replace('127.0.0.1', 'localhost'),
    requestHandler: { httpAgent: new Agent({ lookup }) },
  });
}

export async function createStore(world: World, values: Readonly<Record<string, string>> = {}): Promise<KeyValueStore> {
  const { attributes } = await world
    .type('AWS::CloudFront::KeyValueStore')
    .create({ Name: 'sides' }, world.context(CICD));
  const store = world.cloudfront.stores.byArn(String(attributes.Arn));
  if (store === undefined) throw new Error('the store was not created');
  store.seed(new Map(Object.entries(values)));
  return store;
}

export interface DistributionOptions {
  readonly code?: string;
  readonly store?: KeyValueStore;
  readonly cachePolicyId?: string;
  readonly origins?: readonly Record<string, unknown>[];
  readonly runtime?: string;
}

export const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-86b5a84be39a';

export const ORIGINS: readonly Record<string, unknown>[] = ['blue', 'green'].map(side => ({
  Id: side,
  DomainName: `${side}.example.com`,
  CustomOriginConfig: { OriginProtocolPolicy: 'https-only' },
}));

/** Creates a distribution with two origins whose function has the code. */
export async function createDistribution(
  world: World,
  options: DistributionOptions,
): Promise<Distribution> {
  const { code, store, cachePolicyId = CACHING_DISABLED, origins = ORIGINS, runtime = 'cloudfront-js-2.0' } = options;
  const context = world.context(CICD);
  const associations = store && [{ KeyValueStoreARN: store.arn }];
  const functionArn =
    code
    && (
      await world.type('AWS::CloudFront::Function').create(
        {
          Name: 'choose',
          FunctionCode: code,
          FunctionConfig: { Comment: '', Runtime: runtime, KeyValueStoreAssociations: associations },
        },
        context,
      )
    ).id;
  const { id } = await world.type('AWS::CloudFront::Distribution').create(
    {
      DistributionConfig: {
        Enabled: true,
        Origins: origins,
        DefaultCacheBehavior: {
          TargetOriginId: 'blue',
          CachePolicyId: cachePolicyId,
          FunctionAssociations: functionArn && [{ EventType: 'viewer-request', FunctionARN: functionArn }],
        },
      },
    },
    context,
  );
  const distribution = world.cloudfront.distribution(id);
  if (distribution === undefined) throw new Error('the distribution was not created');
  return distribution;
}

/** An origin that answers with its domain name and keeps the requests. */
export function origin(headers: Readonly<Record<string, string>> = {}): { fetch: Fetch; requests: OriginRequest[] } {
  const requests: OriginRequest[] = [];
  return {
    requests,
    fetch: async request => {
      requests.push(request);
      return { status: 200, headers, body: request.domainName };
    },
  };
}
