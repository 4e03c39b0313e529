import type { DistributionConfig } from './configuration';
import type { Distribution } from './distribution';
import type { EdgeFunctions } from './edge-functions';

/** The distributions and functions that templates create and change. */
export interface Distributions {
  readonly functions: EdgeFunctions;
  createDistribution(accountId: string, config: DistributionConfig): Distribution;
  distribution(id: string): Distribution | undefined;
  removeDistribution(id: string): void;
  isFunctionInUse(arn: string): boolean;
  assertValid(config: DistributionConfig): void;
}
