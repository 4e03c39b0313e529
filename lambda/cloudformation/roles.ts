import { NAMES } from '../../src/private/contract';
import type { StackPlace } from '../registry/stack';
import { reconcileAdvice } from '../shared/advice';

/** The roles of an account through which a stack is deployed there. */
export interface StackRoles {
  /** ARN of the role that the handler assumes. */
  deploy(partition: string, place: StackPlace): string;
  /** ARN of the role with which CloudFormation creates the resources of the stack. */
  execute(partition: string, place: StackPlace): string;
  /** What to do when the deploy role cannot be assumed. */
  advice(place: StackPlace, cicdAccount: string): string;
}

type BootstrapRole = 'deploy' | 'cfn-exec' | 'file-publishing' | 'image-publishing';

/** ARN of a role of the CDK bootstrap in the account of a stack. */
export function bootstrapRole(partition: string, kind: BootstrapRole, place: StackPlace): string {
  const { accountId, region, qualifier } = place;
  return `arn:${partition}:iam::${accountId}:role/cdk-${qualifier}-${kind}-role-${accountId}-${region}`;
}

/** Stacks of applications are deployed through the CDK bootstrap. */
export const BOOTSTRAP_ROLES: StackRoles = {
  deploy: (partition, place) => bootstrapRole(partition, 'deploy', place),
  execute: (partition, place) => bootstrapRole(partition, 'cfn-exec', place),
  advice: ({ region, qualifier }, cicdAccount) =>
    `the account is not bootstrapped for CDK in ${region} with qualifier '${qualifier}' and trust for account `
    + `${cicdAccount}: bootstrap it (cdk bootstrap --qualifier ${qualifier} --trust ${cicdAccount}), then deploy again`,
};

/**
 * A principal that can change a pipeline can read the repository, so pipelines are deployed through roles of the
 * baseline that no application can assume.
 */
export const BASELINE_ROLES: StackRoles = {
  deploy: (partition, place) => baselineRole(partition, NAMES.deployerRole, place),
  execute: (partition, place) => baselineRole(partition, NAMES.deployerExecutionRole, place),
  advice: ({ accountId }) =>
    `stack '${NAMES.baselineStack}' in account ${accountId} creates this role; if it was deleted, ${reconcileAdvice()}`,
};

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
