import { NAMES } from '../../src/private/contract';
import type { StackPlace } from '../registry/stack';

export function placeOf({ accountId, region, stackName, qualifier }: StackPlace): StackPlace {
  return { accountId, region, stackName, qualifier };
}

type BootstrapRole = 'deploy' | 'cfn-exec' | 'file-publishing' | 'image-publishing';

/** A role of the CDK bootstrap in the account of the stack. */
export function bootstrapRole(
  partition: string, kind: BootstrapRole, { accountId, region, qualifier }: StackPlace,
): string {
  return `arn:${partition}:iam::${accountId}:role/cdk-${qualifier}-${kind}-role-${accountId}-${region}`;
}

/** Whoever may change a pipeline may read the repository, so it is deployed through roles of the baseline that no application can take. */
export function isPipeline({ stackName }: Pick<StackPlace, 'stackName'>): boolean {
  return stackName.startsWith(NAMES.pipelineRolePrefix);
}

/** The role through which a stack is deployed. */
export function deployRole(partition: string, place: StackPlace): string {
  return isPipeline(place) ? baselineRole(partition, NAMES.deployerRole, place) : bootstrapRole(partition, 'deploy', place);
}

/** The role with which CloudFormation makes what is in a stack. */
export function executionRole(partition: string, place: StackPlace): string {
  return isPipeline(place) ? baselineRole(partition, NAMES.deployerExecutionRole, place) : bootstrapRole(partition, 'cfn-exec', place);
}

function baselineRole(partition: string, name: string, { accountId, region }: StackPlace): string {
  return `arn:${partition}:iam::${accountId}:role/${name}-${region}`;
}

export function stagingBucket({ accountId, region, qualifier }: StackPlace): string {
  return `cdk-${qualifier}-assets-${accountId}-${region}`;
}

export function imageRepository({ accountId, region, qualifier }: StackPlace): string {
  return `cdk-${qualifier}-container-assets-${accountId}-${region}`;
}

export function templateUrl(partition: string, place: StackPlace, key: string): string {
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://${stagingBucket(place)}.s3.${place.region}.${suffix}/${key}`;
}
