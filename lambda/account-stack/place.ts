import type { AccountStackRequest } from '../../src/account-stack/contract';

/** Where a stack is. */
export type StackPlace = Pick<AccountStackRequest, 'accountId' | 'region' | 'stackName' | 'qualifier'>;

export function placeOf({ accountId, region, stackName, qualifier }: StackPlace): StackPlace {
  return { accountId, region, stackName, qualifier };
}

export function keyOf({ accountId, region, stackName }: StackPlace): string {
  return `stack#${accountId}#${region}#${stackName}`;
}

/** A role of the CDK bootstrap in the account of the stack. */
export function bootstrapRole(partition: string, kind: 'deploy' | 'cfn-exec' | 'file-publishing', { accountId, region, qualifier }: StackPlace): string {
  return `arn:${partition}:iam::${accountId}:role/cdk-${qualifier}-${kind}-role-${accountId}-${region}`;
}

export function stagingBucket({ accountId, region, qualifier }: StackPlace): string {
  return `cdk-${qualifier}-assets-${accountId}-${region}`;
}

export function templateUrl(partition: string, place: StackPlace, key: string): string {
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://${stagingBucket(place)}.s3.${place.region}.${suffix}/${key}`;
}
