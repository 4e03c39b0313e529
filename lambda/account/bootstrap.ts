import type { AccountContext } from './context';
import type { AccountRequest } from '../../src/account/contract';
import { BOOTSTRAP_QUALIFIER, NAMES } from '../../src/private/contract';
import type { StackDefinition, StackState } from '../cloudformation/stack-deployer';
import { NEVER_CREATED } from '../cloudformation/stack-deployer';

const DEFAULT_VARIANT = 'AWS CDK: Default Resources';

interface BootstrapTemplate {
  readonly Parameters: Readonly<Record<string, object>>;
  readonly Resources: { readonly CdkBootstrapVersion: { readonly Properties: { readonly Value: string } } };
}

/** The CDK bootstrap of an account. Existing parameters are kept, and trust for the CICD account is added. */
export function bootstrapDefinition(
  context: AccountContext,
  request: AccountRequest,
  accountId: string,
  described: StackState | undefined,
): StackDefinition {
  const body = context.bootstrapTemplate();
  const template: BootstrapTemplate = JSON.parse(body);
  const stackName = bootstrapStackName(request.qualifier);
  const seen = described && !NEVER_CREATED.includes(described.status) ? described : undefined;
  const qualifier = seen?.parameters.Qualifier;
  if (qualifier && qualifier !== request.qualifier) {
    throw new Error(
      `account ${accountId} is bootstrapped for CDK with the qualifier '${qualifier}', not '${request.qualifier}', in `
        + `its stack '${stackName}': `
        + `use the qualifier '${qualifier}', or bootstrap the account under another --toolkit-stack-name`,
    );
  }
  const keepsTemplate =
    seen !== undefined && isNewerOrCustomized(seen, Number(template.Resources.CdkBootstrapVersion.Properties.Value));
  return {
    stackName,
    template: keepsTemplate ? 'previous' : { body },
    parameters: {
      TrustedAccounts: trustedAccounts(context, seen).join(','),
      CloudFormationExecutionPolicies: executionPolicies(context, request, accountId, seen).join(','),
      Qualifier: request.qualifier,
      ...boundaryParameters(request, keepsTemplate ? seen : undefined),
      // the default of `cdk bootstrap`: a customer managed key costs a dollar a month in every account
      ...(!seen && { FileAssetsBucketKmsKeyId: 'AWS_MANAGED_KEY' }),
    },
    keptParameters: Object.keys(keepsTemplate ? seen.parameters : template.Parameters),
    tags: {},
    capabilities: ['CAPABILITY_NAMED_IAM'],
  };
}

/** The accounts that the bootstrap trusts, and the CICD account in place of one that it replaces. */
function trustedAccounts(context: AccountContext, seen: StackState | undefined): string[] {
  const trusted = new Set([...listOf(seen?.parameters.TrustedAccounts), context.cicdAccount]);
  return [...trusted].filter(account => account !== context.replacedCicdAccount).sort();
}

/** Name of the bootstrap stack of a qualifier. An account may have several. */
export function bootstrapStackName(qualifier: string): string {
  return qualifier === BOOTSTRAP_QUALIFIER ? 'CDKToolkit' : `CDKToolkit-${qualifier.replace(/_/g, '-')}`;
}

/** A newer or customised bootstrap is not overwritten, as `cdk bootstrap` does. */
function isNewerOrCustomized(seen: StackState, version: number): boolean {
  return (
    Number(seen.outputs.BootstrapVersion ?? 0) > version
    || (seen.parameters.BootstrapVariant ?? DEFAULT_VARIANT) !== DEFAULT_VARIANT
  );
}

/** Existing accounts keep their permissions boundary. A customised template may not have these parameters. */
function boundaryParameters(request: AccountRequest, kept: StackState | undefined): Record<string, string> {
  const parameters = {
    InputPermissionsBoundary: `${NAMES.boundaryPolicy}-${request.region}`,
    ApplyPermissionsBoundaryToAllRoles: 'true',
  };
  const known = kept === undefined || Object.keys(parameters).every(name => name in kept.parameters);
  return request.kind === 'vended' && known ? parameters : {};
}

function executionPolicies(
  context: AccountContext,
  request: AccountRequest,
  accountId: string,
  seen: StackState | undefined,
): readonly string[] {
  if (request.executionPolicyArns.length > 0) return request.executionPolicyArns;
  const narrow = `arn:${context.partition}:iam::${accountId}:policy/${NAMES.executionPolicy}-${request.region}`;
  if (request.kind === 'vended' || !seen) return [narrow];
  // applications of an existing account keep their permissions; without trust the template's default is
  // AdministratorAccess
  const present = listOf(seen.parameters.CloudFormationExecutionPolicies);
  if (present.length > 0) return present;
  return listOf(seen.parameters.TrustedAccounts).length > 0
    ? [narrow]
    : [`arn:${context.partition}:iam::aws:policy/AdministratorAccess`];
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '');
}
