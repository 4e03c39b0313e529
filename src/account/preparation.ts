import { Stack } from 'aws-cdk-lib';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Preparation } from './contract';
import type { IOrganization } from '../organization/organization-interface';
import { DEFAULT_ACCESS_ROLE } from '../organization/vending-permissions';
import { BOOTSTRAP_QUALIFIER } from '../private/contract';
import { templatesFingerprint } from '../private/handler-code';
import { validate } from '../private/validate';

interface PreparationOptions {
  readonly accessRoleName?: string;
  readonly executionPolicies?: IManagedPolicy[];
  readonly requireBoundary?: boolean;
}

/** The part of an account's request that says how the account is bootstrapped. */
export function preparation(scope: Construct, organization: IOrganization, options: PreparationOptions): Preparation {
  return {
    accessRoleName: validate.roleName(scope, options.accessRoleName ?? DEFAULT_ACCESS_ROLE),
    region: Stack.of(scope).region,
    qualifier: BOOTSTRAP_QUALIFIER,
    executionPolicyArns: (options.executionPolicies ?? []).map(policy => policy.managedPolicyArn),
    requireBoundary: options.requireBoundary ? 'true' : undefined,
    artifactKeyArn: organization.artifactKey.keyArn,
    templates: templatesFingerprint(),
  };
}
