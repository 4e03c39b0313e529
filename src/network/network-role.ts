import { Aws, CfnParameter, Stack, Token } from 'aws-cdk-lib';
import { AccountPrincipal, CfnRole, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { acknowledgeWildcards } from '../private/acknowledge';
import { NAMES } from '../private/contract';
import { fail } from '../private/validate';

interface NetworkRoleProps {
  /** Completes the name of the role. */
  readonly suffix: string;
  readonly description: string;
  readonly statements: PolicyStatement[];
  /** Reasons for the wildcards in resources, by the id of the statement. */
  readonly whyWildcards: { readonly [sid: string]: string };
}

/** Parameter of a stack with the id of the CICD account, which is a token in apps without `env`. */
const CICD_PARAMETER = 'CicdAccount';

/** A role in an account that only the function in the CICD account assumes, which attaches networks. */
export class NetworkRole extends Construct {
  public constructor(scope: Construct, id: string, props: NetworkRoleProps) {
    super(scope, id);
    const { statements, description, suffix, whyWildcards } = props;
    const parameter = new CfnParameter(Stack.of(this), CICD_PARAMETER, {
      description: 'Id of the CICD account', allowedPattern: '^\\d{12}$',
    });
    const cicdAccount = parameter.valueAsString;
    const trust = new PolicyStatement({
      actions: ['sts:AssumeRole'],
      principals: [new AccountPrincipal(cicdAccount)],
      conditions: {
        ArnEquals: {
          'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::${cicdAccount}:role/${NAMES.transitProviderRole}`,
        },
      },
    });
    const role = new CfnRole(this, 'Default', {
      roleName: networkRoleName(suffix),
      description,
      assumeRolePolicyDocument: new PolicyDocument({ statements: [trust] }),
      policies: [{ policyName: 'Network', policyDocument: new PolicyDocument({ statements }) }],
    });
    acknowledgeWildcards(role, statements, whyWildcards);
  }
}

/** The value of the parameter that the stack of a role needs. */
export function cicdParameter(parent: Stack): { [name: string]: string } {
  return { [CICD_PARAMETER]: parent.account };
}

/** Name of the role of a network or hub. */
export function networkRoleName(suffix: string): string {
  return `${NAMES.networkRolePrefix}${suffix}`;
}

/** ARN of a network role in an account, for use in the parent stack. */
export function networkRoleArn(accountId: string, roleName: string): string {
  return `arn:${Aws.PARTITION}:iam::${accountId}:role/${roleName}`;
}

/**
 * The name of the role of an imported network or hub.
 *
 * @param property name of the property, for the error
 */
export function checkedRoleName(scope: IConstruct, property: string, roleName: string): string {
  if (Token.isUnresolved(roleName) || roleName.startsWith(NAMES.networkRolePrefix)) return roleName;
  return fail(scope, `'${property}' must begin with '${NAMES.networkRolePrefix}', because the function that attaches `
    + `networks assumes no other roles, got '${roleName}'`);
}
