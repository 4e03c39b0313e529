import type { World } from './world';
import type { AccountRequest } from '../../src/account/contract';
import { BOOTSTRAP_QUALIFIER, NAMES } from '../../src/private/contract';
import type { StackDefinition, StackState } from '../cloudformation/stack-deployer';
import { NEVER_CREATED } from '../cloudformation/stack-deployer';

const DEFAULT_VARIANT = 'AWS CDK: Default Resources';

interface BootstrapTemplate {
  readonly Parameters: Readonly<Record<string, object>>;
  readonly Resources: { readonly CdkBootstrapVersion: { readonly Properties: { readonly Value: string } } };
}

/** The CDK bootstrap of an account: what others have set there stays, and the CICD account is trusted besides. */
export function toolkitDefinition(
  world: World, request: AccountRequest, accountId: string, described: StackState | undefined,
): StackDefinition {
  const body = world.bootstrapTemplate();
  const template: BootstrapTemplate = JSON.parse(body);
  const stackName = toolkitName(request.qualifier);
  const seen = described && !NEVER_CREATED.includes(described.status) ? described : undefined;
  const qualifier = seen?.parameters.Qualifier;
  if (qualifier && qualifier !== request.qualifier) {
    throw new Error(`account ${accountId} is bootstrapped for CDK with the qualifier '${qualifier}', not '${request.qualifier}', in its stack '${stackName}': `
      + `use the qualifier '${qualifier}', or bootstrap the account under another --toolkit-stack-name`);
  }
  const keepsTemplate = seen !== undefined && isForeign(seen, Number(template.Resources.CdkBootstrapVersion.Properties.Value));
  return {
    stackName,
    template: keepsTemplate ? 'previous' : { body },
    parameters: {
      TrustedAccounts: [...new Set([...listOf(seen?.parameters.TrustedAccounts), world.cicdAccount])].sort().join(','),
      CloudFormationExecutionPolicies: executionPolicies(world, request, accountId, seen).join(','),
      Qualifier: request.qualifier,
      ...boundaryParameters(request, keepsTemplate ? seen : undefined),
      // what `cdk bootstrap` chooses: a key of one's own costs a dollar a month in every account
      ...(!seen && { FileAssetsBucketKmsKeyId: 'AWS_MANAGED_KEY' }),
    },
    keptParameters: Object.keys(keepsTemplate ? seen.parameters : template.Parameters),
    tags: {},
    capabilities: ['CAPABILITY_NAMED_IAM'],
  };
}

/** A bootstrap of another qualifier is another stack: both may live in an account. */
export function toolkitName(qualifier: string): string {
  return qualifier === BOOTSTRAP_QUALIFIER ? 'CDKToolkit' : `CDKToolkit-${qualifier.replace(/_/g, '-')}`;
}

/** Neither a newer bootstrap nor one that somebody has customised is overwritten; `cdk bootstrap` does not do it either. */
function isForeign(seen: StackState, version: number): boolean {
  return Number(seen.outputs.BootstrapVersion ?? 0) > version || (seen.parameters.BootstrapVariant ?? DEFAULT_VARIANT) !== DEFAULT_VARIANT;
}

/** The applications of an existing account may have a boundary of their own, or have grown up without one; a customised template may know none. */
function boundaryParameters(request: AccountRequest, kept: StackState | undefined): Record<string, string> {
  const parameters = { InputPermissionsBoundary: `${NAMES.boundaryPolicy}-${request.region}`, ApplyPermissionsBoundaryToAllRoles: 'true' };
  const known = kept === undefined || Object.keys(parameters).every(name => name in kept.parameters);
  return request.kind === 'vended' && known ? parameters : {};
}

function executionPolicies(world: World, request: AccountRequest, accountId: string, seen: StackState | undefined): readonly string[] {
  if (request.executionPolicyArns.length > 0) return request.executionPolicyArns;
  const narrow = `arn:${world.partition}:iam::${accountId}:policy/${NAMES.executionPolicy}-${request.region}`;
  if (request.kind === 'vended' || !seen) return [narrow];
  // other applications live in an existing account: they may go on doing what they could; without trust the template's own default is the administrator
  const present = listOf(seen.parameters.CloudFormationExecutionPolicies);
  if (present.length > 0) return present;
  return listOf(seen.parameters.TrustedAccounts).length > 0 ? [narrow] : [`arn:${world.partition}:iam::aws:policy/AdministratorAccess`];
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? '').split(',').map(item => item.trim()).filter(item => item !== '');
}
