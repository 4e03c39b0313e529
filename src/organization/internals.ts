import type { CfnResource } from 'aws-cdk-lib';
import type { Function as LambdaFunction, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { IOrganization } from './organization-interface';
import { fail } from '../private/validate';

/** What the alarms of the organization watch. */
export interface Monitored {
  /** All functions. */
  readonly functions: readonly IFunction[];
  /** ARN of the state machine that waits for the custom resources. */
  readonly waiterArn: string;
  /** Receives the events that were missed. */
  readonly deadLetters: IQueue;
}

/** Attributes of an organization that only the constructs of this library use. */
export interface OrganizationInternals {
  /** The service token of all custom resources. */
  readonly serviceToken: string;
  /** Whether another app defines it, so that its id is known only at deployment. */
  readonly isImported: boolean;
  /** Name of the registry, if it may change: then it is a property of all custom resources. */
  readonly registryName?: string;
  /** Id of the management account. */
  readonly managementAccountId: string;
  /** Patterns of the names of the repositories that may be used; undefined: not known in this app. */
  readonly repositoryNames?: readonly string[];
  /** The function that vends accounts; undefined: not known in this app. */
  readonly accountFunction?: LambdaFunction;
  /** The resource that gives accounts their baseline; undefined: they have none, or it is not known in this app. */
  readonly baseline?: CfnResource;
  /** Secrets with the credentials of hosts that may be read; undefined: not known in this app. */
  readonly repositoryCredentials?: readonly ISecret[];
  /** Undefined: not known in this app. */
  readonly monitored?: Monitored;
}

const INTERNALS = Symbol.for('cdk-org-environments.internals');

type WithInternals = { [INTERNALS]?: OrganizationInternals };

export function setInternals(organization: IOrganization & WithInternals, internals: OrganizationInternals): void {
  organization[INTERNALS] = internals;
}

export function internalsOf(scope: Construct, organization: IOrganization & WithInternals): OrganizationInternals {
  return organization[INTERNALS] ?? fail(scope, "the 'organization' must be an 'Organization', or imported by "
    + `'Organization.fromParameterName', got another implementation of IOrganization at '${organization.node.path}'`);
}
