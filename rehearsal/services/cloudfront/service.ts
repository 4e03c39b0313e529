import { CachePolicies } from './cache-policy';
import type { DistributionConfig } from './configuration';
import { Distribution } from './distribution';
import type { Distributions } from './distributions';
import { EdgeFunctions } from './edge-functions';
import { INVALIDATION_ROUTES, invalidationOperations, invalidationPermissions } from './invalidations';
import type { Propagation } from './key-value-store';
import { KeyValueStores } from './key-value-stores';
import { cachePolicyType, distributionType, functionType, keyValueStoreType } from './resource-types';
import { Stores } from './stores';
import { Identifiers } from '../../core/identifiers';
import { AwsError } from '../../core/service';
import type { Environment, Operation, ResourceType, Service } from '../../core/service';
import { randomOf } from '../../faults/random';
import type { S3 } from '../s3/service';

/** When changes of keys are in effect at the edge. */
export interface EdgeDelays {
  /** Simulated seconds, chosen for each change. @default from 20 to 32 */
  readonly seconds: { readonly minimum: number; readonly maximum: number };
  /** Simulated seconds before that in which an existing key is missing. @default 0 */
  readonly missingSeconds: number;
}

/**
 * Amazon CloudFront: distributions, functions and key value stores of templates. Of its API, only invalidations and the
 * keys of key value stores are simulated.
 */
export class CloudFront implements Distributions, Service {
  public readonly name = 'cloudfront';
  public readonly protocol = 'rest-xml';
  public readonly namespace = 'http://cloudfront.amazonaws.com/doc/2020-05-31/';
  public readonly routes = INVALIDATION_ROUTES;
  public readonly permissions = invalidationPermissions;
  public readonly operations: Record<string, Operation>;
  public readonly resourceTypes: Record<string, ResourceType>;
  public readonly stores: Stores;
  public readonly functions: EdgeFunctions;
  public readonly policies = new CachePolicies();
  /** The service with the keys of the stores. */
  public readonly keyValueStores: KeyValueStores;
  public delays: EdgeDelays = { seconds: { minimum: 20, maximum: 32 }, missingSeconds: 0 };
  private readonly identifiers = new Identifiers('cloudfront');
  private readonly distributions = new Map<string, Distribution>();
  private random = randomOf(1);

  public constructor(private readonly environment: Environment, s3: S3) {
    this.stores = new Stores(environment);
    this.functions = new EdgeFunctions(environment, this.stores, () => this.random());
    this.keyValueStores = new KeyValueStores(environment, this.stores, () => this.propagation());
    this.operations = invalidationOperations(environment, id => this.distributions.get(id));
    this.resourceTypes = {
      'AWS::CloudFront::Distribution': distributionType(this),
      'AWS::CloudFront::Function': functionType(this),
      'AWS::CloudFront::KeyValueStore': keyValueStoreType(this.stores, s3),
      'AWS::CloudFront::CachePolicy': cachePolicyType(this.policies),
    };
  }

  /** Sets the seed of the random numbers of functions and of delays. */
  public seed(seed: number): void {
    this.random = randomOf(seed);
  }

  /** Returns the distribution with an id; undefined if it does not exist. */
  public distribution(id: string): Distribution | undefined {
    return this.distributions.get(id);
  }

  /** @throws AwsError if a behavior names an origin that does not exist */
  public createDistribution(accountId: string, config: DistributionConfig): Distribution {
    this.assertValid(config);
    const id = `E${this.identifiers.next(13, 'upper')}`;
    const edge = {
      now: () => this.environment.clock.now(),
      codeOf: (arn: string) => this.functions.codeOf(arn),
      policyOf: (policyId: string | undefined) => this.policies.get(policyId),
    };
    const domainName = `d${this.identifiers.next(13, 'lower')}.cloudfront.net`;
    const distribution = new Distribution(id, accountId, domainName, config, edge);
    this.distributions.set(id, distribution);
    return distribution;
  }

  public removeDistribution(id: string): void {
    this.distributions.delete(id);
  }

  /** Whether a distribution uses a function. */
  public isFunctionInUse(arn: string): boolean {
    return [...this.distributions.values()].some(({ config }) =>
      behaviorsOf(config).some(({ FunctionAssociations: all }) => all.some(one => one.FunctionARN === arn)),
    );
  }

  /** Functions and policies that do not exist here may exist in the account. @throws AwsError */
  public assertValid(config: DistributionConfig): void {
    const origins = new Set([...config.Origins, ...config.OriginGroups.Items ?? []].map(({ Id: id }) => id));
    for (const behavior of behaviorsOf(config)) {
      if (!origins.has(behavior.TargetOriginId)) {
        throw new AwsError('NoSuchOrigin', 'One or more of your origins or origin groups do not exist.', 404);
      }
    }
  }

  private propagation(): Propagation {
    const { seconds: { minimum, maximum }, missingSeconds } = this.delays;
    return { seconds: minimum + this.random() * (maximum - minimum), missingSeconds };
  }
}

function behaviorsOf(config: DistributionConfig): DistributionConfig['DefaultCacheBehavior'][] {
  return [config.DefaultCacheBehavior, ...config.CacheBehaviors];
}
