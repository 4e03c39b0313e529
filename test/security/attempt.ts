import type { Permission } from '../../rehearsal/core/service';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';

/** What an attempt is about: the account and the resources of environment `prod`, and those of the CICD account. */
export interface Target {
  readonly accountId: string;
  readonly sourceRoleArn: string;
  readonly repositoryArn: string;
  readonly keyArn: string;
  readonly topicArn: string;
  readonly registryArn: string;
  readonly parameterArn: string;
  readonly functionArns: readonly string[];
  readonly stateMachineArns: readonly string[];
  readonly queueArn: string;
  readonly providerRoleArns: readonly string[];
  /** The roles through which the networks of `prod` are attached to the hub in its account, and that of the hub. */
  readonly networkRoleArns: readonly string[];
  /** The table of the address space in the account of `prod`. */
  readonly addressTableArn: string;
  /** The secret of the database in the account of `prod`, and its key. */
  readonly databaseSecretArn: string;
  readonly databaseKeyArn: string;
  /** The accounts of the sides of the blue/green environment. */
  readonly sideAccountIds: readonly string[];
}

/** A way from a member account into another account. */
export interface Attempt {
  readonly what: string;
  readonly why: string;
  /** The permissions of which each must be denied. */
  readonly needs: (target: Target) => readonly Permission[];
}

type Names = string | readonly string[];

export const on = (resources: Names, actions: Names, context?: Permission['context']) =>
  [resources].flat().flatMap(resource => [actions].flat().map(action => ({ action, resource, context })));
export const bucketOf = ({ accountId }: Target): string =>
  `arn:aws:s3:::org-environments-artifacts-${accountId}-${REGION}`;
export const roleIn = (accountId: string, name: string): string => `arn:aws:iam::${accountId}:role/${name}`;
export const bootstrapRole = (accountId: string, kind: string): string =>
  roleIn(accountId, `cdk-hnb659fds-${kind}-role-${accountId}-${REGION}`);
export const inProd = ({ accountId }: Target, service: string, resource: string): string =>
  `arn:aws:${service}:${REGION}:${accountId}:${resource}`;
export const inCicd = (service: string, resource: string): string =>
  `arn:aws:${service}:${REGION}:${CICD_ACCOUNT}:${resource}`;
export const BOOTSTRAP_ROLES = ['deploy', 'file-publishing', 'image-publishing', 'lookup', 'cfn-exec'];
