import type { CachePolicies } from './cache-policy';
import {
  CachePolicyProperties,
  DistributionProperties,
  FunctionProperties,
  ImportedKeys,
  StoreProperties,
} from './configuration';
import type { Distribution } from './distribution';
import type { Distributions } from './distributions';
import type { KeyValueStore } from './key-value-store';
import type { Stores } from './stores';
import { Identifiers } from '../../core/identifiers';
import { parseJsonObject } from '../../core/protocol/json';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Provisioned, ResourceType } from '../../core/service';
import type { S3 } from '../s3/service';

/** `AWS::CloudFront::Distribution`. */
export function distributionType(cloudfront: Distributions): ResourceType {
  const provisioned = ({ id, domainName }: Distribution): Provisioned => ({
    id,
    attributes: { Id: id, DomainName: domainName },
  });
  return {
    async create(input, { accountId }) {
      const { DistributionConfig: config } = read(DistributionProperties, input);
      return provisioned(cloudfront.createDistribution(accountId, config));
    },
    async update(id, input) {
      const distribution = cloudfront.distribution(id);
      if (distribution === undefined) {
        throw new AwsError('NoSuchDistribution', 'The specified distribution does not exist.', 404);
      }
      const { DistributionConfig: config } = read(DistributionProperties, input);
      cloudfront.assertValid(config);
      distribution.config = config;
      return provisioned(distribution);
    },
    async remove(id) {
      cloudfront.removeDistribution(id);
    },
  };
}

/** `AWS::CloudFront::Function`. */
export function functionType(cloudfront: Distributions): ResourceType {
  const publish = (arn: string, properties: FunctionProperties): Provisioned => {
    cloudfront.functions.publish(arn, properties);
    return { id: arn, attributes: { 'FunctionARN': arn, 'FunctionMetadata.FunctionARN': arn, 'Stage': 'LIVE' } };
  };
  const create: ResourceType['create'] = async (input, { accountId }) => {
    const properties = read(FunctionProperties, input);
    const arn = cloudfront.functions.arn(accountId, properties.Name);
    if (cloudfront.functions.has(arn)) {
      throw new AwsError('FunctionAlreadyExists', `A function with the name ${properties.Name} already exists.`, 409);
    }
    return publish(arn, properties);
  };
  return {
    create,
    update: async (id, input, before, context) =>
      input.Name === before.Name ? publish(id, read(FunctionProperties, input)) : create(input, context),
    async remove(id) {
      if (cloudfront.isFunctionInUse(id)) {
        throw new AwsError('FunctionInUse', 'Cannot delete the function, because a distribution uses it.', 409);
      }
      cloudfront.functions.remove(id);
    },
  };
}

/** `AWS::CloudFront::KeyValueStore`. */
export function keyValueStoreType(stores: Stores, s3: S3): ResourceType {
  const provisioned = ({ name, id, arn }: KeyValueStore): Provisioned => ({
    id: name,
    attributes: { Arn: arn, Id: id, Status: 'READY' },
  });
  const create: ResourceType['create'] = async (input, { accountId }) => {
    const { Name: name, ImportSource: source } = read(StoreProperties, input);
    const keys = source === undefined ? new Map<string, string>() : importedKeys(s3, source.SourceArn);
    const store = stores.create(accountId, name);
    store.seed(keys);
    return provisioned(store);
  };
  return {
    create,
    async update(id, input, before, context) {
      const store = stores.byName(context.accountId, id);
      const isReplaced = input.Name !== before.Name || store === undefined;
      return isReplaced ? create(input, context) : provisioned(store);
    },
    async remove(id, _properties, { accountId }) {
      const store = stores.byName(accountId, id);
      if (store !== undefined) stores.remove(store.arn);
    },
  };
}

/** Reads the keys of a file, whose ARN is `arn:aws:s3:::bucket/key`. */
function importedKeys(s3: S3, arn: string): ReadonlyMap<string, string> {
  const [bucket, ...key] = arn.slice(arn.indexOf(':::') + 3).split('/');
  const body = s3.read(bucket, key.join('/'));
  if (body === undefined) throw new AwsError('InvalidArgument', `The import source ${arn} does not exist.`);
  return new Map(read(ImportedKeys, parseJsonObject(body)).data.map(item => [item.key, item.value]));
}

/** `AWS::CloudFront::CachePolicy`. */
export function cachePolicyType(policies: CachePolicies): ResourceType {
  const identifiers = new Identifiers('cache-policy');
  const put = (id: string, input: Record<string, unknown>): Provisioned => {
    policies.put(id, read(CachePolicyProperties, input));
    return { id, attributes: { Id: id } };
  };
  return {
    create: async input => put(identifiers.uuid(), input),
    update: async (id, input) => put(id, input),
    async remove(id) {
      policies.remove(id);
    },
  };
}
